package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.CIDR;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.postern.core.authres.AuthResult;
import org.postern.core.net.Cidr;
import org.postern.core.scan.ScanResult;

/** The settings of section {@code policy}: a part of the table of {@link Keys}. */
final class PolicyKeys {
    private static final KeyTable TABLE = new KeyTable();
    private static final String WHEN = "policy.rules[].when";

    static final Key<PolicyConfig.Guard> GUARD =
            TABLE.one(
                    "policy",
                    "guard",
                    ValueTypes.word(
                            Map.of(
                                    "off", PolicyConfig.Guard.OFF,
                                    "alarm", PolicyConfig.Guard.ALARM,
                                    "observe", PolicyConfig.Guard.OBSERVE)),
                    "alarm",
                    "what happens when a reason's share of the mail leaves the band it has been in:"
                            + " an alarm with the likeliest cause; observe also keeps the rule"
                            + " behind it from deciding until postern guard confirm");

    static final Key<String> COUNTRY_DATABASE =
            TABLE.one(
                    "policy",
                    "country-database",
                    ValueTypes.TEXT,
                    "",
                    "an MMDB file that tells the country of an address, such as"
                            + " GeoLite2-Country.mmdb; read again when it is replaced");

    static final Key<String> RULE_NAME =
            TABLE.required(
                    "policy.rules[]",
                    "name",
                    ValueTypes.RULE_NAME,
                    "stands in the reply, log, trace and metrics; no other rule has it, be it in a"
                            + " set or of a domain");
    static final Key<RuleConfig.At> RULE_STAGE =
            TABLE.required(
                    "policy.rules[]",
                    "stage",
                    PolicyWords.stages(),
                    "where in the session the rule is tried");
    static final Key<RuleConfig.Action> RULE_ACTION =
            TABLE.required(
                    "policy.rules[]",
                    "action",
                    PolicyWords.actions(),
                    "accept (no further rule of the stage is tried), tag (header field"
                            + " X-Postern-Policy), quarantine (held in the spool), reject (550) or"
                            + " defer (451)");
    static final Key<RuleConfig.Mode> RULE_MODE =
            TABLE.one(
                    "policy.rules[]",
                    "mode",
                    PolicyWords.modes(),
                    "enforce",
                    "observe counts what the rule would have done and goes on to the next");
    static final Key<Instant> RULE_EXPIRES =
            TABLE.one(
                    "policy.rules[]",
                    "expires",
                    ValueTypes.END,
                    "",
                    "from when on the rule has no effect");
    static final Key<String> RULE_REPLY =
            TABLE.one(
                    "policy.rules[]",
                    "reply",
                    ValueTypes.REPLY_TEXT,
                    "",
                    "words for the sender's postmaster, with reject and defer");

    static final Key<Cidr> WHEN_CLIENT = TABLE.list(WHEN, "client", CIDR, "the client's address");
    static final Key<String> WHEN_COUNTRY =
            TABLE.list(
                    WHEN,
                    "country",
                    PolicyWords.countries(),
                    "where policy.country-database has the client; of an address that it does not"
                            + " have, nothing is known");
    static final Key<String> WHEN_LIST =
            TABLE.list(
                    WHEN,
                    "list",
                    PolicyWords.listName(),
                    "a list of lists.named, or allow or deny, has the client or a name or address"
                            + " that is known by then");
    static final Key<Boolean> WHEN_TLS =
            TABLE.one(WHEN, "tls", BOOLEAN, "", "whether the session is encrypted; from helo on");
    static final Key<ConditionConfig.DomainPattern> WHEN_HELO =
            TABLE.list(WHEN, "helo", ValueTypes.DOMAIN_PATTERN, "the name of EHLO; from helo on");
    static final Key<Boolean> WHEN_NULL_SENDER =
            TABLE.one(
                    WHEN,
                    "null-sender",
                    BOOLEAN,
                    "",
                    "whether the reverse-path is null; from mail on");
    static final Key<String> WHEN_SENDER =
            TABLE.list(
                    WHEN,
                    "sender",
                    ValueTypes.ADDRESS_OR_DOMAIN,
                    "the envelope sender; from mail on");
    static final Key<ConditionConfig.DomainPattern> WHEN_SENDER_DOMAIN =
            TABLE.list(
                    WHEN,
                    "sender-domain",
                    ValueTypes.DOMAIN_PATTERN,
                    "the envelope sender's domain; from mail on");
    static final Key<String> WHEN_RECIPIENT =
            TABLE.list(
                    WHEN,
                    "recipient",
                    ValueTypes.ADDRESS_OR_DOMAIN,
                    "the recipient, with any detail where its source has subaddressing; at rcpt");
    static final Key<ConditionConfig.DomainPattern> WHEN_RECIPIENT_DOMAIN =
            TABLE.list(
                    WHEN,
                    "recipient-domain",
                    ValueTypes.DOMAIN_PATTERN,
                    "the recipient's domain; at rcpt");
    static final Key<ConditionConfig.DomainPattern> WHEN_REVERSE_NAME =
            TABLE.list(
                    WHEN,
                    "reverse-name",
                    ValueTypes.DOMAIN_PATTERN,
                    "the client's forward-confirmed name; at data");
    static final Key<ConditionConfig.DomainPattern> WHEN_AUTHOR_DOMAIN =
            TABLE.list(
                    WHEN,
                    "author-domain",
                    ValueTypes.DOMAIN_PATTERN,
                    "the domain of any author in the From field; at data");
    static final Key<ConditionConfig.DomainPattern> WHEN_AUTHENTICATED_DOMAIN =
            TABLE.list(
                    WHEN,
                    "authenticated-domain",
                    ValueTypes.DOMAIN_PATTERN,
                    "one that SPF passed for, or DKIM for the whole body; at data");
    static final Key<AuthResult> WHEN_SPF =
            TABLE.list(
                    WHEN,
                    "spf",
                    PolicyWords.results(),
                    "the result of SPF for the reverse-path; at data");
    static final Key<AuthResult> WHEN_HELO_SPF =
            TABLE.list(
                    WHEN,
                    "helo-spf",
                    PolicyWords.results(),
                    "the result of SPF for the HELO name; at data");
    static final Key<AuthResult> WHEN_IPREV =
            TABLE.list(
                    WHEN,
                    "iprev",
                    PolicyWords.results(),
                    "the result of the reverse look-up; at data");
    static final Key<AuthResult> WHEN_DKIM =
            TABLE.list(
                    WHEN,
                    "dkim",
                    PolicyWords.results(),
                    "the result of any signature, none where there is none; at data");
    static final Key<AuthResult> WHEN_ARC =
            TABLE.list(WHEN, "arc", PolicyWords.results(), "the result of the ARC chain; at data");
    static final Key<AuthResult> WHEN_DMARC =
            TABLE.list(WHEN, "dmarc", PolicyWords.results(), "the result of DMARC; at data");
    static final Key<String> WHEN_REASON =
            TABLE.list(
                    WHEN,
                    "reason",
                    ValueTypes.REASON,
                    "the reason of any of these results; at data");
    static final Key<Boolean> WHEN_KNOWN_GOOD =
            TABLE.one(
                    WHEN,
                    "known-good",
                    BOOLEAN,
                    "",
                    "whether the client has a good history; at data, of a domain that"
                            + " authenticated");
    static final Key<Integer> WHEN_UNKNOWN_OVER =
            TABLE.one(
                    WHEN,
                    "unknown-recipients-over",
                    ValueTypes.number(0, 1_000_000),
                    "",
                    "the client, or at data a domain that authenticated, named more unknown"
                            + " recipients lately");
    static final Key<Long> WHEN_SIZE_OVER =
            TABLE.one(WHEN, "size-over", SIZE_TYPE, "", "the message is larger; at data");

    static final Key<String> WHEN_DNSBL =
            TABLE.list(
                    WHEN,
                    "dnsbl",
                    ValueTypes.RULE_NAME,
                    "a list of dnsbl.lists that has the client or a name; from rcpt on");
    static final Key<Integer> WHEN_DNSBL_SCORE_OVER =
            TABLE.one(
                    WHEN,
                    "dnsbl-score-over",
                    ValueTypes.number(-1_000, 1_000),
                    "",
                    "the lists' weights together are more; from rcpt on");

    static final Key<ScanResult.Outcome> WHEN_SCAN =
            TABLE.list(
                    WHEN,
                    "scan",
                    PolicyWords.scanOutcomes(),
                    "what any scanner said of the message; at data");
    static final Key<Integer> WHEN_SPAM_SCORE_OVER =
            TABLE.one(
                    WHEN,
                    "spam-score-over",
                    ValueTypes.number(-1_000, 1_000),
                    "",
                    "Rspamd's score is more; at data");

    /** Every key of the section. */
    static final List<Key<?>> ALL = TABLE.all();

    private PolicyKeys() {}
}
