package org.postern.app.intake;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Picks the Subject out of a header section that passes by (RFC 5322, 3.6.5), unfolded and as it
 * stands, encoded words and all. Looks at the first {@value #MAX_OCTETS} octets only, and keeps no
 * more than that. Used by the session's thread.
 */
final class SubjectReader {
    private static final int MAX_OCTETS = 32 * 1_024;
    private static final String FIELD = "subject:";

    private final StringBuilder header = new StringBuilder(2_048);
    private boolean ended;

    void write(byte[] block, int offset, int length) {
        if (ended) {
            return;
        }
        int take = Math.min(length, MAX_OCTETS - header.length());
        int from = Math.max(0, header.length() - 3);
        header.append(new String(block, offset, take, StandardCharsets.ISO_8859_1));
        int end = header.indexOf("\r\n\r\n", from);
        if (end >= 0) {
            header.setLength(end);
        }
        ended = end >= 0 || take < length;
    }

    /** The value of the first Subject field, or null. */
    @Nullable String subject() {
        String unfolded = header.toString().replaceAll("\r\n(?=[ \t])", "");
        for (String line : unfolded.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith(FIELD)) {
                byte[] value = line.substring(FIELD.length()).getBytes(StandardCharsets.ISO_8859_1);
                return new String(value, StandardCharsets.UTF_8).strip();
            }
        }
        return null;
    }
}
