package org.postern.auth.header;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The header section of one message as it came: its octets and where each field stands in them.
 *
 * <p>Look-ups by name cost no more than the number of fields of that name, from the bottom up, as
 * DKIM counts them (RFC 6376, 5.4.2). Not changed after it is built; safe to share between threads.
 */
public final class HeaderSection {
    /** Unknown to senders, so that they cannot make 100,000 names collide. */
    private static final int SEED = new SecureRandom().nextInt();

    private static final int FNV_PRIME = 0x01000193;

    private final byte[] bytes;
    private final long bodyOffset;
    private final int[] starts;
    private final int[] ends;

    /** Where the name ends, white space before the colon not counted, or -1 without a colon. */
    private final int[] nameEnds;

    /** Where the value begins, after the colon, or the field's start without a colon. */
    private final int[] valueStarts;

    private final int[] hashes;

    /** By hash, the lowest field in the section, and from each field the next one above. */
    private final int[] lowest;

    private final int[] above;
    private final boolean terminated;
    private final boolean truncated;
    private final boolean bareLf;
    private final boolean malformed;

    HeaderSection(
            byte[] bytes,
            long bodyOffset,
            int[] starts,
            int[] ends,
            boolean terminated,
            boolean truncated,
            boolean bareLf) {
        int count = starts.length;
        this.bytes = bytes;
        this.bodyOffset = bodyOffset;
        this.starts = starts;
        this.ends = ends;
        this.terminated = terminated;
        this.truncated = truncated;
        this.bareLf = bareLf;
        this.nameEnds = new int[count];
        this.valueStarts = new int[count];
        this.hashes = new int[count];
        this.above = new int[count];
        this.lowest = new int[Integer.highestOneBit(Math.max(count, 1)) * 2];
        Arrays.fill(lowest, -1);
        boolean odd = false;
        for (int i = 0; i < count; i++) {
            odd |= !index(i);
        }
        this.malformed = odd;
    }

    /** Finds the name of field {@code i}; false if it is not one that RFC 5322 allows. */
    private boolean index(int i) {
        int start = starts[i];
        int colon = start;
        while (colon < ends[i] && bytes[colon] != ':' && bytes[colon] != '\n') {
            colon++;
        }
        if (colon == ends[i] || bytes[colon] != ':') {
            nameEnds[i] = -1;
            valueStarts[i] = start;
            above[i] = -1;
            return false;
        }
        int nameEnd = colon;
        // RFC 5322, 4.5.8: white space before the colon
        while (nameEnd > start && (bytes[nameEnd - 1] == ' ' || bytes[nameEnd - 1] == '\t')) {
            nameEnd--;
        }
        int hash = SEED;
        boolean good = nameEnd > start;
        for (int k = start; k < nameEnd; k++) {
            good &= bytes[k] > ' ' && bytes[k] < 0x7f;
            hash = (hash ^ lower(bytes[k])) * FNV_PRIME;
        }
        nameEnds[i] = nameEnd;
        valueStarts[i] = colon + 1;
        hashes[i] = hash;
        int bucket = spread(hash) & (lowest.length - 1);
        above[i] = lowest[bucket];
        lowest[bucket] = i;
        return good;
    }

    /** How many fields there are, those not well formed included. */
    public int count() {
        return starts.length;
    }

    /** The field at {@code index}, 0 for the topmost. */
    public HeaderField field(int index) {
        return new HeaderField(this, index);
    }

    /** All fields from the top down, as a view. */
    public List<HeaderField> fields() {
        return new Fields();
    }

    /** The fields of this name from the top down; the case of letters is ignored. */
    public List<HeaderField> fields(String name) {
        Deque<HeaderField> found = new ArrayDeque<>();
        for (int i = lowest(name); i >= 0; i = above(name, i)) {
            found.addFirst(field(i));
        }
        return List.copyOf(found);
    }

    /** The topmost field of this name, or null. */
    public @Nullable HeaderField first(String name) {
        int top = -1;
        for (int i = lowest(name); i >= 0; i = above(name, i)) {
            top = i;
        }
        return top < 0 ? null : field(top);
    }

    /** Index of the lowest field of this name, or -1. */
    public int lowest(String name) {
        int hash = hash(name);
        return search(lowest[spread(hash) & (lowest.length - 1)], hash, name);
    }

    /** Index of the next field of this name above the one at {@code index}, or -1. */
    public int above(String name, int index) {
        return search(above[index], hash(name), name);
    }

    private int search(int from, int hash, String name) {
        int i = from;
        while (i >= 0 && !(hashes[i] == hash && isNamed(i, name))) {
            i = above[i];
        }
        return i;
    }

    boolean isNamed(int index, String name) {
        int start = starts[index];
        if (nameEnds[index] - start != name.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (lower(bytes[start + i]) != lower(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Offset of the first body octet in the received content; its length where there is none. */
    public long bodyOffset() {
        return bodyOffset;
    }

    /** Whether an empty line ended the section; otherwise the content did. */
    public boolean terminated() {
        return terminated;
    }

    /** Whether the section was longer than the limit, so that fields at its end are missing. */
    public boolean truncated() {
        return truncated;
    }

    /** Whether a line ended in LF without CR. */
    public boolean bareLf() {
        return bareLf;
    }

    /**
     * Whether some line is no header field: it has no colon, no name, or a name with a space, a
     * control character or an octet above 126 in it (RFC 5322, 2.2).
     */
    public boolean malformed() {
        return malformed;
    }

    /** The octets that hold the fields. Shared, not a copy: read only. */
    public byte[] bytes() {
        return bytes;
    }

    /** Where field {@code index} begins in {@link #bytes()} and in the received content. */
    public int start(int index) {
        return starts[index];
    }

    /** Where field {@code index} ends, after its line end. */
    public int end(int index) {
        return ends[index];
    }

    /** Where the name of field {@code index} ends, or -1 where it has no colon. */
    public int nameEnd(int index) {
        return nameEnds[index];
    }

    /** Where the value of field {@code index} begins, right after the colon. */
    public int valueStart(int index) {
        return valueStarts[index];
    }

    /** Where the value of field {@code index} ends, before its last line end. */
    public int valueEnd(int index) {
        int end = ends[index];
        if (end > valueStarts[index] && bytes[end - 1] == '\n') {
            end--;
            if (end > valueStarts[index] && bytes[end - 1] == '\r') {
                end--;
            }
        }
        return end;
    }

    String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private static int hash(String name) {
        int hash = SEED;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ lower(name.charAt(i))) * FNV_PRIME;
        }
        return hash;
    }

    private static int spread(int hash) {
        return hash ^ (hash >>> 15);
    }

    private static int lower(int c) {
        int unsigned = c & 0xff;
        return unsigned >= 'A' && unsigned <= 'Z' ? unsigned + 32 : unsigned;
    }

    private final class Fields extends AbstractList<HeaderField> implements RandomAccess {
        @Override
        public HeaderField get(int index) {
            return field(Objects.checkIndex(index, starts.length));
        }

        @Override
        public int size() {
            return starts.length;
        }
    }
}
