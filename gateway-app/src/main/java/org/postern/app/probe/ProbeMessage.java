package org.postern.app.probe;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.postern.core.mail.EmailAddress;

/** What a probe sends: a few lines of ASCII that say what they are. */
final class ProbeMessage {
    /** The header field by which a probe is known; its value is a nonce. */
    // not X-Postern-: what bears that name from outside is removed as forged, and the probe is
    // outside
    static final String FIELD = "Postern-Probe";

    // RFC 5322, 3.3: a numeric zone
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss xx", Locale.ROOT);

    private ProbeMessage() {}

    static String of(String nonce, String author, EmailAddress to, String hostname, Instant now) {
        return """
        From: <%s>
        To: <%s>
        Subject: Postern probe
        Date: %s
        Message-ID: <%s@postern.invalid>
        Auto-Submitted: auto-generated
        %s: %s
        MIME-Version: 1.0
        Content-Type: text/plain; charset=us-ascii

        The mail gateway %s sends itself such messages to see that mail gets
        through. This one can be deleted.
        """
                .formatted(
                        author,
                        to,
                        DATE.format(now.atOffset(ZoneOffset.UTC)),
                        nonce,
                        FIELD,
                        nonce,
                        hostname)
                .replace("\n", "\r\n");
    }
}
