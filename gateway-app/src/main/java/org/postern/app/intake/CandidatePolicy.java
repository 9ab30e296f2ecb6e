package org.postern.app.intake;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.core.net.Ip;
import org.postern.core.policy.Audience;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;

/**
 * A whole configuration beside the one in force: its rules, lists and recipients are asked about
 * everything that is decided, and where they would have decided otherwise it is counted and listed.
 * Nothing it says is ever done. Sources over the network are those in force; one that only the
 * candidate has is not asked, and what it would say is left open. Thread-safe.
 */
public final class CandidatePolicy {
    /** How many disagreements are kept for the list; all are counted. */
    public static final int MAX_LISTED = 1_000;

    private final Metrics metrics;
    private final TimeSource time;
    private volatile @Nullable Run run;

    /** One candidate and what it has seen. */
    private static final class Run {
        final Snapshot candidate;
        final Instant since;
        final AtomicLong compared = new AtomicLong();
        final Deque<Disagreement> latest = new ArrayDeque<>();
        final Map<String, Long> counts = new TreeMap<>();

        Run(Snapshot candidate, Instant since) {
            this.candidate = candidate;
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
     * @param to the recipient, or empty where it is not about one
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
     * @param file the candidate's configuration file
     * @param since when it was put beside the live one
     * @param compared how many decisions were compared
     * @param counts disagreements by stage and what became what
     * @param latest the latest of them, oldest first
     */
    public record Report(
            String file,
            Instant since,
            long compared,
            Map<String, Long> counts,
            List<Disagreement> latest) {}

    /** Nobody beside the live configuration yet. */
    public CandidatePolicy(Metrics metrics, TimeSource time) {
        this.metrics = metrics;
        this.time = time;
        metrics.gauge("policy.candidate", () -> run == null ? 0 : 1);
    }

    /** Puts a candidate beside the live configuration; another one ends. */
    public void observe(Snapshot candidate) {
        run = new Run(candidate, time.instant());
    }

    /** Ends the candidate; what it saw is forgotten. */
    public void end() {
        run = null;
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
                            now.candidate.config().file().toString(),
                            now.since,
                            now.compared.get(),
                            new TreeMap<>(now.counts),
                            new ArrayList<>(now.latest)));
        }
    }

    /**
     * Asks the candidate what was just decided.
     *
     * @param audience at the end of the content, what its recipients have in common
     */
    void compare(Stage stage, Facts facts, Audience audience, Verdict live) {
        Run now = run;
        if (now == null) {
            return;
        }
        Facts seen = facts;
        if (stage == Stage.RCPT && facts.recipient() != null) {
            RecipientLookup lookup = now.candidate.recipients().lookup(facts.recipient());
            if (lookup instanceof RecipientLookup.Unavailable
                    && !(facts.lookup() instanceof RecipientLookup.Unavailable)) {
                return; // a source that only the candidate has, or away just now: left open
            }
            seen = facts.withRecipient(facts.recipient(), lookup);
        }
        now.compared.incrementAndGet();
        PolicyEngine policy = now.candidate.policy();
        Verdict other =
                stage == Stage.DATA
                        ? policy.evaluate(stage, seen, audience).verdict()
                        : policy.decide(stage, seen);
        if (other.disposition() == live.disposition()) {
            return;
        }
        String live2candidate =
                live.disposition().word()
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
                        facts.recipient() == null ? "" : "<" + facts.recipient() + ">",
                        live,
                        other);
        synchronized (now.latest) {
            if (now.latest.size() >= MAX_LISTED) {
                now.latest.removeFirst();
            }
            now.latest.addLast(disagreement);
            now.counts.merge(stage.word() + ": " + live2candidate, 1L, Long::sum);
        }
    }
}
