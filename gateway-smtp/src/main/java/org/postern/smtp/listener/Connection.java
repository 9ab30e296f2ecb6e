package org.postern.smtp.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.admission.Admission;
import org.postern.smtp.proxy.ProxyHeader;
import org.postern.smtp.session.Entrance;
import org.postern.smtp.session.InputBuffer;
import org.postern.smtp.session.SessionHandler.Standing;
import org.postern.smtp.session.SessionSettings;
import org.postern.smtp.session.SmtpSession;
import org.postern.smtp.session.TlsDetails;
import org.postern.smtp.session.TlsFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One accepted connection, from the socket to its close: the true client address, admission, TLS
 * where it begins at once, then the session. {@link #run} belongs to the connection's thread; the
 * rest is called by the watchdog and by the thread that stops the gateway.
 */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** How long a balancer may take for its header; it sends it with the first segment. */
    private static final Duration PROXY_PATIENCE = Duration.ofSeconds(10);

    private static final Duration CLOSE_PATIENCE = Duration.ofMillis(500);
    private static final int CLOSE_OCTETS = 1 << 18;

    private final Socket socket;
    private final ListenerConfig config;
    private final ConnectionParts parts;
    private volatile @Nullable SocketTransport transport;
    private volatile @Nullable SmtpSession session;

    Connection(Socket socket, ListenerConfig config, ConnectionParts parts) {
        this.socket = socket;
        this.config = config;
        this.parts = parts;
    }

    /** Runs the connection to its end and closes it. */
    void run() {
        parts.registry().add(this);
        SessionEnd end = SessionEnd.ERROR;
        try {
            SocketTransport wire =
                    new SocketTransport(
                            socket, parts.time(), parts.tls(), parts.limits().get().writeTimeout());
            transport = wire;
            end = serve(wire);
            finish(wire, end);
        } catch (IOException e) {
            LOG.debug("connection broke before its session began", e);
            end = SessionEnd.DISCONNECTED;
        } catch (RuntimeException e) {
            LOG.error("connection failed", e);
        } finally {
            closeNow();
            parts.metrics().sessionEnded(end);
            parts.registry().remove(this);
        }
    }

    private static void finish(SocketTransport wire, SessionEnd end) {
        switch (end) {
            case DISCONNECTED, TLS, SHUTDOWN, SHED -> wire.close();
            case QUIT, LIMIT, TIMEOUT, EARLY_TALKER, REFUSED, PROXY, XCLIENT, ERROR ->
                    wire.closeGently(CLOSE_PATIENCE, CLOSE_OCTETS);
        }
    }

    private SessionEnd serve(SocketTransport wire) throws IOException {
        InetSocketAddress peer = (InetSocketAddress) socket.getRemoteSocketAddress();
        InetSocketAddress local = (InetSocketAddress) socket.getLocalSocketAddress();
        NetworksConfig networks = parts.networks().get();
        InputBuffer input = new InputBuffer();
        InetSocketAddress client = peer;
        if (isIn(networks.loadBalancers(), peer.getAddress())) {
            switch (ProxyReader.read(wire, input, PROXY_PATIENCE, parts.time())) {
                case ProxyHeader.Proxied proxied -> {
                    client = proxied.source();
                    local = proxied.destination();
                }
                case ProxyHeader.Local ignored -> {}
                case ProxyHeader.Invalid invalid -> {
                    LOG.warn(
                            "listed balancer {} sent no good PROXY header: {}",
                            Ip.hostPort(peer),
                            invalid.reason());
                    say(
                            wire,
                            SmtpReply.of(
                                    421, "4.3.5", "PROXY header expected: " + invalid.reason()));
                    return SessionEnd.PROXY;
                }
            }
        }
        return admit(wire, input, client, peer, local, networks);
    }

    private SessionEnd admit(
            SocketTransport wire,
            InputBuffer input,
            InetSocketAddress client,
            InetSocketAddress peer,
            InetSocketAddress local,
            NetworksConfig networks)
            throws IOException {
        Standing standing = parts.handler().standing(client.getAddress());
        boolean listed = isListed(networks, client.getAddress());
        Admission.Answer answer =
                listed
                        ? parts.admission().enterListed(standing)
                        : parts.admission().enter(client.getAddress(), standing);
        return switch (answer) {
            case Admission.Answer.Refused refused -> {
                // before TLS nobody could read it; closing says the same
                if (config.tls() != ListenerConfig.Tls.IMPLICIT) {
                    say(wire, refused.reply());
                }
                yield SessionEnd.SHED;
            }
            case Admission.Answer.Admitted admitted -> {
                try (Place place = new Place(parts, admitted)) {
                    yield session(
                            wire,
                            input,
                            client,
                            peer,
                            local,
                            listed ? Optional.of(place) : Optional.empty(),
                            standing);
                }
            }
        };
    }

    private SessionEnd session(
            SocketTransport wire,
            InputBuffer input,
            InetSocketAddress client,
            InetSocketAddress peer,
            InetSocketAddress local,
            Optional<Entrance> xclient,
            Standing standing)
            throws IOException {
        Limits limits = parts.limits().get();
        TlsDetails tls = null;
        if (config.tls() == ListenerConfig.Tls.IMPLICIT) {
            try {
                tls = wire.startTls(handshakePatience(limits), input.takeAll());
                parts.metrics().tlsHandshake(tls.version());
            } catch (TlsFailedException e) {
                parts.metrics().tlsHandshake("failed");
                LOG.info("TLS handshake with {} failed: {}", Ip.hostPort(client), e.getMessage());
                return SessionEnd.TLS;
            }
        }
        SessionSettings settings =
                new SessionSettings(
                        parts.hostname(),
                        limits,
                        standing == Standing.KNOWN_GOOD ? Duration.ZERO : limits.greetDelay(),
                        config.tls() == ListenerConfig.Tls.STARTTLS && parts.tls().available(),
                        xclient);
        SmtpSession smtp =
                new SmtpSession(
                        wire,
                        input,
                        settings,
                        parts.handler(),
                        parts.time(),
                        parts.metrics(),
                        client,
                        peer,
                        local,
                        tls);
        session = smtp;
        if (parts.registry().stopping()) {
            askToStop();
        }
        return smtp.run();
    }

    private static long handshakePatience(Limits limits) {
        return limits.commandTimeout().isZero()
                ? Long.MAX_VALUE
                : limits.commandTimeout().toNanos();
    }

    /** Whether a client speaks for others; a balancer does when it shows itself (PROXY LOCAL). */
    private static boolean isListed(NetworksConfig networks, InetAddress client) {
        return isIn(networks.trustedRelays(), client) || isIn(networks.loadBalancers(), client);
    }

    /** The room that a connection takes, for one client after the other. Its thread only. */
    private static final class Place implements Entrance, AutoCloseable {
        private final ConnectionParts parts;
        private Admission.Answer.@Nullable Admitted held;

        Place(ConnectionParts parts, Admission.Answer.Admitted held) {
            this.parts = parts;
            this.held = held;
        }

        @Override
        public Optional<SmtpReply> admit(InetAddress client) {
            close(); // its room is free for the next, who may be the same one again
            Standing standing = parts.handler().standing(client);
            return switch (parts.admission().enter(client, standing)) {
                case Admission.Answer.Refused refused -> Optional.of(refused.reply());
                case Admission.Answer.Admitted next -> {
                    held = next;
                    yield Optional.empty();
                }
            };
        }

        @Override
        public void close() {
            Admission.Answer.Admitted leaving = held;
            held = null;
            if (leaving != null) {
                leaving.close();
            }
        }
    }

    private static boolean isIn(List<Cidr> networks, InetAddress address) {
        for (Cidr network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private void say(SocketTransport wire, SmtpReply reply) throws IOException {
        parts.metrics().replied("CONNECT", reply.code());
        byte[] bytes = reply.toWire().getBytes(StandardCharsets.US_ASCII);
        wire.write(bytes, 0, bytes.length);
    }

    /** Ends the connection politely, if it can be done now. */
    void askToStop() {
        SmtpSession smtp = session;
        if (smtp == null) {
            closeNow(); // nothing has been said yet
        } else if (smtp.askToStop()) {
            closeNow();
        }
    }

    /** Watchdog's look. */
    void closeIfOverdue(long now) {
        SocketTransport wire = transport;
        if (wire != null) {
            wire.closeIfOverdue(now);
        }
    }

    /** Closes, unless a message is being made durable. */
    void closeUnlessFinishing() {
        SmtpSession smtp = session;
        if (smtp == null || !smtp.finishing()) {
            closeNow();
        }
    }

    /** Closes. */
    void closeNow() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a connection", e);
        }
    }
}
