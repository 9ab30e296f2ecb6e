package org.postern.auth.dkim;

/**
 * The relaxed canonicalization of a body (RFC 6376, 3.4.4): white space at line ends goes, other
 * white space becomes one space, empty lines at the end go; an empty body is nothing at all.
 *
 * <p>Mail is nearly canonical as it comes. So the octets are scanned for the places where something
 * changes, and the runs between them go to the hashes as they stand.
 */
final class RelaxedBody extends BodyCanonicalizer {
    private static final byte[] SPACE = {' '};
    private static final byte[] CR = {'\r'};

    /** Line ends that count only if something follows them. */
    private long lineEnds;

    /** White space that counts, as one space, only if something follows it on its line. */
    private boolean space;

    /** A CR stood at the end of the last block. */
    private boolean cr;

    private boolean empty = true;

    @Override
    void write(byte[] block, int from, int to) {
        int at = from;
        if (cr && at < to) {
            cr = false;
            if (block[at] == '\n') {
                lineEnd();
                at++;
            } else {
                release();
                emit(CR, 0, 1);
            }
        }
        while (at < to) {
            byte b = block[at];
            if (b == ' ' || b == '\t') {
                space = true;
                at++;
            } else if (b == '\r' && at + 1 == to) {
                cr = true;
                at++;
            } else if (b == '\r' && block[at + 1] == '\n') {
                lineEnd();
                at += 2;
            } else {
                release();
                int end = runEnd(block, at, to);
                emit(block, at, end);
                at = end;
            }
        }
    }

    /**
     * End of the run from {@code from} that is canonical as it stands. Single spaces and line ends
     * between text belong to it; white space or line ends at its end do not, for what they mean is
     * not known yet.
     */
    private static int runEnd(byte[] block, int from, int to) {
        int i = from;
        while (true) {
            // to the next octet at or below a space; those above 127 are negative
            while (i < to && (block[i] > ' ' || block[i] < 0)) {
                i++;
            }
            if (i + 1 >= to) {
                return i < to && isText(block[i]) ? to : i;
            }
            byte b = block[i];
            if (b == ' ') {
                if (!startsText(block, i + 1, to)) {
                    return i;
                }
                i++;
            } else if (b == '\r' && block[i + 1] == '\n') {
                if (i + 2 >= to || !startsText(block, i + 2, to)) {
                    return i;
                }
                i += 2;
            } else if (b == '\t') {
                return i;
            } else {
                i++; // a control character, a bare CR or LF
            }
        }
    }

    /** Whether the octet is text for certain: no white space, no CR that may begin a line end. */
    private static boolean startsText(byte[] block, int i, int to) {
        return i < to && isText(block[i]);
    }

    private static boolean isText(byte b) {
        return b != ' ' && b != '\t' && b != '\r';
    }

    private void lineEnd() {
        space = false;
        lineEnds++;
    }

    /** Text follows: what was held back counts. */
    private void release() {
        emitLineEnds(lineEnds);
        lineEnds = 0;
        if (space) {
            emit(SPACE, 0, 1);
            space = false;
        }
        empty = false;
    }

    @Override
    void end() {
        if (cr) {
            release();
            emit(CR, 0, 1);
        }
        // an empty line end is no content; the last line of text gets its line end even if missing
        if (!empty) {
            emitLineEnds(1);
        }
    }
}
