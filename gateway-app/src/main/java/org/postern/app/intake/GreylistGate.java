package org.postern.app.intake;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.Authentication;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.greylist.Greylist;
import org.postern.core.greylist.GreylistAnswer;
import org.postern.core.greylist.Triplet;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.reply.SmtpReply;
import org.postern.core.reputation.KnownGood;
import org.postern.core.time.TimeSource;

/**
 * Asks who is new to come back later: the last word at RCPT, after every rule has let the recipient
 * pass. A null sender is asked at the end of the content, since those who verify addresses hang up
 * before it and must not be told that an address is in doubt. Thread-safe.
 */
public final class GreylistGate {
    /** The rule's name in replies, logs and metrics. */
    public static final String RULE = "greylisting";

    private final Greylist greylist;
    private final Supplier<KnownGood> knownGood;
    private final Metrics metrics;
    private final TimeSource time;

    /**
     * A gate before this memory.
     *
     * @param knownGood who has a good history
     */
    public GreylistGate(
            Greylist greylist, Supplier<KnownGood> knownGood, Metrics metrics, TimeSource time) {
        this.greylist = greylist;
        this.knownGood = knownGood;
        this.metrics = metrics;
        this.time = time;
    }

    /** Whether nothing is done under this configuration. */
    boolean idle(Revision revision) {
        return config(revision).mode() == GreylistingConfig.Mode.OFF;
    }

    private static GreylistingConfig config(Revision revision) {
        return revision.snapshot().config().greylisting();
    }

    /**
     * Decides on a recipient. May wait for SPF, which runs since MAIL, but for known triplets.
     *
     * @param facts with sender and recipient
     * @return a deferral, whatever the mode is; empty: it may pass
     */
    Optional<Verdict.Defer> atRecipient(Revision revision, Facts facts, Authentication checks) {
        ReversePath sender = facts.reversePath();
        EmailAddress recipient = facts.recipient();
        if (sender == null || recipient == null || spared(revision, facts)) {
            return Optional.empty();
        }
        GreylistingConfig config = config(revision);
        Triplet triplet = Triplet.of(facts.client(), sender, recipient);
        if (!greylist.knows(triplet, config, time.instant())) {
            SpfResult spf = checks.spf();
            Set<Domain> authenticated = new HashSet<>();
            if (spf.result() == AuthResult.PASS) {
                domain(spf.domain()).ifPresent(authenticated::add);
            }
            if (excused(config, facts, authenticated)) {
                return Optional.empty();
            }
        }
        return come(config, triplet);
    }

    /**
     * Decides on a whole message, that of a null sender.
     *
     * @param facts with all verdicts
     * @param recipients those that no rule let in by name
     */
    Optional<Verdict.Defer> atData(Revision revision, Facts facts, List<EmailAddress> recipients) {
        ReversePath sender = facts.reversePath();
        Verdicts verdicts = facts.verdicts();
        if (sender == null || recipients.isEmpty() || spared(revision, facts)) {
            return Optional.empty();
        }
        GreylistingConfig config = config(revision);
        if (verdicts != null && excused(config, facts, authenticated(verdicts))) {
            return Optional.empty();
        }
        Optional<Verdict.Defer> longest = Optional.empty();
        for (EmailAddress recipient : recipients) {
            Optional<Verdict.Defer> one =
                    come(config, Triplet.of(facts.client(), sender, recipient));
            longest = longest.isPresent() ? longest : one;
        }
        return longest;
    }

    private Optional<Verdict.Defer> come(GreylistingConfig config, Triplet triplet) {
        return switch (greylist.come(triplet, config, time.instant())) {
            case GreylistAnswer.Passed passed -> {
                count(passed.first() ? "came-back" : "known");
                yield Optional.empty();
            }
            case GreylistAnswer.Wait waits -> {
                count(waits.why().word());
                yield Optional.of(
                        new Verdict.Defer(
                                RULE,
                                "greylisting." + waits.why().word(),
                                "",
                                SmtpReply.of(
                                        451,
                                        "4.7.1",
                                        "Not seen before: please come back in "
                                                + waits.left().toSeconds()
                                                + " seconds or later, as mail servers do ("
                                                + RULE
                                                + ")")));
            }
        };
    }

    /** Who is let by whatever it authenticates as: our own, relays, pools, listed ones. */
    private boolean spared(Revision revision, Facts facts) {
        NetworksConfig networks = revision.snapshot().config().networks();
        boolean ours =
                networks.internal().stream().anyMatch(n -> n.contains(facts.client()))
                        || networks.trustedRelays().stream()
                                .anyMatch(n -> n.contains(facts.client()));
        boolean pool = config(revision).pools().stream().anyMatch(n -> n.contains(facts.client()));
        if (ours || pool || listed(revision.snapshot().lists(), facts)) {
            count(ours ? "ours" : pool ? "pool" : "listed");
            return true;
        }
        return false;
    }

    private static boolean listed(AccessLists lists, Facts facts) {
        EmailAddress recipient = facts.recipient();
        return lists.client(facts.client()) instanceof ListMatch.Allow
                || (recipient != null
                        && lists.address(ListKind.RECIPIENT, recipient) instanceof ListMatch.Allow)
                || (facts.reversePath() instanceof ReversePath.Mailbox(EmailAddress sender)
                        && (lists.address(ListKind.SENDER, sender) instanceof ListMatch.Allow
                                || (sender.host() instanceof Domain domain
                                        && lists.domain(ListKind.SENDER_DOMAIN, domain)
                                                instanceof ListMatch.Allow)));
    }

    /** Who is let by for what it authenticated as. */
    private boolean excused(GreylistingConfig config, Facts facts, Set<Domain> authenticated) {
        boolean domain =
                authenticated.stream()
                        .anyMatch(d -> config.domains().stream().anyMatch(p -> p.matches(d)));
        if (domain || knownGood.get().isKnownGood(facts.client(), authenticated)) {
            count(domain ? "domain" : "known-good");
            return true;
        }
        return false;
    }

    private static Set<Domain> authenticated(Verdicts verdicts) {
        Set<Domain> all = new HashSet<>();
        if (verdicts.spf().result() == AuthResult.PASS) {
            domain(verdicts.spf().domain()).ifPresent(all::add);
        }
        for (DkimResult signature : verdicts.dkim()) {
            if (signature.result() == AuthResult.PASS) {
                domain(signature.domain()).ifPresent(all::add);
            }
        }
        return all;
    }

    private static Optional<Domain> domain(@org.jspecify.annotations.Nullable String name) {
        try {
            return name == null ? Optional.empty() : Optional.of(Domain.parse(name));
        } catch (InvalidAddressException e) {
            return Optional.empty(); // what is no domain has no history
        }
    }

    private void count(String result) {
        metrics.count("greylisting.decisions", "result", result);
    }

    /**
     * What holds of a deferral: in mode observe it is counted and logged, and the recipient passes.
     */
    Optional<Verdict.Defer> enforced(
            Optional<Verdict.Defer> deferral,
            Intake.Parts parts,
            Revision revision,
            Stage stage,
            Facts facts,
            VisitJournal journal) {
        if (deferral.isPresent() && config(revision).mode() == GreylistingConfig.Mode.OBSERVE) {
            Rules.observed(parts, stage, facts, deferral.get(), journal);
            return Optional.empty();
        }
        return deferral;
    }
}
