package org.postern.smtp.session;

/** What came where a command was expected. */
sealed interface Line {
    /** A line that ended with CRLF. */
    final class Text implements Line {
        private final byte[] octets;

        Text(byte[] octets) {
            this.octets = octets;
        }

        /** The octets without the CRLF; the line's own array. */
        byte[] octets() {
            return octets;
        }
    }

    /** A line longer than {@code limits.line-bytes}; it has been read to its end and dropped. */
    enum TooLong implements Line {
        /** The only one. */
        INSTANCE
    }

    /** An over-long line whose end did not come within any patience. */
    enum Endless implements Line {
        /** The only one. */
        INSTANCE
    }

    /** A line that ended with a bare LF. */
    enum BareLf implements Line {
        /** The only one. */
        INSTANCE
    }

    /** The client has closed. */
    enum Closed implements Line {
        /** The only one. */
        INSTANCE
    }
}
