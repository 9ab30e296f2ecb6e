package org.postern.queue.spool;

/**
 * Something a postmaster must know.
 *
 * @param kind what kind
 * @param place file, or file and offset
 * @param message what was found and what was done about it
 */
public record SpoolAlarm(Kind kind, String place, String message) {
    /** What kind of thing happened. */
    public enum Kind {
        /** Stored data cannot be read. */
        DAMAGE,
        /** A write or force failed; the segment was left. */
        WRITE_FAILED,
        /** The disk is full or below the floor. */
        FULL,
        /** Worth knowing, nothing lost: a torn tail cut, a file that does not belong here. */
        NOTICE
    }
}
