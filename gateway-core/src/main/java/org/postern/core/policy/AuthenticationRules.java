package org.postern.core.policy;

import java.util.Optional;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.BuiltInRule;
import org.postern.core.reply.SmtpReply;

/**
 * The rules about what authentication advises. The advice weighs the verdicts; the rules give it a
 * name and a reply. A failure of DMARC and a From field that nobody can check are two rules, so
 * that one can be told from the other in every count.
 */
enum AuthenticationRules implements Rule {
    /** The author domain's owner asks to refuse what fails (RFC 9989, 5.3). */
    DMARC_REJECT(BuiltInRule.DMARC_REJECT) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return advised(facts, Advice.Action.REJECT)
                    .filter(a -> isDmarcFailure(facts))
                    .map(a ->
                            new Verdict.Reject(
                                    name, a.reason(), "", SmtpReply.of(550, "5.7.1", text(a))));
        }
    },
    /** No author can be told: no From field, several, or one that reads in several ways. */
    DUBIOUS_FROM(BuiltInRule.DUBIOUS_FROM) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return advised(facts, Advice.Action.REJECT)
                    .filter(a -> !isDmarcFailure(facts))
                    .map(a ->
                            new Verdict.Reject(
                                    name, a.reason(), "", SmtpReply.of(550, "5.7.1", text(a))));
        }
    },
    /** An answer that the decision needs could not be had in time: never a failure. */
    AUTHENTICATION_DEFER(BuiltInRule.AUTHENTICATION_DEFER) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return advised(facts, Advice.Action.DEFER)
                    .map(a ->
                            new Verdict.Defer(
                                    name, a.reason(), "", SmtpReply.of(451, "4.7.0", text(a))));
        }
    },
    /** The owner asks for suspicion: the message is marked, for the store to file apart. */
    DMARC_QUARANTINE(BuiltInRule.DMARC_QUARANTINE) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return advised(facts, Advice.Action.QUARANTINE)
                    .map(a ->
                            new Verdict.Tag(
                                    name,
                                    a.reason(),
                                    "",
                                    TAG_FIELD,
                                    "quarantine; rule=" + name + "; reason=" + a.reason()));
        }
    },
    /** DMARC fails and would have been enforced: that it was not has a reason of its own. */
    DMARC_OVERRIDE(BuiltInRule.DMARC_OVERRIDE) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return advised(facts, Advice.Action.ACCEPT)
                    .filter(a -> a.reason().startsWith(OVERRIDE))
                    .map(a -> new Verdict.Accept(name, a.reason(), a.explanation()));
        }
    };

    private static final String OVERRIDE = "dmarc.override.";

    /** The header field that marks a suspicious message. */
    static final String TAG_FIELD = "X-Postern-Policy";

    /** The rule's name. */
    final String name;

    AuthenticationRules(BuiltInRule rule) {
        this.name = rule.ruleName();
    }

    @Override
    public String ruleName() {
        return name;
    }

    private static Optional<Advice> advised(Facts facts, Advice.Action action) {
        return Optional.ofNullable(facts.advice()).filter(a -> a.action() == action);
    }

    private static boolean isDmarcFailure(Facts facts) {
        return facts.verdicts() != null && facts.verdicts().dmarc().result() == AuthResult.FAIL;
    }

    String text(Advice advice) {
        return advice.explanation() + " (" + name + ")";
    }
}
