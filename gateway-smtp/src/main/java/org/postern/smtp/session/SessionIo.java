package org.postern.smtp.session;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.postern.core.config.Limits;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SmtpMetrics;

/**
 * Reading lines and blocks under the session's time limits, and writing replies in batches: they
 * are sent together when the session is about to wait (RFC 2920, 3.2). Session's thread only.
 */
final class SessionIo {
    /** Beyond this much of one over-long line the client is not speaking SMTP. */
    private static final int ENDLESS_LINE = 1 << 16;

    /** The longest command line when {@code limits.line-bytes} is 0. */
    private static final int LINE_BYTES_UNLIMITED = 1 << 20;

    private static final int FLUSH_AT = 4_096;
    private static final long NO_DEADLINE = Long.MAX_VALUE;

    /** How long a session that has just sent content keeps its large buffer while it is silent. */
    private static final long KEEP_LARGE_NANOS = Duration.ofMillis(100).toNanos();

    private final Transport transport;
    private final InputBuffer input;
    private final Limits limits;
    private final TimeSource time;
    private final SmtpMetrics metrics;
    private final StopSwitch stop;
    private final long sessionStart;
    private final int lineLimit;
    private byte[] output = new byte[256];
    private int outputLength;

    SessionIo(
            Transport transport,
            InputBuffer input,
            Limits limits,
            TimeSource time,
            SmtpMetrics metrics,
            StopSwitch stop) {
        this.stop = stop;
        this.transport = transport;
        this.input = input;
        this.limits = limits;
        this.time = time;
        this.metrics = metrics;
        this.sessionStart = time.nanoTime();
        this.lineLimit = limits.lineBytes() == 0 ? LINE_BYTES_UNLIMITED : limits.lineBytes();
    }

    InputBuffer input() {
        return input;
    }

    /** Queues a reply; it goes out with {@link #flush} or when the session waits. */
    void reply(String command, SmtpReply reply) throws IOException {
        metrics.replied(command, reply.code());
        byte[] wire = reply.toWire().getBytes(StandardCharsets.UTF_8);
        if (outputLength + wire.length > output.length) {
            output = Arrays.copyOf(output, Math.max(outputLength + wire.length, FLUSH_AT));
        }
        System.arraycopy(wire, 0, output, outputLength, wire.length);
        outputLength += wire.length;
        if (outputLength >= FLUSH_AT) {
            flush();
        }
    }

    /** Sends what is queued. */
    void flush() throws IOException {
        if (outputLength > 0) {
            int length = outputLength;
            outputLength = 0;
            transport.write(output, 0, length);
        }
    }

    /** A moment on the monotonic clock; {@code NO_DEADLINE} for a duration of 0, "no limit". */
    private long after(long start, Duration duration) {
        return duration.isZero() ? NO_DEADLINE : start + duration.toNanos();
    }

    /**
     * Waits for a complete line. The command timeout counts from the call to the end of the line,
     * so that a client that drips octets gains nothing.
     */
    Line readLine() throws IOException {
        long start = time.nanoTime();
        int scanned = 0;
        while (true) {
            byte[] b = input.bytes();
            int end = input.limit();
            for (int i = input.position() + scanned; i < end; i++) {
                if (b[i] == '\n') {
                    return takeLine(i);
                }
            }
            scanned = input.available();
            if (scanned >= lineLimit) {
                return skipLongLine(start);
            }
            if (!fillForCommand(start)) {
                return Line.Closed.INSTANCE;
            }
        }
    }

    private Line takeLine(int lf) {
        byte[] b = input.bytes();
        int begin = input.position();
        int length = lf - begin;
        boolean crlf = length > 0 && b[lf - 1] == '\r';
        Line line;
        if (length + 1 > lineLimit) {
            line = Line.TooLong.INSTANCE;
        } else if (crlf) {
            line = new Line.Text(Arrays.copyOfRange(b, begin, lf - 1));
        } else {
            line = Line.BareLf.INSTANCE; // RFC 5321, 2.3.8: only CRLF ends a line
        }
        input.skip(length + 1);
        return line;
    }

    private Line skipLongLine(long start) throws IOException {
        int skipped = 0;
        while (skipped < ENDLESS_LINE) {
            byte[] b = input.bytes();
            for (int i = input.position(); i < input.limit(); i++) {
                if (b[i] == '\n') {
                    input.skip(i + 1 - input.position());
                    return Line.TooLong.INSTANCE;
                }
            }
            skipped += input.available();
            input.clear();
            if (!fillForCommand(start)) {
                return Line.Closed.INSTANCE;
            }
        }
        return Line.Endless.INSTANCE;
    }

    private boolean fillForCommand(long start) throws IOException {
        flush();
        if (!stop.beginIdle()) {
            throw new StoppedException(false);
        }
        boolean more;
        try {
            more = fillOrShrink(start);
        } catch (IOException e) {
            if (!stop.endIdle()) {
                throw stoppedBecause(e);
            }
            throw e;
        }
        if (!stop.endIdle()) {
            throw new StoppedException(true);
        }
        return more;
    }

    private static StoppedException stoppedBecause(IOException e) {
        StoppedException stopped = new StoppedException(true);
        stopped.initCause(e);
        return stopped;
    }

    private boolean fillOrShrink(long start) throws IOException {
        if (input.isLarge() && input.available() == 0) {
            try {
                // the wait is short, but what has begun within it has the time of a command
                long command = after(start, limits.commandTimeout());
                long left = command == NO_DEADLINE ? NO_DEADLINE : command - time.nanoTime();
                return input.fill(transport, KEEP_LARGE_NANOS, Math.max(left, KEEP_LARGE_NANOS))
                        >= 0;
            } catch (SocketTimeoutException e) {
                input.shrink(); // it has gone quiet: idle sessions are many and must be small
            }
        }
        return fill(start, limits.commandTimeout(), NamedLimit.COMMAND_TIMEOUT);
    }

    /**
     * Waits for more content.
     *
     * @param contentStart when the content began, by the monotonic clock
     * @return false when the client has closed
     */
    boolean fillForContent(long contentStart) throws IOException {
        return fill(contentStart, limits.messageTimeout(), NamedLimit.MESSAGE_TIMEOUT);
    }

    private boolean fill(long start, Duration patience, NamedLimit name) throws IOException {
        flush();
        long now = time.nanoTime();
        long own = after(start, patience);
        long session = after(sessionStart, limits.sessionTimeout());
        // a sender that is silent in the middle of content gets no more time than between commands
        long silence = after(now, limits.commandTimeout());
        NamedLimit first = name;
        long deadline = own;
        if (isSooner(session, deadline)) {
            deadline = session;
            first = NamedLimit.SESSION_TIMEOUT;
        }
        if (isSooner(silence, deadline)) {
            deadline = silence;
            first = NamedLimit.COMMAND_TIMEOUT;
        }
        long left = deadline == NO_DEADLINE ? NO_DEADLINE : deadline - now;
        if (left <= 0) {
            throw new LimitTimeoutException(first);
        }
        try {
            return input.fill(transport, left) >= 0;
        } catch (SocketTimeoutException e) {
            LimitTimeoutException named = new LimitTimeoutException(first);
            named.initCause(e);
            throw named;
        }
    }

    private static boolean isSooner(long a, long b) {
        if (a == NO_DEADLINE) {
            return false;
        }
        return b == NO_DEADLINE || a - b < 0;
    }

    /**
     * Waits in silence before the greeting.
     *
     * @return what the client did meanwhile
     */
    Silence listen(Duration delay) throws IOException {
        if (input.available() > 0) {
            return Silence.BROKEN; // it came along with a PROXY header
        }
        try {
            return input.fill(transport, delay.toNanos()) < 0 ? Silence.CLOSED : Silence.BROKEN;
        } catch (SocketTimeoutException e) {
            return Silence.KEPT;
        }
    }

    /** What a client did while it had to be silent. */
    enum Silence {
        KEPT,
        BROKEN,
        CLOSED
    }

    /** Begins TLS; what was buffered in plain text is dropped (RFC 3207, 4.2). */
    TlsDetails startTls() throws IOException {
        flush();
        input.clear();
        Duration patience = limits.commandTimeout();
        return transport.startTls(patience.isZero() ? NO_DEADLINE : patience.toNanos());
    }
}
