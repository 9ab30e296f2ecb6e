package org.postern.app.intake;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postern.app.country.ClientCountry;
import org.postern.app.country.CountryDatabases;
import org.postern.app.country.CountryFileException;
import org.postern.app.reputation.Traps;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.country.Countries;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.policy.Audience;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole configuration beside the one in force: its rules, lists and recipients are asked about
 * everything that is decided, and where they would have decided otherwise it is counted and listed.
 * Nothing it says is ever done, and nobody is asked for it: recipient sources over the network are
 * those in force, what only the candidate has is left open. What was added to the lists belongs to
 * the gateway and counts for both. A candidate ends with the gateway, or once it has failed {@link
 * #MAX_FAILURES} times: a fault in it is never the session's. Thread-safe.
 */
public final class CandidatePolicy {
    /** How many disagreements are kept for the list; all are counted. */
    public static final int MAX_LISTED = 1_000;

    /** After so many faults of the program in what only the candidate does it ends. */
    public static final int MAX_FAILURES = 10;

    private static final Logger LOG = LoggerFactory.getLogger("candidate");

    /** So many kinds of disagreements are counted apart, the others together. */
    static final int MAX_KINDS = 500;

    private final Metrics metrics;
    private final TimeSource time;
    private final UnaryOperator<Snapshot> complete;
    private final CountryDatabases countries;
    private final ReentrantLock changing = new ReentrantLock();
    private volatile @Nullable Run run;

    /** One candidate and what it has seen. */
    private static final class Run {
        final Snapshot read;
        final Countries countries;
        final Instant since;
        final AtomicLong compared = new AtomicLong();
        final AtomicInteger failures = new AtomicInteger();
        final Deque<Disagreement> latest = new ArrayDeque<>();
        final Map<String, Long> counts = new TreeMap<>();
        volatile Snapshot candidate;

        Run(Snapshot read, Snapshot candidate, Countries countries, Instant since) {
            this.read = read;
            this.candidate = candidate;
            this.countries = countries;
            this.since = since;
        }
    }

    /**
     * A decision that would have been another.
     *
     * @param at when
     * @param stage where in the session
     * @param client the client's address
     * @param from the reverse-path, or empty before MAIL
     * @param to the recipient, or those of a message that it is about; or empty
     * @param live what was decided
     * @param candidate what would have been
     */
    public record Disagreement(
            Instant at,
            Stage stage,
            String client,
            String from,
            String to,
            Verdict live,
            Verdict candidate) {}

    /**
     * What has been seen so far.
     *
     * @param config the candidate's configuration
     * @param since when it was put beside the live one
     * @param compared how many decisions were compared
     * @param counts disagreements by stage and what became what
     * @param latest the latest of them, oldest first
     */
    public record Report(
            PosternConfig config,
            Instant since,
            long compared,
            Map<String, Long> counts,
            List<Disagreement> latest) {}

    /**
     * Nobody beside the live configuration yet.
     *
     * @param complete gives a candidate what it shares with the configuration in force as it is
     *     when it is called
     * @param countries the databases of countries, a candidate's among them
     */
    public CandidatePolicy(
            Metrics metrics,
            TimeSource time,
            UnaryOperator<Snapshot> complete,
            CountryDatabases countries) {
        this.metrics = metrics;
        this.time = time;
        this.complete = complete;
        this.countries = countries;
        metrics.gauge("policy.candidate", () -> run == null ? 0 : 1);
    }

    /**
     * Puts a candidate beside the live configuration; another one ends.
     *
     * @throws CountryFileException if its database of countries cannot be used; one before it is
     *     observed on
     */
    public void observe(Snapshot candidate) throws CountryFileException {
        changing.lock();
        try {
            Countries own = countries.beside(candidate.config());
            run = new Run(candidate, complete.apply(candidate), own, time.instant());
        } finally {
            changing.unlock();
        }
    }

    /**
     * Gives the candidate anew what it shares with the configuration in force, which has changed
     * before. Of two calls at once the later sees what both changed.
     */
    public void renew() {
        changing.lock();
        try {
            Run now = run;
            if (now != null) {
                now.candidate = complete.apply(now.read);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Ends the candidate; what it saw is forgotten, and nothing is kept open for it. */
    public void end() {
        changing.lock();
        try {
            run = null;
            countries.noneBeside();
        } finally {
            changing.unlock();
        }
    }

    /** What has been seen; empty while there is no candidate. */
    public Optional<Report> report() {
        Run now = run;
        if (now == null) {
            return Optional.empty();
        }
        synchronized (now.latest) {
            return Optional.of(
                    new Report(
                            now.candidate.config(),
                            now.since,
                            now.compared.get(),
                            new TreeMap<>(now.counts),
                            new ArrayList<>(now.latest)));
        }
    }

    /** Asks the candidate what was just decided, before the content. */
    void compare(Stage stage, Facts facts, Verdict live) {
        guarded(now -> ask(now, stage, facts, live));
    }

    private void guarded(Consumer<Run> comparison) {
        Run now = run;
        if (now == null) {
            return;
        }
        try {
            comparison.accept(now);
        } catch (RuntimeException e) {
            metrics.count("policy.candidate.failures");
            LOG.error("the candidate failed; the session goes on without it", e);
            if (now.failures.incrementAndGet() >= MAX_FAILURES) {
                endIf(now);
            }
        }
    }

    private void endIf(Run failed) {
        changing.lock();
        try {
            if (run == failed) {
                end();
                LOG.error("the candidate failed {} times and is ended", MAX_FAILURES);
            }
        } finally {
            changing.unlock();
        }
    }

    private void ask(Run now, Stage stage, Facts facts, Verdict live) {
        Snapshot candidate = now.candidate;
        EmailAddress recipient = facts.recipient();
        Facts seen = seen(now, facts, facts.client());
        if (stage == Stage.RCPT && recipient != null) {
            RecipientLookup lookup = lookup(candidate, recipient);
            if (isOpen(candidate, recipient, lookup, facts.lookup())) {
                return;
            }
            seen = seen.withRecipient(recipient, lookup, candidate.recipients());
        }
        now.compared.incrementAndGet();
        Verdict other = candidate.policy().decide(stage, seen);
        if (other.disposition() != live.disposition()) {
            note(now, stage, facts, recipient == null ? "" : "<" + recipient + ">", live, other);
        }
    }

    /**
     * Asks the candidate about a whole message. Its recipients are those that the candidate would
     * not have refused, each under the rules that the candidate has for it: where those differ the
     * message would have come in several transactions.
     *
     * @param client whom the content tells of, behind a trusted relay
     * @param named the recipients as RCPT named them
     * @param observes the rules that only observe just now, in either configuration
     */
    void compareAtData(
            Facts live,
            InetAddress client,
            List<EmailAddress> named,
            Predicate<String> observes,
            Verdict decided) {
        guarded(now -> askAtData(now, live, client, named, observes, decided));
    }

    private void askAtData(
            Run now,
            Facts live,
            InetAddress client,
            List<EmailAddress> named,
            Predicate<String> observes,
            Verdict decided) {
        Facts facts = seen(now, live, client);
        Snapshot candidate = now.candidate;
        Map<Audience, List<EmailAddress>> audiences = new LinkedHashMap<>();
        for (EmailAddress recipient : named) {
            RecipientLookup lookup = lookup(candidate, recipient);
            if (!isRefused(
                    candidate, facts.withRecipient(recipient, lookup, candidate.recipients()))) {
                audiences
                        .computeIfAbsent(
                                Audience.of(recipient, lookup), audience -> new ArrayList<>())
                        .add(recipient);
            }
        }
        if (audiences.isEmpty()) {
            return; // it would not have come so far, which was told at its stage
        }
        now.compared.incrementAndGet();
        Map<String, Verdict> others = new LinkedHashMap<>();
        Map<String, String> recipients = new LinkedHashMap<>();
        audiences.forEach((audience, of) -> {
            Verdict other =
                    candidate.policy().evaluate(Stage.DATA, facts, audience, observes).verdict();
            if (other.disposition() != decided.disposition()) {
                others.putIfAbsent(other.rule(), other);
                recipients.putIfAbsent(other.rule(), some(of));
            }
        });
        others.forEach((rule, other) ->
                note(now, Stage.DATA, facts, recipients.getOrDefault(rule, ""), decided, other));
    }

    /**
     * The facts as the candidate takes them: where its own database has the client, what its DNS
     * lists make of what those in force were told, and the results of scanners that it has too.
     */
    private static Facts seen(Run now, Facts facts, InetAddress client) {
        PosternConfig config = now.candidate.config();
        Facts seen = facts.withCountry(ClientCountry.of(now.countries, config, client));
        DnsblVerdict said = facts.dnsbl();
        if (said != null) {
            seen = seen.withDnsbl(config.dnsbl().again(said.hits(), said.unanswered()));
        }
        return seen.withScans(
                facts.scans().stream()
                        .filter(scan ->
                                config.scanners().stream()
                                        .anyMatch(s -> s.scanner() == scan.scanner()))
                        .toList());
    }

    private static String some(List<EmailAddress> recipients) {
        return "<"
                + recipients.getFirst()
                + ">"
                + (recipients.size() == 1 ? "" : " and " + (recipients.size() - 1) + " more");
    }

    private static RecipientLookup lookup(Snapshot candidate, EmailAddress recipient) {
        return Traps.lookup(recipient, candidate.config().reputation(), candidate.recipients());
    }

    /** Whether nobody can say what the candidate's source would: it is not asked, or away now. */
    private static boolean isOpen(
            Snapshot candidate,
            EmailAddress recipient,
            RecipientLookup lookup,
            @Nullable RecipientLookup live) {
        return lookup instanceof RecipientLookup.Unavailable
                && !(live instanceof RecipientLookup.Unavailable)
                && !candidate.recipients().answers(recipient);
    }

    /** Whether the candidate would have refused one recipient, or nobody can say. */
    private static boolean isRefused(Snapshot candidate, Facts facts) {
        return switch (candidate.policy().decide(Stage.RCPT, facts).disposition()) {
            case ACCEPT, TAG, QUARANTINE -> false;
            case REJECT, DEFER -> true;
        };
    }

    private void note(Run now, Stage stage, Facts facts, String to, Verdict live, Verdict other) {
        String what =
                stage.word()
                        + ": "
                        + live.disposition().word()
                        + " by "
                        + live.rule()
                        + " -> "
                        + other.disposition().word()
                        + " by "
                        + other.rule();
        metrics.count(
                "policy.candidate.disagreements",
                "stage",
                stage.word(),
                "live",
                live.disposition().word(),
                "candidate",
                other.disposition().word());
        Disagreement disagreement =
                new Disagreement(
                        time.instant(),
                        stage,
                        Ip.text(facts.client()),
                        facts.reversePath() == null ? "" : "<" + facts.reversePath() + ">",
                        to,
                        live,
                        other);
        synchronized (now.latest) {
            if (now.latest.size() >= MAX_LISTED) {
                now.latest.removeFirst();
            }
            now.latest.addLast(disagreement);
            boolean apart = now.counts.size() < MAX_KINDS || now.counts.containsKey(what);
            now.counts.merge(apart ? what : stage.word() + ": others", 1L, Long::sum);
        }
    }
}
