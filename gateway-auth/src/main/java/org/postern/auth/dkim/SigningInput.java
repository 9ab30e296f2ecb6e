package org.postern.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;

/**
 * The octets that a signature over header fields is computed on: the fields named, canonicalized,
 * then the signature field itself with the value of its {@code b=} taken out and without its last
 * line end (RFC 6376, 3.7). Used by one thread.
 */
public final class SigningInput {
    /** Up to here a second naming of a field is found by comparing, beyond by a map. */
    private static final int FEW_NAMES = 64;

    private final Canonicalization canonicalization;
    private final OctetBuffer out;

    /** An empty input, its header fields to be canonicalized like this. */
    public SigningInput(Canonicalization canonicalization) {
        this.canonicalization = canonicalization;
        this.out = new OctetBuffer(2048);
    }

    /**
     * Appends the fields of these names. A name that stands more than once means the lowest field,
     * then the one above it, and so on; one too often means nothing, so that a field added later
     * breaks the signature (RFC 6376, 5.4.2).
     *
     * @param names in lower case
     * @param self index of the signature field, which is never among them (RFC 6376, 3.7), or -1
     */
    public void appendSelected(HeaderSection section, List<String> names, int self) {
        int count = names.size();
        int[] chosen = new int[count];
        Map<String, Integer> last = count > FEW_NAMES ? new HashMap<>() : Map.of();
        for (int k = 0; k < count; k++) {
            String name = names.get(k);
            int before = count > FEW_NAMES ? last.getOrDefault(name, -1) : before(names, k);
            int index;
            if (before < 0) {
                index = section.lowest(name);
            } else {
                index = chosen[before] < 0 ? -1 : section.above(name, chosen[before]);
            }
            if (index >= 0 && index == self) {
                index = section.above(name, index);
            }
            chosen[k] = index;
            if (count > FEW_NAMES) {
                last.put(name, k);
            }
            if (index >= 0) {
                append(section, index);
            }
        }
    }

    private static int before(List<String> names, int k) {
        String name = names.get(k);
        for (int j = k - 1; j >= 0; j--) {
            if (names.get(j).equals(name)) {
                return j;
            }
        }
        return -1;
    }

    /** Appends one field with its line end. */
    public void append(HeaderField field) {
        append(field.section(), field.index());
    }

    private void append(HeaderSection section, int index) {
        byte[] bytes = section.bytes();
        int end = section.valueEnd(index);
        appendField(
                bytes,
                section.start(index),
                section.nameEnd(index),
                section.valueStart(index),
                end,
                end,
                end);
        out.crlf();
    }

    /**
     * Appends the signature field itself, without its last line end.
     *
     * @param cutFrom where the value of {@code b=} begins in the section's octets
     * @param cutTo where it ends
     */
    public void appendSelf(HeaderField field, int cutFrom, int cutTo) {
        HeaderSection section = field.section();
        int index = field.index();
        appendField(
                section.bytes(),
                section.start(index),
                section.nameEnd(index),
                section.valueStart(index),
                section.valueEnd(index),
                cutFrom,
                cutTo);
    }

    /** Appends a field that is being made, {@code Name: value}, without a line end. */
    public void appendNew(String field) {
        byte[] bytes = field.getBytes(StandardCharsets.ISO_8859_1);
        int colon = field.indexOf(':');
        appendField(bytes, 0, colon, colon + 1, bytes.length, bytes.length, bytes.length);
    }

    /** Ends the last field's line: for a field that is not the signature itself. */
    public void endLine() {
        out.crlf();
    }

    private void appendField(
            byte[] bytes, int start, int nameEnd, int valueStart, int end, int cutFrom, int cutTo) {
        if (canonicalization == Canonicalization.SIMPLE) {
            // RFC 6376, 3.4.1: as it stands
            out.append(bytes, start, cutFrom);
            out.append(bytes, cutTo, end);
            return;
        }
        // RFC 6376, 3.4.2: name in lower case, unfolded, white space to one space, none at the ends
        out.ensure(end - start + 1);
        for (int i = start; i < nameEnd; i++) {
            byte b = bytes[i];
            out.put(b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b);
        }
        out.put((byte) ':');
        int begin = out.size();
        boolean space = relaxed(bytes, valueStart, cutFrom, begin, false);
        relaxed(bytes, cutTo, end, begin, space);
    }

    /** Appends a part of a value; returns whether white space is owed before what follows. */
    private boolean relaxed(byte[] bytes, int from, int to, int begin, boolean owed) {
        boolean space = owed;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == ' ' || b == '\t') {
                space = true;
            } else if (b != '\n' && (b != '\r' || i + 1 == to || bytes[i + 1] != '\n')) {
                if (space && out.size() > begin) {
                    out.put((byte) ' ');
                }
                space = false;
                out.put(b);
            }
        }
        return space;
    }

    /** A place in the input that {@link #reset} goes back to. */
    public record Mark(int size) {}

    /** The place reached. */
    public Mark mark() {
        return new Mark(out.size());
    }

    /** Forgets what was appended after the mark. */
    public void reset(Mark mark) {
        out.cut(mark.size());
    }

    byte[] octets() {
        return out.octets();
    }

    int size() {
        return out.size();
    }
}
