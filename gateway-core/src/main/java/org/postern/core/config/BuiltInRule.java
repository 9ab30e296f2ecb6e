package org.postern.core.config;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The rules that no configuration writes, by the names that replies, log, journal and metrics call
 * them by. A rule of a configuration must not take one of these names.
 */
public enum BuiltInRule {
    /** The recipient is of no domain of ours. */
    FOREIGN_DOMAIN("foreign-domain", Ground.RECORD),
    /** Every source says that there is no such recipient. */
    UNKNOWN_RECIPIENT("unknown-recipient", Ground.RECORD),
    /** A source of recipients is away. */
    DIRECTORY_UNAVAILABLE("directory-unavailable", Ground.RECORD),
    /** A deny list has it. */
    DENY_LIST("deny-list", Ground.RECORD),
    /** The DNS lists have it, to the score that is too much. */
    DNSBL("dnsbl", Ground.RECORD),
    /** It is new and comes again. */
    GREYLISTING("greylisting", Ground.RECORD),
    /** The author domain's owner asks to refuse what fails DMARC. */
    DMARC_REJECT("dmarc-reject", Ground.AUTHENTICATION),
    /** No author can be told. */
    DUBIOUS_FROM("dubious-from", Ground.AUTHENTICATION),
    /** An answer that the decision needs could not be had. */
    AUTHENTICATION_DEFER("authentication-defer", Ground.AUTHENTICATION),
    /** The author domain's owner asks for suspicion. */
    DMARC_QUARANTINE("dmarc-quarantine", Ground.AUTHENTICATION),
    /** DMARC fails and is not enforced, for a reason. */
    DMARC_OVERRIDE("dmarc-override", Ground.AUTHENTICATION),
    /** A scanner found a virus. */
    VIRUS("virus", Ground.RECORD),
    /** The virus scanner could not say. */
    VIRUS_UNSCANNED("virus-unscanned", Ground.RECORD),
    /** A scanner refuses it as spam. */
    SPAM("spam", Ground.RECORD),
    /** A scanner puts it off. */
    SPAM_DEFER("spam-defer", Ground.RECORD),
    /** A scanner has it held. */
    SPAM_QUARANTINE("spam-quarantine", Ground.RECORD),
    /** The spam scanner could not say. */
    SPAM_UNSCANNED("spam-unscanned", Ground.RECORD),
    /** No rule applied. */
    DEFAULT("default", Ground.RECORD),
    /** A client that names many recipients that do not exist. */
    HARVEST("harvest", Ground.MOMENT),
    /** One that did, kept out for a while. */
    HARVEST_BAN("harvest-ban", Ground.MOMENT),
    /** A message for nobody but spam traps. */
    SPAM_TRAP("spam-trap", Ground.MOMENT),
    /** A sender that suddenly sends far more than it used to. */
    ANOMALOUS_SENDER("anomalous-sender", Ground.MOMENT),
    /** Too much waits for the recipient's domain. */
    QUOTA("quota", Ground.MOMENT),
    /** Recipients whose rules differ share no transaction. */
    PER_DOMAIN_RULES("per-domain-rules", Ground.MOMENT),
    /** The downstream refused it while the client waited. */
    DOWNSTREAM("downstream", Ground.MOMENT),
    /** The spool had no room, or failed. */
    SPOOL("spool", Ground.MOMENT);

    /** What a rule decides by. */
    public enum Ground {
        /** What SPF, DKIM, ARC and DMARC say of who a message is from. */
        AUTHENTICATION,
        /** Whatever else is written down of a message, so that it can be asked again. */
        RECORD,
        /** What the gateway remembered or met at that moment, which nobody can ask again. */
        MOMENT
    }

    private static final Map<String, BuiltInRule> BY_NAME =
            Arrays.stream(values())
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    BuiltInRule::ruleName, Function.identity()));

    private final String ruleName;
    private final Ground ground;

    BuiltInRule(String ruleName, Ground ground) {
        this.ruleName = ruleName;
        this.ground = ground;
    }

    /** The rule's name. */
    public String ruleName() {
        return ruleName;
    }

    /** What it decides by. */
    public Ground ground() {
        return ground;
    }

    /** The built-in rule of a name; empty for a rule of a configuration. */
    public static Optional<BuiltInRule> of(String ruleName) {
        return Optional.ofNullable(BY_NAME.get(ruleName));
    }
}
