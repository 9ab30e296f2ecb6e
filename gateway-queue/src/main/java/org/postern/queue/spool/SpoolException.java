package org.postern.queue.spool;

import java.io.IOException;
import org.postern.core.reply.SmtpReply;

/**
 * The spool could not do what was asked. Nothing was promised: a message whose commit throws this
 * was not accepted, an outcome whose record throws this is not on disk.
 */
public final class SpoolException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What kind of trouble it is; decides the reply to a client. */
    public enum Kind {
        /** No room: below the free-space floor, or the disk is full. */
        FULL,
        /** A write, read or force failed, or the spool is not writable at the moment. */
        FAILED,
        /** A stored record does not hold its checksum or makes no sense. */
        DAMAGED,
        /** The message is not, or no longer, in the spool. */
        UNKNOWN,
        /** The state of the entry does not allow this. */
        CONFLICT,
        /** The spool is closed. */
        CLOSED,
        /** The spool could not be opened: place and remedy are in the message. */
        NOT_OPENED
    }

    private final Kind kind;

    /** Trouble of this kind. */
    public SpoolException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Trouble of this kind, with what the system said. */
    public SpoolException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What kind of trouble it is. */
    public Kind kind() {
        return kind;
    }

    /** The reply to a client whose message or command met this: always transient. */
    public SmtpReply reply() {
        return switch (kind) {
            // RFC 3463, 3.4: X.3.1 mail system full
            case FULL -> SmtpReply.of(452, "4.3.1", "Insufficient system storage, try again later");
            case CLOSED -> SmtpReply.of(421, "4.3.2", "Shutting down, try again later");
            case FAILED, DAMAGED, UNKNOWN, CONFLICT, NOT_OPENED ->
                    SmtpReply.of(451, "4.3.0", "Message could not be stored, try again later");
        };
    }
}
