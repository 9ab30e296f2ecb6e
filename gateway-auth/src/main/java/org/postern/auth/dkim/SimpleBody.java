package org.postern.auth.dkim;

/**
 * The simple canonicalization of a body (RFC 6376, 3.4.3): as it stands, but for empty lines at its
 * end, which become one line end; an empty body is one line end too.
 */
final class SimpleBody extends BodyCanonicalizer {
    private static final byte[] CR = {'\r'};

    /** Line ends that count only if something follows them. */
    private long lineEnds;

    /** A CR stood at the end of the last block. */
    private boolean cr;

    @Override
    void write(byte[] block, int from, int to) {
        int at = from;
        if (cr && at < to) {
            cr = false;
            if (block[at] == '\n') {
                lineEnds++;
                at++;
            } else {
                release();
                emit(CR, 0, 1);
            }
        }
        int end = to;
        boolean endsInCr = end > at && block[end - 1] == '\r';
        if (endsInCr) {
            end--;
        }
        int text = end;
        while (text - at >= 2 && block[text - 1] == '\n' && block[text - 2] == '\r') {
            text -= 2;
        }
        if (text > at) {
            release();
            emit(block, at, text);
        }
        lineEnds += (end - text) / 2;
        cr |= endsInCr;
    }

    private void release() {
        emitLineEnds(lineEnds);
        lineEnds = 0;
    }

    @Override
    void end() {
        if (cr) {
            release();
            emit(CR, 0, 1);
        }
        emitLineEnds(1);
    }
}
