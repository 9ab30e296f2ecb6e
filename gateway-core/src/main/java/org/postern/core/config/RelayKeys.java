package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.EMAIL_ADDRESS;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.number;

import java.time.Duration;
import java.util.List;
import org.postern.core.mail.EmailAddress;

/** The settings of what happens to accepted mail: a part of the table of {@link Keys}. */
final class RelayKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<Integer> QUOTA_MESSAGES =
            TABLE.one(
                    "domains.*.quota",
                    "messages",
                    number(0, Integer.MAX_VALUE),
                    "0",
                    "messages that may wait for this domain; beyond it RCPT gets 452 4.2.2, 0 is no"
                            + " limit");
    static final Key<Long> QUOTA_BYTES =
            TABLE.one(
                    "domains.*.quota",
                    "bytes",
                    SIZE_TYPE,
                    "0",
                    "content that may wait for this domain; beyond it RCPT gets 452 4.2.2, 0 is no"
                            + " limit");

    static final Key<Boolean> CUT_THROUGH =
            TABLE.one(
                    "relay",
                    "cut-through",
                    BOOLEAN,
                    "false",
                    "true asks the downstream while the client waits: what it refuses is refused in"
                            + " session, and nobody needs a bounce");
    static final Key<Duration> CUT_THROUGH_WAIT =
            TABLE.one(
                    "relay",
                    "cut-through-wait",
                    DURATION_TYPE,
                    "20s",
                    "longest that a client waits for that; then the message is taken and delivered"
                            + " from the spool");

    static final Key<Boolean> NOTIFICATIONS_ENABLED =
            TABLE.one(
                    "notifications",
                    "enabled",
                    BOOLEAN,
                    "true",
                    "false tells no sender anything: what fails is held for the postmaster");
    static final Key<EmailAddress> NOTIFICATIONS_POSTMASTER =
            TABLE.one(
                    "notifications",
                    "postmaster",
                    EMAIL_ADDRESS,
                    "",
                    "who stands in From of a notice, by default postmaster at the hostname");
    static final Key<Integer> NOTIFICATIONS_PER_HOUR =
            TABLE.one(
                    "notifications",
                    "per-hour",
                    number(0, 1_000_000),
                    "200",
                    "notices in one hour, all senders; what fails beyond is held");
    static final Key<Integer> NOTIFICATIONS_PER_SENDER =
            TABLE.one(
                    "notifications",
                    "per-sender",
                    number(0, 1_000_000),
                    "5",
                    "notices in one hour to one sender; what fails beyond is held");
    static final Key<Boolean> NOTIFICATIONS_SUCCESSES =
            TABLE.one(
                    "notifications",
                    "successes",
                    BOOLEAN,
                    "true",
                    "whether NOTIFY=SUCCESS is answered where the downstream does not");
    static final Key<Boolean> NOTIFICATIONS_DELAYS =
            TABLE.one(
                    "notifications",
                    "delays",
                    BOOLEAN,
                    "false",
                    "whether a sender is told, once, that a message waits");
    static final Key<Duration> NOTIFICATIONS_DELAY_AFTER =
            TABLE.one(
                    "notifications",
                    "delay-after",
                    DURATION_TYPE,
                    "4h",
                    "age from which it is told");
    static final Key<String> NOTIFICATIONS_DOWNSTREAM =
            TABLE.one(
                    "notifications",
                    "downstream",
                    TEXT,
                    "",
                    "a name from downstreams that relays notices to other people's domains; by"
                            + " default their MX hosts get them, and a host that is not public"
                            + " (see networks.public) gets none");

    /** Every key of these sections. */
    static final List<Key<?>> ALL = TABLE.all();

    private RelayKeys() {}
}
