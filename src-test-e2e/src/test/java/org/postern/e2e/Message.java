package org.postern.e2e;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A small message with a Message-ID of its own, by which its copies are found.
 *
 * @param id the Message-ID with its angle brackets
 * @param text the whole message, CRLF, an octet a character
 */
record Message(String id, String text) {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final long RUN = ProcessHandle.current().pid();

    /** From this author, with these further header lines (each without its line end). */
    static Message from(String author, String... furtherFields) {
        String id = "<" + NUMBER.incrementAndGet() + "." + RUN + "@e2e.test>";
        String further =
                furtherFields.length == 0 ? "" : String.join("\r\n", furtherFields) + "\r\n";
        String text =
                further
                        + """
                        From: %s
                        To: alice@example.test
                        Subject: through the gate
                        Date: Sat, 21 Nov 2026 10:00:00 +0000
                        Message-ID: %s
                        MIME-Version: 1.0
                        Content-Type: text/plain; charset=us-ascii

                        Good morning.
                        .a line that begins with a dot
                        From here on it ends.
                        """
                                .formatted(author, id)
                                .replace("\n", "\r\n");
        return new Message(id, text);
    }

    /** The same message with other octets, for instance signed. */
    Message as(byte[] other) {
        return new Message(id, new String(other, StandardCharsets.ISO_8859_1));
    }

    /** The whole message as it is sent. */
    byte[] octets() {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** SHA-256 of the content, in hexadecimal. */
    String sha256() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** The values of a header field in a message, unfolded, from the top. */
    static List<String> fields(String message, String name) {
        String header = message.split("\r\n\r\n", 2)[0] + "\r\n";
        return Pattern.compile(
                        "^" + Pattern.quote(name) + ":(.*?)\r\n(?![ \t])",
                        Pattern.MULTILINE | Pattern.DOTALL | Pattern.CASE_INSENSITIVE)
                .matcher(header)
                .results()
                .map(match -> match.group(1).replaceAll("\r\n[ \t]+", " ").strip())
                .toList();
    }
}
