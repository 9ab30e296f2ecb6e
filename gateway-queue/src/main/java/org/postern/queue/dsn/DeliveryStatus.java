package org.postern.queue.dsn;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/**
 * The fields of message/delivery-status (RFC 3464, 2). Names of machines behind us are left out:
 * Remote-MTA is optional, and the outside has no use for them.
 */
final class DeliveryStatus {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final int MAX_DIAGNOSTIC = 800;

    private DeliveryStatus() {}

    /** All of them, ASCII with CRLF. */
    static String fields(NoticeContent content, Domain hostname) {
        StringBuilder out = new StringBuilder(512);
        String envelopeId = content.envelope().envelopeId();
        if (envelopeId != null) {
            field(out, "Original-Envelope-Id", ascii(unxtext(envelopeId))); // RFC 3464, 2.2.1
        }
        field(out, "Reporting-MTA", "dns; " + hostname); // 2.2.2
        field(out, "Arrival-Date", date(content.received())); // 2.2.5
        for (NoticedRecipient r : content.recipients()) {
            out.append("\r\n");
            recipient(out, content, r);
        }
        return out.toString();
    }

    private static void recipient(StringBuilder out, NoticeContent content, NoticedRecipient r) {
        String original = r.recipient().originalRecipient();
        if (original != null) {
            int semicolon = original.indexOf(';');
            // 2.3.1: as given in ORCPT, decoded
            if (semicolon > 0) {
                field(
                        out,
                        "Original-Recipient",
                        ascii(original.substring(0, semicolon))
                                + "; "
                                + ascii(unxtext(original.substring(semicolon + 1))));
            }
        }
        field(out, "Final-Recipient", finalRecipient(r.recipient().address())); // 2.3.2
        field(out, "Action", content.event().action()); // 2.3.3
        field(out, "Status", r.status(content.event())); // 2.3.4
        if (r.fromDownstream() && !r.reply().isEmpty()) {
            field(out, "Diagnostic-Code", "smtp; " + bounded(ascii(r.reply()))); // 2.3.6
        }
        if (r.lastAttempt() != null) {
            field(out, "Last-Attempt-Date", date(r.lastAttempt())); // 2.3.7
        }
        Instant until = content.retryUntil();
        if (content.event() == NoticeEvent.DELAYED && until != null) {
            field(out, "Will-Retry-Until", date(until)); // 2.3.9
        }
    }

    /** RFC 6533, 3: an internationalised address in its seven-bit form, {@code \x{E9}}. */
    private static String finalRecipient(EmailAddress address) {
        if (address.isAscii()) {
            return "rfc822; " + address;
        }
        StringBuilder out = new StringBuilder("utf-8; ");
        address.toString()
                .codePoints()
                .forEach(c -> {
                    if (c > 0x20 && c < 0x7f && c != '\\' && c != '+' && c != '=') {
                        out.appendCodePoint(c);
                    } else {
                        out.append(String.format(Locale.ROOT, "\\x{%02X}", c));
                    }
                });
        return out.toString();
    }

    private static String date(Instant instant) {
        return DATE.format(instant);
    }

    private static void field(StringBuilder out, String name, String value) {
        out.append(name).append(": ").append(value).append("\r\n");
    }

    /** Printable ASCII and spaces; anything else becomes a question mark. */
    static String ascii(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return out.toString();
    }

    private static String bounded(String text) {
        return text.length() <= MAX_DIAGNOSTIC ? text : text.substring(0, MAX_DIAGNOSTIC);
    }

    /** RFC 3461, 4: {@code +3D} back to {@code =}; what is no such code stays as it stands. */
    static String unxtext(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int value = c == '+' && i + 2 < text.length() ? hex(text, i + 1) : -1;
            if (value >= 0) {
                out.append((char) value);
                i += 2;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** The value of two hexadecimal digits, or -1. */
    private static int hex(String text, int at) {
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}
