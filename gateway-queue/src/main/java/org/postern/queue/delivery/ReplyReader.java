package org.postern.queue.delivery;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.reply.EnhancedStatus;
import org.postern.core.reply.SmtpReply;

/**
 * Reads replies (RFC 5321, 4.2): one or more lines of one code. Whatever comes, memory is bounded:
 * a reply beyond {@link #MAX_REPLY} octets is refused by name.
 *
 * <p>Not thread-safe. How it fails: {@link WireException} of kind PROTOCOL for what is no reply,
 * LOST at the end of the stream; any other {@link IOException} as the stream throws it.
 */
final class ReplyReader {
    /** The longest reply in octets, all lines. RFC 5321, 4.5.3.1.5 allows 512 a line. */
    static final int MAX_REPLY = 64 * 1024;

    /** The longest line in octets that is read; the RFC's 512 are exceeded by honest servers. */
    static final int MAX_LINE = 4_096;

    private final InputStream in;
    private final byte[] buffer = new byte[4_096];
    private int position;
    private int limit;

    ReplyReader(InputStream in) {
        this.in = in;
    }

    /** Whether octets wait that were read but not asked for. */
    boolean hasBuffered() {
        return position < limit;
    }

    /** Reads the next reply. */
    SmtpReply read() throws IOException {
        List<String> lines = new ArrayList<>(1);
        int code = 0;
        int total = 0;
        EnhancedStatus status = null;
        while (true) {
            String line = readLine(MAX_REPLY - total);
            total += line.length() + 2;
            int lineCode = code(line);
            if (code != 0 && lineCode != code) {
                throw protocol("reply lines have different codes, " + code + " and " + lineCode);
            }
            code = lineCode;
            String text = line.length() > 4 ? line.substring(4) : "";
            EnhancedStatus lineStatus = status(code, text);
            if (lineStatus != null) {
                if (status == null) {
                    status = lineStatus;
                }
                text = text.substring(text.indexOf(' ') + 1);
            }
            lines.add(text);
            if (line.length() == 3 || line.charAt(3) == ' ') {
                return new SmtpReply(code, status, lines);
            }
        }
    }

    private static int code(String line) throws WireException {
        boolean shape =
                line.length() >= 3
                        && line.charAt(0) >= '2'
                        && line.charAt(0) <= '5'
                        && isDigit(line.charAt(1))
                        && isDigit(line.charAt(2))
                        && (line.length() == 3 || line.charAt(3) == ' ' || line.charAt(3) == '-');
        if (!shape) {
            throw protocol("not an SMTP reply: \"" + Outcomes.printable(line, 60) + "\"");
        }
        return (line.charAt(0) - '0') * 100 + (line.charAt(1) - '0') * 10 + line.charAt(2) - '0';
    }

    /** The enhanced status at the head of the text (RFC 2034), where its class fits the code. */
    private static @Nullable EnhancedStatus status(int code, String text) {
        int end = text.indexOf(' ');
        if (end < 5 || end > 9 || text.charAt(1) != '.' || text.charAt(0) - '0' != code / 100) {
            return null;
        }
        int dot = text.indexOf('.', 2);
        if (dot < 3 || dot >= end - 1 || dot > 5 || end - dot > 4) {
            return null;
        }
        for (int i = 2; i < end; i++) {
            if (i != dot && !isDigit(text.charAt(i))) {
                return null;
            }
        }
        int statusClass = code / 100;
        if (statusClass == 3) {
            return null;
        }
        return new EnhancedStatus(
                statusClass,
                Integer.parseInt(text.substring(2, dot)),
                Integer.parseInt(text.substring(dot + 1, end)));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** One line without its end; LF alone is taken as an end too. Not printable becomes '?'. */
    private String readLine(int room) throws IOException {
        StringBuilder line = new StringBuilder(80);
        while (true) {
            if (position == limit) {
                fill(line.length());
            }
            byte b = buffer[position++];
            if (b == '\n') {
                int length = line.length();
                if (length > 0 && line.charAt(length - 1) == '\r') {
                    line.setLength(length - 1);
                }
                return printable(line);
            }
            if (line.length() >= MAX_LINE) {
                throw protocol("a reply line is longer than " + MAX_LINE + " octets");
            }
            if (line.length() >= room) {
                throw protocol("the reply is longer than " + MAX_REPLY + " octets");
            }
            line.append((char) (b & 0xff));
        }
    }

    private static String printable(StringBuilder line) {
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\t') {
                line.setCharAt(i, ' ');
            } else if (c < 0x20 || c > 0x7e) {
                line.setCharAt(i, '?');
            }
        }
        return line.toString();
    }

    private void fill(int read) throws IOException {
        int n = in.read(buffer);
        if (n < 0) {
            throw new WireException(
                    WireException.Kind.LOST,
                    read == 0
                            ? "the connection was closed"
                            : "the connection was closed within a reply",
                    new EOFException());
        }
        position = 0;
        limit = n;
    }

    private static WireException protocol(String message) {
        return new WireException(WireException.Kind.PROTOCOL, message, null);
    }
}
