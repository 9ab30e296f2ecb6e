package org.postern.auth.header;

import java.util.Arrays;

/**
 * Reads the header section off the front of a message that arrives block by block, and says where
 * the body begins.
 *
 * <p>Lines end at LF, with or without a CR before it: a store that takes a bare LF for a line end
 * must not see a field that we did not. An empty line ends the section; a line that begins with a
 * space or tab continues the field above it (RFC 5322, 2.2.3); any other line begins a field, even
 * one without a colon, which is kept and marked as not well formed.
 *
 * <p>Bounds: no more than {@code limit} octets are kept. A longer section is {@linkplain
 * HeaderSection#truncated() truncated}: the fields that ended within the limit are there, the rest
 * is skipped, and still the body's beginning is found. Never fails on any input. One message, one
 * thread.
 */
public final class HeaderReader {
    /** How long a header section may be where nothing else is said, in octets. */
    public static final int DEFAULT_LIMIT = 1 << 20;

    private static final int FIRST_BUFFER = 4096;
    private static final int FIRST_FIELDS = 32;

    /** What a line that is not kept has had so far. */
    private enum Line {
        NOTHING,
        ONE_CR,
        TEXT;

        private Line with(byte octet) {
            return this == NOTHING && octet == '\r' ? ONE_CR : TEXT;
        }
    }

    private final int limit;
    private byte[] buffer;
    private int size;
    private int lineStart;
    private long skipped;
    private Line skippedLine = Line.NOTHING;

    private int[] starts = new int[FIRST_FIELDS];
    private int[] ends = new int[FIRST_FIELDS];
    private int count;

    private boolean truncated;
    private boolean bareLf;
    private boolean complete;
    private boolean terminated;

    /** A reader with the default limit. */
    public HeaderReader() {
        this(DEFAULT_LIMIT);
    }

    /** A reader that keeps at most {@code limit} octets of header section. */
    public HeaderReader(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit + " is not positive");
        }
        this.limit = limit;
        this.buffer = new byte[Math.min(limit, FIRST_BUFFER)];
    }

    /**
     * Takes the next octets of the message.
     *
     * @return how many of them belonged to the header section, its empty line included; the rest is
     *     body. Less than {@code length} only when the section is complete with this call, 0 when
     *     it was complete before.
     */
    public int accept(byte[] block, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && !complete) {
            int lf = indexOfLf(block, at, end);
            int stop = lf < 0 ? end : lf + 1;
            take(block, at, stop);
            if (lf >= 0) {
                endOfLine();
            }
            at = stop;
        }
        return at - offset;
    }

    /** Whether the empty line was seen, or the end of the content. */
    public boolean complete() {
        return complete;
    }

    /**
     * The section read so far; the content ends here if the empty line was not seen. May be called
     * again and gives an equal section.
     */
    public HeaderSection finish() {
        if (!complete) {
            if (!truncated && size > lineStart) {
                line(size); // the last line has no line end
            }
            complete = true;
        }
        return new HeaderSection(
                buffer,
                size + skipped,
                Arrays.copyOf(starts, count),
                Arrays.copyOf(ends, count),
                terminated,
                truncated,
                bareLf);
    }

    private static int indexOfLf(byte[] block, int from, int to) {
        for (int i = from; i < to; i++) {
            if (block[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void take(byte[] block, int from, int to) {
        int length = to - from;
        if (truncated) {
            skip(block, from, to);
        } else if (length > limit - size) {
            truncated = true;
            dropUnfinishedField();
            lookAt(buffer, lineStart, size);
            skip(block, from, to);
        } else {
            if (size + length > buffer.length) {
                buffer =
                        Arrays.copyOf(
                                buffer,
                                Math.min(limit, Math.max(size + length, buffer.length * 2)));
            }
            System.arraycopy(block, from, buffer, size, length);
            size += length;
        }
    }

    /** A field of which only a part is known must not be taken for a whole one. */
    private void dropUnfinishedField() {
        if (count > 0) {
            count--;
        }
    }

    private void skip(byte[] block, int from, int to) {
        lookAt(block, from, to);
        skipped += to - from;
    }

    private void lookAt(byte[] octets, int from, int to) {
        for (int i = from; i < to && skippedLine != Line.TEXT && octets[i] != '\n'; i++) {
            skippedLine = skippedLine.with(octets[i]);
        }
    }

    private void endOfLine() {
        if (truncated) {
            terminated = skippedLine != Line.TEXT;
            complete = terminated;
            skippedLine = Line.NOTHING;
            return;
        }
        boolean crlf = size - lineStart >= 2 && buffer[size - 2] == '\r';
        bareLf |= !crlf;
        int textEnd = size - (crlf ? 2 : 1);
        if (textEnd == lineStart) {
            terminated = true;
            complete = true;
        } else {
            line(size);
        }
    }

    private void line(int end) {
        byte first = buffer[lineStart];
        if (count > 0 && (first == ' ' || first == '\t')) {
            ends[count - 1] = end;
        } else {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
                ends = Arrays.copyOf(ends, count * 2);
            }
            starts[count] = lineStart;
            ends[count] = end;
            count++;
        }
        lineStart = end;
    }
}
