package org.postern.smtp.session;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;

/**
 * Reads the content of one transaction, by DATA or by BDAT chunks, into its receiver. Whatever goes
 * wrong, the octets of the content are read to their end and never taken for commands, or the
 * connection closes. Session's thread only; one instance for each transaction's content.
 */
final class ContentIntake {
    /** After a fault, how many octets are read and dropped before patience ends. */
    static final long DRAIN_OCTETS = 16L << 20;

    /** How reading went. */
    sealed interface Outcome {
        /** The transaction has ended with this reply, and the session is in sync. */
        record Answered(SmtpReply reply) implements Outcome {}

        /** A chunk was taken and more will come. */
        enum More implements Outcome {
            INSTANCE
        }

        /** The client has closed; nothing is kept. */
        enum Gone implements Outcome {
            INSTANCE
        }

        /** Too much to drain: reply and close. */
        record HangUp(SmtpReply reply) implements Outcome {}
    }

    private final SessionIo io;
    private final StopSwitch stop;
    private final ContentSink sink;
    private final ContentScanner scanner;
    private final long start;
    private final boolean dots;
    private long drained;
    private boolean settled;

    ContentIntake(
            SessionIo io,
            StopSwitch stop,
            Limits limits,
            TimeSource time,
            ContentReceiver receiver,
            boolean dots) {
        this.io = io;
        this.stop = stop;
        this.dots = dots;
        this.sink = new ContentSink(receiver, limits);
        this.scanner = new ContentScanner(sink, dots, limits.bareNewline());
        this.start = time.nanoTime();
    }

    /** Reads DATA up to CRLF.CRLF. */
    Outcome data() throws IOException {
        InputBuffer input = io.input();
        while (true) {
            if (input.available() == 0 && !io.fillForContent(start)) {
                abort("disconnected");
                return Outcome.Gone.INSTANCE;
            }
            int used = scanner.scan(input.bytes(), input.position(), input.available());
            input.skip(used);
            if (scanner.done()) {
                return new Outcome.Answered(finish());
            }
            SmtpReply enough = patience(used);
            if (enough != null) {
                return new Outcome.HangUp(enough);
            }
        }
    }

    /** Reads one chunk of exactly {@code size} octets (RFC 3030, 2). */
    Outcome chunk(long size, boolean last) throws IOException {
        InputBuffer input = io.input();
        long left = size;
        while (left > 0) {
            if (input.available() == 0 && !io.fillForContent(start)) {
                abort("disconnected");
                return Outcome.Gone.INSTANCE;
            }
            int part = (int) Math.min(left, input.available());
            scanner.scan(input.bytes(), input.position(), part);
            input.skip(part);
            left -= part;
            SmtpReply enough = patience(part);
            if (enough != null && left > 0) {
                return new Outcome.HangUp(enough);
            }
        }
        if (last) {
            scanner.endOfChunks();
            return new Outcome.Answered(finish());
        }
        ContentFault fault = sink.fault();
        if (fault != null) {
            settled = true;
            return new Outcome.Answered(fault.reply());
        }
        return Outcome.More.INSTANCE;
    }

    /** The fault's reply when draining has taken long enough. */
    private @Nullable SmtpReply patience(int used) {
        ContentFault fault = sink.fault();
        if (fault == null) {
            return null;
        }
        drained += used;
        return drained > DRAIN_OCTETS ? fault.reply() : null;
    }

    private SmtpReply finish() {
        settled = true;
        ContentFault fault = sink.fault();
        if (fault != null) {
            return fault.reply();
        }
        stop.beginFinishing();
        return Objects.requireNonNull(sink.receiver().finish());
    }

    /**
     * Whether sender and we may disagree on where DATA ended, since its lines were damaged. Then
     * what was sent along with it may be a smuggled message, and is not executed; nor is anything
     * that comes later where the damage stands right in front of the end.
     *
     * @param more whether something was sent along
     */
    boolean endIsDoubtful(boolean more) {
        return dots && scanner.damaged() && (more || scanner.endInDoubt());
    }

    /** The first fault so far. */
    @Nullable ContentFault fault() {
        return sink.fault();
    }

    /** Ends the transaction without its message; does nothing once it has ended. */
    void abort(String reason) {
        if (!settled) {
            settled = true;
            if (sink.fault() == null) {
                sink.receiver().abort(reason);
            }
        }
    }
}
