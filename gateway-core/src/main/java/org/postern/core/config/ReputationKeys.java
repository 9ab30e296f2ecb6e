package org.postern.core.config;

import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.EMAIL_ADDRESS;
import static org.postern.core.config.ValueTypes.number;

import java.time.Duration;
import java.util.List;
import org.postern.core.mail.EmailAddress;

/** The settings of section {@code reputation}: a part of the table of {@link Keys}. */
final class ReputationKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<Integer> SLOW_AFTER =
            count(
                    "slow-after",
                    "20",
                    "unknown recipients of one client, from which on each further one is answered"
                            + " late; 0 is never. This and the two thresholds below are 0 too where"
                            + " limits.unknown-recipients is 0 and they are not named");
    static final Key<Duration> SLOW_BY = span("slow-by", "2s", "how late, at most 30s");
    static final Key<Integer> HANG_UP_AFTER =
            count(
                    "hang-up-after",
                    "100",
                    "from which on each further one is answered 421 4.7.0; 0 is never");
    static final Key<Integer> BAN_AFTER =
            count("ban-after", "1000", "from which on the client is kept out; 0 is never");
    static final Key<Duration> BAN = span("ban", "1h", "for how long; it ends by itself");
    static final Key<Duration> WINDOW = span("window", "1h", "in which these counts halve");
    static final Key<Integer> NETWORK_FACTOR =
            one(
                    "network-factor",
                    number(1, 1_000),
                    "4",
                    "how many times as much a /24 or /48 may have, and a domain that SPF or DKIM"
                            + " passed for");
    static final Key<Integer> GOOD_AFTER_MESSAGES =
            one(
                    "good-after-messages",
                    number(1, 1_000_000),
                    "20",
                    "accepted messages that SPF or DKIM passed for, by domain and network, that"
                            + " make a client known good: slowed, never hung up on or banned");
    static final Key<Duration> GOOD_AFTER_AGE =
            span("good-after-age", "3d", "how old the first of them must be");
    static final Key<Duration> HALF_LIFE =
            span("half-life", "30d", "in which such a message counts half");
    static final Key<EmailAddress> TRAPS =
            TABLE.list(
                    "reputation",
                    "spam-traps",
                    EMAIL_ADDRESS,
                    "addresses that nobody writes to: mail to them is answered like any"
                            + " other and lies in the trash for 7d, and its client is put on the"
                            + " deny list, 421 4.7.1");
    static final Key<Duration> TRAP_HOLD =
            span("trap-hold", "1d", "how long a client stays there; known good ones never come");

    static final Key<Integer> ANOMALY_MESSAGES =
            count(
                    "anomaly-messages",
                    "500",
                    "messages of a sender, sender domain or client within an hour up to which"
                            + " nothing is anomalous; 0 switches this off. Where anomaly-deferrals"
                            + " alone is named, this is 0");
    static final Key<Integer> ANOMALY_DEFERRALS =
            count(
                    "anomaly-deferrals",
                    "50",
                    "messages of one of them within an hour that the store puts off at the first"
                            + " attempt, up to which nothing is anomalous; beyond it is who has a"
                            + " far greater share of deferrals than ever and than everybody else;"
                            + " 0 switches this off. Where anomaly-messages alone is named, this"
                            + " is 0");
    static final Key<RuleConfig.Mode> ANOMALY_MODE =
            one(
                    "anomaly-mode",
                    PolicyWords.modes(),
                    "observe",
                    "observe tells who is anomalous (alarm, log, journal, metrics) and holds"
                            + " nothing; enforce holds their mail, what is queued too. Where one"
                            + " of the two thresholds is named and this is not, it is enforce");
    static final Key<Integer> ANOMALY_FACTOR =
            one(
                    "anomaly-factor",
                    number(2, 10_000),
                    "10",
                    "how many times its own busiest hour of the past one must exceed; its mail is"
                            + " then held or, in mode observe, told of; nothing is refused");
    static final Key<Duration> ANOMALY_AFTER =
            span("anomaly-after", "7d", "how old a past must be to be judged by");
    static final Key<Duration> ANOMALY_HOLD =
            span("anomaly-hold", "4h", "how long such mail is held, then it is delivered");

    /** Every key of the section. */
    static final List<Key<?>> ALL = TABLE.all();

    private ReputationKeys() {}

    private static Key<Integer> count(String name, String fallback, String doc) {
        return one(name, number(0, 1_000_000), fallback, doc);
    }

    private static Key<Duration> span(String name, String fallback, String doc) {
        return one(name, DURATION_TYPE, fallback, doc);
    }

    private static <T> Key<T> one(String name, ValueType<T> type, String fallback, String doc) {
        return TABLE.one("reputation", name, type, fallback, doc);
    }
}
