package org.postern.smtp.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.postern.core.config.Limits.BareNewline;

/**
 * The line ends of content. In DATA it finds the one true end, CRLF.CRLF, and takes stuffed dots
 * away (RFC 5321, 4.5.2); in BDAT it only looks at line ends. A bare CR, bare LF or NUL is a fault,
 * or is made good where {@code limits.bare-newline: normalize}; it never ends the content and a dot
 * behind it is never stuffing, so one message cannot become two.
 *
 * <p>Works on blocks: runs of clean octets are handed on in place, without copying, and eight
 * octets are looked at in one step. State is carried from block to block. Not thread-safe.
 */
final class ContentScanner {
    private static final byte[] CRLF = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long BELOW_14 = 0x0e0e0e0e0e0e0e0eL;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private enum State {
        /** Behind a true CRLF, or at the beginning. */
        LINE_START,
        IN_LINE,
        /** Behind a CR whose meaning the next octet decides; the CR is not handed on yet. */
        AFTER_CR,
        /** Behind a dot at the start of a line; the dot is not handed on yet. */
        DOT,
        /** Behind dot and CR at the start of a line; neither is handed on yet. */
        DOT_CR
    }

    private final ContentSink sink;
    private final boolean dots;
    private final BareNewline bareNewline;
    private State state = State.LINE_START;
    private boolean done;

    /** A bare CR, bare LF or NUL was seen. */
    private boolean damaged;

    /** A bare CR or NUL was seen in the line that is being read, and in the one before. */
    private boolean lineDamaged;

    private boolean lastLineDamaged;

    /**
     * @param dots whether dots are stuffed and a lone one ends the content (DATA)
     */
    ContentScanner(ContentSink sink, boolean dots, BareNewline bareNewline) {
        this.sink = sink;
        this.dots = dots;
        this.bareNewline = bareNewline;
    }

    /** Whether the end of DATA has been found. */
    boolean done() {
        return done;
    }

    /** Whether any line was damaged. */
    boolean damaged() {
        return damaged;
    }

    /**
     * Whether the end itself is in doubt: the line in front of it holds a bare CR or NUL, so that
     * some sender may not have seen its CRLF as the end of a line, nor the dot behind it as the end
     * of the message.
     */
    boolean endInDoubt() {
        return done && lastLineDamaged;
    }

    /**
     * Takes octets up to the end of the block or of the content.
     *
     * @return the number of octets used; less than {@code length} only when {@link #done}
     */
    int scan(byte[] b, int offset, int length) {
        int end = offset + length;
        int i = offset;
        int run = offset; // start of the octets not yet handed on
        while (i < end) {
            switch (state) {
                case IN_LINE -> {
                    i = skipPlain(b, i, end);
                    if (i < end) {
                        byte c = b[i];
                        if (c == '\r') {
                            if (i + 1 < end && b[i + 1] == '\n') {
                                i += 2;
                                endLine();
                            } else {
                                sink.write(b, run, i - run);
                                i++;
                                run = i;
                                state = State.AFTER_CR;
                            }
                        } else { // bare LF or NUL
                            sink.write(b, run, i - run);
                            i++;
                            run = i;
                            if (c == '\n') {
                                bare(true);
                                lineDamaged = false; // it is another line for all who differ
                            } else {
                                bare(false);
                            }
                        }
                    }
                }
                case LINE_START -> {
                    if (dots && b[i] == '.') {
                        sink.write(b, run, i - run);
                        i++;
                        run = i;
                        state = State.DOT;
                    } else {
                        state = State.IN_LINE;
                    }
                }
                case AFTER_CR -> {
                    if (b[i] == '\n') {
                        sink.write(CRLF, 0, 2);
                        i++;
                        run = i;
                        endLine();
                    } else {
                        state = State.IN_LINE;
                        bare(true);
                    }
                }
                case DOT -> {
                    if (b[i] == '\r') {
                        i++;
                        run = i;
                        state = State.DOT_CR;
                    } else {
                        state = State.IN_LINE; // RFC 5321, 4.5.2: the first dot is dropped
                    }
                }
                case DOT_CR -> {
                    if (b[i] == '\n') {
                        done = true; // RFC 5321, 4.1.1.4: CRLF.CRLF and nothing else
                        return i + 1 - offset;
                    }
                    state = State.IN_LINE;
                    bare(true);
                }
            }
        }
        sink.write(b, run, end - run);
        return length;
    }

    /** The index of the first CR, LF or NUL at or behind {@code i}, or {@code end}. */
    private static int skipPlain(byte[] b, int i, int end) {
        int at = i;
        while (at < end) {
            while (at + Long.BYTES <= end) {
                long w = (long) LONGS.get(b, at);
                long hit = (w - BELOW_14) & ~w & HIGH_BITS; // octets below 14, no false first one
                if (hit != 0) {
                    at += Long.numberOfTrailingZeros(hit) >>> 3;
                    break;
                }
                at += Long.BYTES;
            }
            if (at >= end) {
                return end;
            }
            byte c = b[at];
            if (c == '\r' || c == '\n' || c == 0) {
                return at;
            }
            at++;
        }
        return end;
    }

    private void endLine() {
        state = State.LINE_START;
        lastLineDamaged = lineDamaged;
        lineDamaged = false;
    }

    private void bare(boolean newline) {
        damaged = true;
        lineDamaged = true;
        if (bareNewline == BareNewline.REJECT) {
            sink.fail(ContentFault.BARE_NEWLINE);
        } else if (newline) {
            sink.write(CRLF, 0, 2);
        }
    }

    /**
     * The last chunk of BDAT has come (RFC 3030). A last line without CRLF gets one, as any next
     * hop by DATA needs it and DKIM assumes it (RFC 6376, 3.4.3).
     */
    void endOfChunks() {
        switch (state) {
            case AFTER_CR -> bare(true);
            case IN_LINE -> sink.write(CRLF, 0, 2);
            case LINE_START, DOT, DOT_CR -> {}
        }
        state = State.LINE_START;
    }
}
