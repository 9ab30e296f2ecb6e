package org.postern.smtp.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.net.Ip;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.SmtpMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One SMTP session (RFC 5321, 3.1) from greeting to close, over any {@link Transport}. Begins the
 * visit, runs the {@link Dialogue}, and turns whatever ends it (QUIT, a closed connection, a time
 * limit, a stop, our own failure) into a last reply and a {@link SessionEnd}.
 *
 * <p>{@link #run} belongs to the session's thread and does not close the transport; {@link
 * #askToStop} may be called from any.
 */
public final class SmtpSession {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpSession.class);

    private final Transport transport;
    private final InputBuffer input;
    private final SessionSettings settings;
    private final SessionHandler handler;
    private final TimeSource time;
    private final SmtpMetrics metrics;
    private final InetSocketAddress client;
    private final InetSocketAddress peer;
    private final InetSocketAddress local;
    private final @Nullable TlsDetails implicitTls;
    private final StopSwitch stop = new StopSwitch();

    /**
     * @param input what has been read already
     * @param client the true client
     * @param peer the other end of the socket
     * @param local our end
     * @param implicitTls TLS that is on already, or null
     */
    public SmtpSession(
            Transport transport,
            InputBuffer input,
            SessionSettings settings,
            SessionHandler handler,
            TimeSource time,
            SmtpMetrics metrics,
            InetSocketAddress client,
            InetSocketAddress peer,
            InetSocketAddress local,
            @Nullable TlsDetails implicitTls) {
        this.transport = transport;
        this.input = input;
        this.settings = settings;
        this.handler = handler;
        this.time = time;
        this.metrics = metrics;
        this.client = client;
        this.peer = peer;
        this.local = local;
        this.implicitTls = implicitTls;
    }

    /** Runs the session; returns when it is over and its last reply has been written. */
    public SessionEnd run() {
        SessionIo io = new SessionIo(transport, input, settings.limits(), time, metrics, stop);
        SessionEnd silence = preGreeting(io);
        if (silence != null) {
            return silence;
        }
        Instant connected = time.instant();
        SessionConnection connection =
                new SessionConnection(
                        client, peer, local, connected, implicitTls, Optional.empty());
        Optional<Helo> introduced = Optional.empty();
        while (true) {
            Visit visit = handler.open(connection);
            Dialogue dialogue = new Dialogue(io, stop, settings, connection, visit, time, metrics);
            SessionEnd end = SessionEnd.ERROR;
            try {
                end = converse(io, dialogue, introduced);
            } finally {
                dialogue.transactionOver(end);
                visit.close(end);
            }
            if (end != SessionEnd.XCLIENT) {
                return end;
            }
            connection = dialogue.successor();
            introduced = dialogue.introduced();
            // one client may be told of in several commands: it came once, with its address
            Optional<InetAddress> named = dialogue.named();
            Optional<SmtpReply> refusal = settings.xclient().flatMap(e -> named.flatMap(e::admit));
            if (refusal.isPresent()) {
                return lastWord(io, refusal.get(), SessionEnd.SHED);
            }
        }
    }

    /** The pause before the greeting, in which a client must be silent (RFC 5321, 4.3.1). */
    private @Nullable SessionEnd preGreeting(SessionIo io) {
        if (settings.greetDelay().isZero()) {
            return null;
        }
        try {
            return switch (io.listen(settings.greetDelay())) {
                case KEPT -> null;
                case CLOSED -> SessionEnd.DISCONNECTED;
                case BROKEN -> {
                    metrics.limitHit(NamedLimit.GREET_DELAY);
                    io.reply("CONNECT", Replies.EARLY_TALKER);
                    io.flush();
                    yield SessionEnd.EARLY_TALKER;
                }
            };
        } catch (IOException e) {
            return end(io, e);
        }
    }

    private SessionEnd converse(SessionIo io, Dialogue dialogue, Optional<Helo> introduced) {
        try {
            SessionEnd end = dialogue.greet(introduced);
            while (end == null) {
                end = dialogue.next();
            }
            io.flush();
            return end;
        } catch (IOException e) {
            return end(io, e);
        } catch (RuntimeException e) {
            LOG.error("session with {} failed; nothing was accepted", Ip.hostPort(client), e);
            return lastWord(io, Replies.FAILURE, SessionEnd.ERROR);
        }
    }

    private SessionEnd end(SessionIo io, IOException e) {
        return switch (e) {
            case StoppedException stopped ->
                    stopped.taken()
                            ? SessionEnd.SHUTDOWN
                            : lastWord(io, Replies.STOPPING, SessionEnd.SHUTDOWN);
            case LimitTimeoutException timeout -> {
                metrics.limitHit(timeout.limit());
                yield lastWord(io, Replies.timeout(timeout.limit().label()), SessionEnd.TIMEOUT);
            }
            case WriteTimeoutException ignored -> {
                metrics.limitHit(NamedLimit.WRITE_TIMEOUT);
                yield SessionEnd.TIMEOUT;
            }
            case TlsFailedException failed -> {
                metrics.tlsHandshake("failed");
                LOG.info(
                        "TLS handshake with {} failed: {}",
                        Ip.hostPort(client),
                        failed.getMessage());
                yield SessionEnd.TLS;
            }
            default -> {
                LOG.debug("connection with {} broke", Ip.hostPort(client), e);
                yield SessionEnd.DISCONNECTED;
            }
        };
    }

    private static SessionEnd lastWord(SessionIo io, SmtpReply reply, SessionEnd end) {
        try {
            io.reply("CLOSE", reply);
            io.flush();
        } catch (IOException e) {
            LOG.debug("the last reply could not be written", e);
        }
        return end;
    }

    /**
     * Asks the session to stop: at once with 421 4.3.2 when it waits for a command, else at its
     * next one. Any thread.
     *
     * @return whether the session is over, so that the connection can be closed
     */
    public boolean askToStop() {
        if (!stop.ask()) {
            return false;
        }
        metrics.replied("CLOSE", Replies.STOPPING.code());
        byte[] wire = Replies.STOPPING.toWire().getBytes(StandardCharsets.US_ASCII);
        try {
            transport.write(wire, 0, wire.length);
        } catch (IOException e) {
            LOG.debug("the last reply could not be written", e);
        }
        return true;
    }

    /** Whether a message is being made durable at this moment. Any thread. */
    public boolean finishing() {
        return stop.finishing();
    }
}
