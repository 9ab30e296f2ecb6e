package org.postern.app.replay;

import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.app.journal.EvidenceRow;
import org.postern.app.journal.TracedMessage;
import org.postern.auth.Reevaluator;
import org.postern.core.authres.AuthResult;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.snapshot.Snapshot;
import tools.jackson.databind.JsonNode;

/**
 * Decides again about messages of the journal, as a configuration would, without touching mail:
 * every stage in its order with the rules, lists and recipients of the snapshot, the verdicts
 * reached again from the record. Thread-safe; blocks where the DNS of today must be asked.
 */
public final class Replay {
    private final Snapshot snapshot;
    private final Reevaluator reevaluator;
    private final @Nullable InetAddress client;

    /**
     * @param snapshot the configuration to decide by
     * @param client the client to suppose, or null for the one that it was
     */
    public Replay(Snapshot snapshot, Reevaluator reevaluator, @Nullable InetAddress client) {
        this.snapshot = snapshot;
        this.reevaluator = reevaluator;
        this.client = client;
    }

    /** What an answer rests on. */
    public enum Basis {
        /** On the record alone. */
        RECORDED("recorded"),
        /** On the record, and the DNS of today where the record has no answer. */
        LIVE("live"),
        /** The record does not have what it would take: nothing is said. */
        INSUFFICIENT("insufficient");

        private final String word;

        Basis(String word) {
            this.word = word;
        }

        /** The label. */
        public String word() {
            return word;
        }
    }

    /**
     * What became of a message, and what would have.
     *
     * @param before the message as it went
     * @param disposition what would become of it, in the journal's words
     * @param rule by which rule
     * @param reason and reason
     * @param basis what that rests on
     * @param detail one line: SPF and DMARC then and now, or why nothing can be said
     */
    public record Outcome(
            TracedMessage before,
            String disposition,
            String rule,
            String reason,
            Basis basis,
            String detail) {
        /** Whether anything would be different. */
        public boolean changed() {
            return basis != Basis.INSUFFICIENT
                    && (!disposition.equals(before.disposition())
                            || !reason.equals(before.reason()));
        }

        /** Whether it would pass now and did not then. */
        public boolean wouldPass() {
            return basis != Basis.INSUFFICIENT
                    && disposition.equals("accepted")
                    && !before.disposition().equals("accepted");
        }
    }

    /**
     * Decides again.
     *
     * @param evidence what its verdicts rest on, or null where none were reached
     * @param screening what it was looked at for beside that, or null where nothing was asked
     */
    public Outcome evaluate(
            TracedMessage message, @Nullable EvidenceRow evidence, @Nullable JsonNode screening) {
        RecordedScreening screened = new RecordedScreening(screening, snapshot, client == null);
        InetAddress from = client == null ? Ip.parse(message.client()) : client;
        Facts facts = Facts.of(from);
        try {
            Optional<Outcome> early = envelope(message, facts, screened);
            if (early.isPresent()) {
                return early.get();
            }
        } catch (InvalidAddressException e) {
            return insufficient(message, "an address is kept as a hash: " + e.getMessage());
        }
        if (!message.stage().equals("data")) {
            return new Outcome(
                    message,
                    "goes-on",
                    "default",
                    "replay.content-unseen",
                    Basis.RECORDED,
                    "it would go on past " + message.stage() + "; its content was never seen");
        }
        if (evidence == null) {
            return insufficient(message, "no evidence was recorded");
        }
        return content(message, evidence, facts, screened);
    }

    private static Outcome insufficient(TracedMessage message, String why) {
        return new Outcome(
                message,
                message.disposition(),
                message.rule(),
                message.reason(),
                Basis.INSUFFICIENT,
                why);
    }

    /** The stages before the content; empty where each of them lets it pass. */
    private Optional<Outcome> envelope(
            TracedMessage message, Facts known, RecordedScreening screened)
            throws InvalidAddressException {
        Facts facts = known;
        Optional<Outcome> outcome = refusal(message, Stage.CONNECT, facts);
        if (outcome.isEmpty() && !message.helo().isEmpty()) {
            facts = facts.withHelo(message.helo()).withTls(message.tls());
            outcome = refusal(message, Stage.HELO, facts);
        }
        if (outcome.isEmpty() && message.from() != null) {
            facts = facts.withReversePath(ReversePath.parse(message.from()));
            outcome = refusal(message, Stage.MAIL, facts);
        }
        if (outcome.isPresent() || message.to().isEmpty()) {
            return outcome;
        }
        // the message goes on while one recipient is left
        Optional<Outcome> last = Optional.empty();
        for (String to : message.to()) {
            EmailAddress address = EmailAddress.parse(to);
            last =
                    recipient(
                            message,
                            screened.atRecipient(facts)
                                    .withRecipient(address, snapshot.recipients().lookup(address)),
                            screened);
            if (last.isEmpty()) {
                return last;
            }
        }
        return last;
    }

    /** Greylisting has the last word; a null sender it asks after the content. */
    private Optional<Outcome> recipient(
            TracedMessage message, Facts facts, RecordedScreening screened) {
        Optional<Outcome> refused = refusal(message, Stage.RCPT, facts);
        if (refused.isPresent() || "".equals(message.from())) {
            return refused;
        }
        Verdict verdict = snapshot.policy().decide(Stage.RCPT, facts);
        return screened.greylisted(facts, verdict)
                .map(reason ->
                        new Outcome(
                                message,
                                "deferred",
                                "greylisting",
                                reason,
                                Basis.RECORDED,
                                "at rcpt"));
    }

    private Optional<Outcome> refusal(TracedMessage message, Stage stage, Facts facts) {
        Verdict verdict = snapshot.policy().decide(stage, facts);
        return switch (verdict.disposition()) {
            case ACCEPT, TAG, QUARANTINE -> Optional.empty();
            case REJECT, DEFER ->
                    Optional.of(
                            new Outcome(
                                    message,
                                    word(verdict.disposition()),
                                    verdict.rule(),
                                    verdict.reason(),
                                    Basis.RECORDED,
                                    "at " + stage.word()));
        };
    }

    private Outcome content(
            TracedMessage message, EvidenceRow evidence, Facts known, RecordedScreening screened) {
        String from = message.from() == null ? "" : message.from();
        Reevaluator.Result result =
                reevaluator.evaluate(
                        new Reevaluator.Recorded(
                                known.client(),
                                message.helo(),
                                from,
                                RecordedVerdicts.hops(evidence.detail()),
                                RecordedVerdicts.of(evidence.detail()),
                                RecordedVerdicts.dns(evidence)));
        if (result.basis() == Reevaluator.Basis.INSUFFICIENT) {
            return insufficient(message, result.explanation());
        }
        Facts facts =
                screened.atData(
                        path(known.withHelo(message.helo()).withTls(message.tls()), from)
                                .withAuthentication(result.verdicts(), result.advice())
                                .withSize(message.size()));
        Verdict verdict = snapshot.policy().decide(Stage.DATA, facts);
        Optional<String> greylisted =
                from.isEmpty() ? screened.greylisted(facts, verdict) : Optional.empty();
        return new Outcome(
                message,
                greylisted.isPresent() ? "deferred" : word(verdict.disposition()),
                greylisted.isPresent() ? "greylisting" : verdict.rule(),
                greylisted.orElse(verdict.reason()),
                result.basis() == Reevaluator.Basis.RECORDED ? Basis.RECORDED : Basis.LIVE,
                change("spf", evidence, result.verdicts().spf().result())
                        + ", "
                        + change("dmarc", evidence, result.verdicts().dmarc().result())
                        + "; "
                        + result.explanation());
    }

    private static Facts path(Facts facts, String from) {
        try {
            return facts.withReversePath(ReversePath.parse(from));
        } catch (InvalidAddressException e) {
            throw new IllegalStateException("parsed before, with the envelope", e);
        }
    }

    private static String change(String method, EvidenceRow evidence, AuthResult now) {
        String before = evidence.detail().path(method).path("result").asString("none");
        return method + " " + (before.equals(now.word()) ? before : before + " → " + now.word());
    }

    private static String word(Disposition disposition) {
        return switch (disposition) {
            case ACCEPT -> "accepted";
            case TAG -> "tagged";
            case QUARANTINE -> "quarantined";
            case REJECT -> "rejected";
            case DEFER -> "deferred";
        };
    }
}
