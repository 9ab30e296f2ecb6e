package org.postern.app.intake;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.greylist.Greylist;
import org.postern.core.greylist.GreylistAnswer;
import org.postern.core.greylist.GreylistExemptions;
import org.postern.core.greylist.Triplet;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Verdict;
import org.postern.core.reply.SmtpReply;
import org.postern.core.reputation.KnownGood;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;

/**
 * Asks who is new to come back later: the last word at RCPT, after every rule has let the recipient
 * pass. A null sender is asked at the end of the content, since those who verify addresses hang up
 * before it and must not be told that an address is in doubt. Thread-safe.
 */
public final class GreylistGate {
    /** The rule's name in replies, logs and metrics. */
    public static final String RULE = BuiltInRule.GREYLISTING.ruleName();

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

    /**
     * What it says of a recipient or of a whole message.
     *
     * @param word why, of a bounded set; empty where nobody was asked about
     * @param deferral the answer that a gate in mode enforce gives, or null: it may pass
     */
    record Answer(String word, Verdict.@Nullable Defer deferral) {
        private static final Answer UNASKED = new Answer("", null);
    }

    /** Whether nothing is done under this configuration. */
    static boolean isIdle(Snapshot snapshot) {
        return snapshot.config().greylisting().mode() == GreylistingConfig.Mode.OFF;
    }

    /** Whether deferrals are counted and nobody waits. */
    static boolean observesOnly(Snapshot snapshot) {
        return snapshot.config().greylisting().mode() == GreylistingConfig.Mode.OBSERVE;
    }

    /** Whether a recipient is let by whoever the sender turns out to be; counted if so. */
    boolean spares(Snapshot snapshot, Facts facts) {
        Optional<String> why =
                GreylistExemptions.spared(snapshot.config(), snapshot.lists(), facts);
        why.ifPresent(this::count);
        return why.isPresent();
    }

    /**
     * Decides on a recipient.
     *
     * @param facts with sender and recipient
     * @param spf waits for SPF, which runs since MAIL; not asked of known triplets
     */
    Answer atRecipient(Snapshot snapshot, Facts facts, Supplier<SpfResult> spf) {
        ReversePath sender = facts.reversePath();
        EmailAddress recipient = facts.recipient();
        if (sender == null || recipient == null) {
            return Answer.UNASKED;
        }
        Optional<String> spared =
                GreylistExemptions.spared(snapshot.config(), snapshot.lists(), facts);
        if (spared.isPresent()) {
            return passes(spared.get());
        }
        GreylistingConfig config = snapshot.config().greylisting();
        Triplet triplet = greylist.triplet(facts.client(), sender, recipient);
        if (!greylist.knows(triplet, config, time.instant())) {
            Optional<String> excused =
                    excused(config, facts, GreylistExemptions.authenticated(spf.get()));
            if (excused.isPresent()) {
                return passes(excused.get());
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
    Answer atData(Snapshot snapshot, Facts facts, List<EmailAddress> recipients) {
        ReversePath sender = facts.reversePath();
        if (sender == null || recipients.isEmpty()) {
            return Answer.UNASKED;
        }
        Optional<String> spared =
                GreylistExemptions.spared(snapshot.config(), snapshot.lists(), facts);
        if (spared.isPresent()) {
            return passes(spared.get());
        }
        GreylistingConfig config = snapshot.config().greylisting();
        Verdicts verdicts = facts.verdicts();
        if (verdicts != null) {
            Optional<String> excused =
                    excused(config, facts, GreylistExemptions.authenticated(verdicts));
            if (excused.isPresent()) {
                return passes(excused.get());
            }
        }
        Answer answer = Answer.UNASKED;
        for (EmailAddress recipient : recipients) {
            // every one is remembered, so that the second try passes for all of them
            Answer one = come(config, greylist.triplet(facts.client(), sender, recipient));
            answer = answer.deferral() == null ? one : answer;
        }
        return answer;
    }

    private Answer passes(String word) {
        count(word);
        return new Answer(word, null);
    }

    private Answer come(GreylistingConfig config, Triplet triplet) {
        return switch (greylist.come(triplet, config, time.instant())) {
            case GreylistAnswer.Passed passed -> passes(passed.first() ? "came-back" : "known");
            case GreylistAnswer.Wait waits -> {
                String word = waits.why().word();
                count(word);
                SmtpReply reply =
                        SmtpReply.of(
                                451,
                                "4.7.1",
                                "Not seen before: please come back in "
                                        + waits.left().toSeconds()
                                        + " seconds or later, as mail servers do ("
                                        + RULE
                                        + ")");
                yield new Answer(word, new Verdict.Defer(RULE, "greylisting." + word, "", reply));
            }
        };
    }

    /** Who is let by for what it authenticated as. */
    private Optional<String> excused(
            GreylistingConfig config, Facts facts, Set<Domain> authenticated) {
        if (GreylistExemptions.isNamed(config, authenticated)) {
            return Optional.of("domain");
        }
        return knownGood.get().isKnownGood(facts.client(), authenticated)
                ? Optional.of("known-good")
                : Optional.empty();
    }

    private void count(String result) {
        metrics.count("greylisting.decisions", "result", result);
    }
}
