package org.postern.app.replay;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postern.app.country.ClientCountry;
import org.postern.app.journal.EvidenceRow;
import org.postern.app.journal.TracedMessage;
import org.postern.app.reputation.Traps;
import org.postern.auth.Reevaluator;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.BuiltInRule;
import org.postern.core.country.Countries;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Audience;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;
import tools.jackson.databind.JsonNode;

/**
 * Decides again about messages of the journal, as a configuration would, without touching mail:
 * every stage in its order with the rules, lists and recipients of the snapshot, the verdicts
 * reached again from the record. Thread-safe; blocks where the DNS of today must be asked.
 */
public final class Replay {
    /** How the journal writes an address where it keeps none. */
    private static final Pattern HASHED = Pattern.compile("#[0-9a-f]{24}@.*");

    private final Snapshot snapshot;
    private final Reevaluator reevaluator;
    private final Countries countries;
    private final @Nullable InetAddress client;

    /**
     * @param snapshot the configuration to decide by; of a recipient source that cannot answer
     *     nothing is said
     * @param countries its database of countries
     * @param client the client to suppose, or null for the one that it was
     */
    public Replay(
            Snapshot snapshot,
            Reevaluator reevaluator,
            Countries countries,
            @Nullable InetAddress client) {
        this.snapshot = snapshot;
        this.reevaluator = reevaluator;
        this.countries = countries;
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
        Facts facts = Facts.of(from).withCountry(country(from));
        boolean unseen = !message.stage().equals("data");
        boolean hashed = isHashed(message);
        if (hashed && unseen) {
            return insufficient(
                    message,
                    "addresses are kept as hashes (journal.privacy): nobody can be looked up");
        }
        Audience audience = Audience.ANYBODY;
        boolean trapped = message.rule().equals(Traps.RULE);
        try {
            if (!hashed) {
                Envelope envelope = envelope(message, facts, screened);
                if (envelope.refusal().isPresent()) {
                    return envelope.refusal().get();
                }
                audience = envelope.audience();
                trapped = envelope.trapsAlone();
            }
        } catch (InvalidAddressException e) {
            return insufficient(message, "an address of it cannot be read: " + e.getMessage());
        }
        if (unseen) {
            return afterThePolicy(
                    message,
                    new Outcome(
                            message,
                            "goes-on",
                            PolicyEngine.DEFAULT_RULE,
                            "replay.content-unseen",
                            Basis.RECORDED,
                            "it would go on past "
                                    + message.stage()
                                    + "; its content was never seen"));
        }
        if (evidence == null) {
            return isOfItsMoment(message.rule()) && (trapped || !message.rule().equals(Traps.RULE))
                    ? asItWas(message, Basis.RECORDED)
                    : insufficient(message, "no evidence was recorded");
        }
        Outcome now = content(message, evidence, facts, screened, audience);
        return trapped && passes(now) ? trapped(now) : afterThePolicy(message, now);
    }

    /** No mailbox waits for it, whatever the policy lets pass. */
    private static Outcome trapped(Outcome passing) {
        return new Outcome(
                passing.before(),
                Disposition.QUARANTINE.outcome(),
                Traps.RULE,
                Traps.REASON,
                passing.basis(),
                passing.detail());
    }

    private static boolean passes(Outcome now) {
        return now.basis() != Basis.INSUFFICIENT
                && (now.disposition().equals(Disposition.ACCEPT.outcome())
                        || now.disposition().equals(Disposition.TAG.outcome())
                        || now.disposition().equals("goes-on"));
    }

    /**
     * Whether a rule decides after the policy, by what it remembers or by what happened then: where
     * the policy lets a message pass, its decision stands as it was.
     */
    private static boolean isOfItsMoment(String rule) {
        return BuiltInRule.of(rule)
                .filter(known -> known.ground() == BuiltInRule.Ground.MOMENT)
                .isPresent();
    }

    /** Where the configuration's database has a client today. */
    private @Nullable String country(InetAddress address) {
        return ClientCountry.of(countries, snapshot.config(), address);
    }

    private static boolean isHashed(TracedMessage message) {
        return message.to().stream().anyMatch(to -> HASHED.matcher(to).matches())
                || (message.from() != null && HASHED.matcher(message.from()).matches());
    }

    private static Outcome asItWas(TracedMessage message, Basis basis) {
        return new Outcome(
                message,
                message.disposition(),
                message.rule(),
                message.reason(),
                basis,
                "the policy lets it pass, as then; " + message.rule() + " stands as it decided");
    }

    /** What rules outside the policy decided stands where the policy has nothing against it. */
    private static Outcome afterThePolicy(TracedMessage message, Outcome now) {
        return passes(now) && isOfItsMoment(message.rule()) && !message.rule().equals(Traps.RULE)
                ? asItWas(message, now.basis())
                : now;
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

    /** What the stages before the content say, and whose rules hold for the content. */
    private record Envelope(Optional<Outcome> refusal, Audience audience, boolean trapsAlone) {}

    private Envelope envelope(TracedMessage message, Facts known, RecordedScreening screened)
            throws InvalidAddressException {
        Facts facts = known;
        Optional<Outcome> outcome = refusal(message, Stage.CONNECT, facts);
        if (outcome.isEmpty() && !message.helo().isEmpty()) {
            facts = facts.withHelo(message.helo()).withTls(message.tls());
            outcome = refusal(message, Stage.HELO, facts);
        }
        if (outcome.isEmpty() && message.from() != null) {
            facts = facts.withReversePath(path(message.from()));
            outcome = refusal(message, Stage.MAIL, facts);
        }
        if (outcome.isPresent()) {
            return new Envelope(outcome, Audience.ANYBODY, false);
        }
        // the message goes on while one recipient is left; its rules are those of all who are
        @Nullable Audience audience = null;
        boolean trapsAlone = true;
        for (String to : message.to()) {
            EmailAddress address = EmailAddress.ofKey(to);
            RecipientLookup lookup =
                    Traps.lookup(address, snapshot.config().reputation(), snapshot.recipients());
            if (lookup instanceof RecipientLookup.Unavailable away
                    && !snapshot.recipients().answers(address)) {
                return new Envelope(
                        Optional.of(insufficient(message, unknowable(message, away))),
                        Audience.ANYBODY,
                        false);
            }
            Optional<Outcome> refused =
                    recipient(
                            message,
                            screened.atRecipient(facts)
                                    .withRecipient(address, lookup, snapshot.recipients()),
                            screened);
            if (refused.isEmpty()) {
                Audience asked = Audience.of(address, lookup);
                audience = audience == null ? asked : audience.with(asked);
                trapsAlone &= Traps.isForTrapsAlone(lookup);
            } else {
                outcome = refused;
            }
        }
        return audience == null
                ? new Envelope(outcome, Audience.ANYBODY, false)
                : new Envelope(Optional.empty(), audience, trapsAlone);
    }

    /** A source over the network is not asked here, and has left no list that would answer. */
    private static String unknowable(TracedMessage message, RecipientLookup.Unavailable away) {
        return "whether "
                + String.join(",", message.to())
                + " would be taken is not known: "
                + away.reason();
    }

    /** Greylisting has the last word; a null sender it asks after the content. */
    private Optional<Outcome> recipient(
            TracedMessage message, Facts facts, RecordedScreening screened) {
        Optional<Outcome> refused = refusal(message, Stage.RCPT, facts);
        if (refused.isPresent() || "".equals(message.from())) {
            return refused;
        }
        Verdict verdict = snapshot.policy().decide(Stage.RCPT, facts);
        return screened.greylisted(Stage.RCPT, facts, verdict)
                .map(reason ->
                        new Outcome(
                                message,
                                Disposition.DEFER.outcome(),
                                BuiltInRule.GREYLISTING.ruleName(),
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
                                    verdict.disposition().outcome(),
                                    verdict.rule(),
                                    verdict.reason(),
                                    Basis.RECORDED,
                                    "at " + stage.word()));
        };
    }

    private Outcome content(
            TracedMessage message,
            EvidenceRow evidence,
            Facts known,
            RecordedScreening screened,
            Audience audience) {
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
                                .withOrigin(result.client())
                                .withSize(message.size())
                                .withCountry(country(result.client())));
        Verdict verdict = snapshot.policy().evaluate(Stage.DATA, facts, audience).verdict();
        Optional<String> greylisted =
                from.isEmpty() ? screened.greylisted(Stage.DATA, facts, verdict) : Optional.empty();
        return new Outcome(
                message,
                greylisted.isPresent()
                        ? Disposition.DEFER.outcome()
                        : verdict.disposition().outcome(),
                greylisted.isPresent() ? BuiltInRule.GREYLISTING.ruleName() : verdict.rule(),
                greylisted.orElse(verdict.reason()),
                result.basis() == Reevaluator.Basis.RECORDED ? Basis.RECORDED : Basis.LIVE,
                change("spf", evidence, result.verdicts().spf().result())
                        + ", "
                        + change("dmarc", evidence, result.verdicts().dmarc().result())
                        + "; "
                        + result.explanation());
    }

    private static ReversePath path(String from) throws InvalidAddressException {
        return from.isEmpty()
                ? ReversePath.Null.INSTANCE
                : ReversePath.of(EmailAddress.ofKey(from));
    }

    private static Facts path(Facts facts, String from) {
        try {
            return facts.withReversePath(path(from));
        } catch (InvalidAddressException e) {
            throw new IllegalStateException("parsed before, with the envelope", e);
        }
    }

    private static String change(String method, EvidenceRow evidence, AuthResult now) {
        String before = evidence.detail().path(method).path("result").asString("none");
        return method + " " + (before.equals(now.word()) ? before : before + " → " + now.word());
    }
}
