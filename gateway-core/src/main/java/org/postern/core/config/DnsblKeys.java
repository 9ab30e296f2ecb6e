package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.number;

import java.time.Duration;
import java.util.List;
import org.postern.core.config.Key.Shape;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;

/** The settings of section {@code dnsbl}: a part of the table of {@link Keys}. */
final class DnsblKeys {
    private static final String LISTS = "dnsbl.lists[]";

    static final Key<Integer> THRESHOLD =
            new Key<>(
                    "dnsbl",
                    "threshold",
                    number(1, 1_000),
                    Shape.ONE,
                    "1",
                    "the score from which recipients are refused, 550 5.7.1, by the rule dnsbl");
    static final Key<RuleConfig.Mode> MODE =
            new Key<>(
                    "dnsbl",
                    "mode",
                    PolicyWords.modes(),
                    Shape.ONE,
                    "enforce",
                    "observe counts what the rule dnsbl would have refused, and refuses nothing");
    static final Key<Duration> DEADLINE =
            new Key<>(
                    "dnsbl",
                    "deadline",
                    DURATION_TYPE,
                    Shape.ONE,
                    "3s",
                    "how long an answer may take from when it was asked for; later ones do not"
                            + " count");
    static final Key<Duration> SELF_TEST_EVERY =
            new Key<>(
                    "dnsbl",
                    "self-test",
                    DURATION_TYPE,
                    Shape.ONE,
                    "10m",
                    "how often each list is tested; one that is switched off is tried at least"
                            + " every minute");

    static final Key<String> NAME =
            new Key<>(
                    LISTS,
                    "name",
                    ValueTypes.RULE_NAME,
                    Shape.REQUIRED,
                    "",
                    "stands in replies, logs, metrics and the condition dnsbl");
    static final Key<Domain> ZONE =
            new Key<>(
                    LISTS,
                    "zone",
                    ValueTypes.DOMAIN,
                    Shape.REQUIRED,
                    "",
                    "the zone that is asked; several lists may share one, each with its codes");
    static final Key<Subject> ASK =
            new Key<>(
                    LISTS,
                    "ask",
                    PolicyWords.subjects(),
                    Shape.LIST,
                    "",
                    "what it is asked about: client (the address, where nothing is said), or names:"
                            + " helo, sender, author");
    static final Key<Integer> WEIGHT =
            new Key<>(
                    LISTS,
                    "weight",
                    number(-1_000, 1_000),
                    Shape.ONE,
                    "1",
                    "what a hit adds to the score; below 0 for an allow list, 0 to know only");
    static final Key<CodePattern> CODES =
            new Key<>(
                    LISTS,
                    "codes",
                    ValueTypes.CODE_PATTERN,
                    Shape.LIST,
                    "",
                    "the answers that count, 127.*.*.* where nothing is said");
    static final Key<Boolean> SELF_TEST =
            new Key<>(
                    LISTS,
                    "self-test",
                    BOOLEAN,
                    Shape.ONE,
                    "true",
                    "false for a list without the test entries of RFC 5782, 5: 127.0.0.2 or the"
                            + " name test");

    /** Every key of the section. */
    static final List<Key<?>> ALL =
            List.of(
                    THRESHOLD,
                    MODE,
                    DEADLINE,
                    SELF_TEST_EVERY,
                    NAME,
                    ZONE,
                    ASK,
                    WEIGHT,
                    CODES,
                    SELF_TEST);

    private DnsblKeys() {}
}
