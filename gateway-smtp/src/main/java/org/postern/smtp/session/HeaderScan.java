package org.postern.smtp.session;

/**
 * Looks at the header section as it streams by: how long it is, and how many Received fields it
 * has. The section ends with the first empty line. Not thread-safe.
 */
final class HeaderScan {
    private static final byte[] RECEIVED = {'r', 'e', 'c', 'e', 'i', 'v', 'e', 'd', ':'};

    private boolean ended;
    private long octets;
    private int hops;
    private long lineLength;
    private int matched;
    private boolean onlyCr;

    /** Takes the next octets; returns at once when the section has ended. */
    void accept(byte[] block, int offset, int length) {
        int end = offset + length;
        for (int i = offset; i < end && !ended; i++) {
            byte c = block[i];
            octets++;
            if (c == '\n') {
                ended = lineLength == 0 || onlyCr;
                lineLength = 0;
                matched = 0;
                onlyCr = false;
            } else {
                onlyCr = lineLength == 0 && c == '\r';
                if (matched == lineLength && matched < RECEIVED.length) {
                    matchReceived(c);
                }
                lineLength++;
            }
        }
    }

    private void matchReceived(byte c) {
        int lower = c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        if (lower == RECEIVED[matched]) {
            matched++;
            if (matched == RECEIVED.length) {
                hops++;
            }
        }
    }

    boolean ended() {
        return ended;
    }

    /** The section's octets so far. */
    long octets() {
        return octets;
    }

    /** Received fields so far. */
    int hops() {
        return hops;
    }
}
