package org.postern.core.reply;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One SMTP reply (RFC 5321, 4.2), of one or more lines.
 *
 * @param code 200 to 599
 * @param status the enhanced status, or null where RFC 2034 has none (greeting, EHLO, 354)
 * @param lines the text, at least one line, each printable, without CR or LF
 */
public record SmtpReply(int code, @Nullable EnhancedStatus status, List<String> lines) {
    public SmtpReply {
        lines = List.copyOf(lines);
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("no reply code: " + code);
        }
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("a reply has at least one line");
        }
        for (String line : lines) {
            if (line.indexOf('\r') >= 0 || line.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("a reply line holds no line end");
            }
        }
    }

    /** A reply of one line with an enhanced status such as {@code "5.1.1"}. */
    public static SmtpReply of(int code, String status, String text) {
        return new SmtpReply(code, EnhancedStatus.parse(status), List.of(text));
    }

    /** A reply of one line without an enhanced status. */
    public static SmtpReply of(int code, String text) {
        return new SmtpReply(code, null, List.of(text));
    }

    /** Whether the code is 2yz. */
    public boolean isPositive() {
        return code < 300;
    }

    /** Whether the code is 4yz: try again later. */
    public boolean isTransient() {
        return code >= 400 && code < 500;
    }

    /** Whether the code is 5yz. */
    public boolean isPermanent() {
        return code >= 500;
    }

    /** The reply as it goes on the wire, each line ended by CRLF. */
    public String toWire() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            out.append(code).append(i + 1 < lines.size() ? '-' : ' ');
            if (status != null) {
                out.append(status).append(' ');
            }
            out.append(lines.get(i)).append("\r\n");
        }
        return out.toString();
    }

    /** One line for logs: {@code 550 5.1.1 text}, further lines joined by {@code " / "}. */
    @Override
    public String toString() {
        String prefix = status == null ? code + " " : code + " " + status + " ";
        return prefix + String.join(" / ", lines);
    }
}
