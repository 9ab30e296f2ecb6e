package org.postern.core.config;

import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.EMAIL_ADDRESS;
import static org.postern.core.config.ValueTypes.TEXT;

import java.time.Duration;
import java.util.List;
import org.postern.core.config.Key.Shape;
import org.postern.core.mail.EmailAddress;

/** The settings of section {@code probe}: a part of the table of {@link Keys}. */
final class ProbeKeys {
    private static final KeyTable TABLE = new KeyTable();
    private static final String PROBE = "probe";
    private static final String IMAP = "probe.imap";

    static final Key<Duration> EVERY =
            TABLE.add(PROBE, "every", DURATION_TYPE, Shape.ONE, "1m", "how often");
    static final Key<Duration> TIMEOUT =
            TABLE.add(
                    PROBE,
                    "timeout",
                    DURATION_TYPE,
                    Shape.ONE,
                    "45s",
                    "for each message, from the connection to its arrival");
    static final Key<String> ADDRESS =
            TABLE.add(
                    PROBE,
                    "address",
                    TEXT,
                    Shape.ONE,
                    "",
                    "host:port where senders find us from outside; by default the first listener"
                            + " that speaks before TLS");
    static final Key<EmailAddress> RECIPIENT =
            TABLE.add(
                    PROBE,
                    "recipient",
                    EMAIL_ADDRESS,
                    Shape.REQUIRED,
                    "",
                    "who gets the good message: a mailbox of a hosted domain that nobody reads");
    static final Key<EmailAddress> SENDER =
            TABLE.add(
                    PROBE,
                    "sender",
                    EMAIL_ADDRESS,
                    Shape.ONE,
                    "",
                    "of the good message; by default the null reverse-path");
    static final Key<String> EXPECT =
            TABLE.add(
                    PROBE,
                    "expect",
                    TEXT,
                    Shape.LIST,
                    "",
                    "results that the good message must have, such as spf=pass; temperror is never"
                            + " taken");
    static final Key<EmailAddress> FORGED_AUTHOR =
            TABLE.add(
                    PROBE,
                    "forged-author",
                    EMAIL_ADDRESS,
                    Shape.ONE,
                    "",
                    "From of a message that must be refused: of a domain with p=reject that this"
                            + " host may not send for; without it this is not probed");

    static final Key<String> IMAP_URL =
            TABLE.add(
                    IMAP, "url", TEXT, Shape.REQUIRED, "", "imaps://host:port or imap://host:port");
    static final Key<String> IMAP_USER =
            TABLE.add(
                    IMAP,
                    "user",
                    TEXT,
                    Shape.REQUIRED,
                    "",
                    "who reads the recipient's mailbox, and deletes probes that have arrived");
    static final Key<String> IMAP_PASSWORD =
            TABLE.add(IMAP, "password", AlertKeys.SECRET, Shape.REQUIRED, "", "of that user");

    /** Every key of the section. */
    static final List<Key<?>> ALL = TABLE.all();

    private ProbeKeys() {}
}
