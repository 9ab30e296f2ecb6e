package org.postern.core.policy;

import java.util.Optional;
import org.postern.core.config.BuiltInRule;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.reply.SmtpReply;

/** The rules about recipients: never a relay, never a bounce, never "unknown" when nobody knows. */
enum RecipientRules implements Rule {
    /** The recipient is of no domain of ours. */
    FOREIGN_DOMAIN(BuiltInRule.FOREIGN_DOMAIN) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return facts.lookup() instanceof RecipientLookup.NotHosted
                    ? Optional.of(
                            new Verdict.Reject(
                                    name,
                                    "recipient.foreign-domain",
                                    "",
                                    // RFC 5321, 3.6.2: relaying is refused by 550
                                    SmtpReply.of(
                                            550,
                                            "5.7.1",
                                            "Relaying denied: that domain is not handled here ("
                                                    + name
                                                    + ")")))
                    : Optional.empty();
        }
    },
    /** Every source says that there is no such recipient. */
    UNKNOWN_RECIPIENT(BuiltInRule.UNKNOWN_RECIPIENT) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return facts.lookup() instanceof RecipientLookup.Unknown
                    ? Optional.of(
                            new Verdict.Reject(
                                    name,
                                    "recipient.unknown",
                                    "",
                                    SmtpReply.of(
                                            550, "5.1.1", "No such recipient here (" + name + ")")))
                    : Optional.empty();
        }
    },
    /** A source is away. */
    DIRECTORY_UNAVAILABLE(BuiltInRule.DIRECTORY_UNAVAILABLE) {
        @Override
        public Optional<Verdict> decide(Facts facts) {
            return facts.lookup() instanceof RecipientLookup.Unavailable away
                    ? Optional.of(
                            new Verdict.Defer(
                                    name,
                                    "recipient.unavailable",
                                    away.reason(),
                                    SmtpReply.of(
                                            451,
                                            "4.3.0",
                                            "The recipient cannot be checked now; try again later ("
                                                    + name
                                                    + ")")))
                    : Optional.empty();
        }
    };

    /** The rule's name. */
    final String name;

    RecipientRules(BuiltInRule rule) {
        this.name = rule.ruleName();
    }

    @Override
    public String ruleName() {
        return name;
    }
}
