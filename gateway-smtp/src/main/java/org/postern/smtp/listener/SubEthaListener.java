package org.postern.smtp.listener;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ListenerConfig;
import org.postern.core.net.Ip;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.Session;
import org.subethamail.smtp.server.SessionHandler;

/**
 * One listening address, carried by SubEthaSMTP: it accepts and gives each connection a virtual
 * thread. On that thread, before any greeting, {@link Takeover} takes the socket away and runs our
 * own session to its end; SubEtha is left with a socket that has nothing to read and swallows what
 * is written, so that no octet of its protocol reaches a client.
 */
final class SubEthaListener {
    private static final Logger LOG = LoggerFactory.getLogger(SubEthaListener.class);

    /** More than any process has descriptors; our own admission says no long before. */
    private static final int MAX_CONNECTIONS = 65_000;

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private final SMTPServer server;
    private final GatewayServerSocket socket;

    private SubEthaListener(SMTPServer server, GatewayServerSocket socket) {
        this.server = server;
        this.socket = socket;
    }

    static SubEthaListener open(ListenerConfig config, ConnectionParts parts)
            throws ListenerException {
        GatewayServerSocket socket = bind(config, parts);
        SMTPServer server =
                SMTPServer.port(socket.getLocalPort())
                        .bindAddress(config.address())
                        .hostName(parts.hostname())
                        .backlog(config.backlog())
                        .maxConnections(MAX_CONNECTIONS)
                        .executorService(
                                Executors.newThreadPerTaskExecutor(
                                        Thread.ofVirtual().name("smtp-", 0).factory()))
                        .serverThreadName("smtp-accept-" + socket.getLocalPort())
                        .serverSocketFactory(() -> socket)
                        .sessionHandler(new Takeover(config, parts))
                        .build();
        server.start();
        return new SubEthaListener(server, socket);
    }

    /** Binds before SubEtha does, so that a failure can say what to do about it. */
    private static GatewayServerSocket bind(ListenerConfig config, ConnectionParts parts)
            throws ListenerException {
        InetSocketAddress address = new InetSocketAddress(config.address(), config.port());
        GatewayServerSocket socket = null;
        try {
            socket = new GatewayServerSocket(parts.metrics());
            socket.setReuseAddress(true);
            socket.bindNow(address, Math.max(config.backlog(), ListenerConfig.DEFAULT_BACKLOG));
            return socket;
        } catch (IOException e) {
            closeQuietly(socket);
            throw new ListenerException(explain(config.address(), config.port(), e), e);
        }
    }

    private static void closeQuietly(@Nullable GatewayServerSocket s) {
        if (s != null) {
            try {
                s.close();
            } catch (IOException e) {
                LOG.debug("closing a socket that never listened", e);
            }
        }
    }

    private static String explain(InetAddress address, int port, IOException e) {
        String where = "cannot listen on " + hostPort(address, port) + ": ";
        String why = String.valueOf(e.getMessage());
        if (e instanceof BindException && why.contains("in use")) {
            return where
                    + "the port is in use; stop the other program (ss -ltnp 'sport = :"
                    + port
                    + "' names it) or change listeners[].port";
        }
        if (why.contains("ermission denied")) {
            return where
                    + "no permission for a port below 1024; give the service"
                    + " CAP_NET_BIND_SERVICE or change listeners[].port";
        }
        if (why.contains("annot assign")) {
            return where + "no interface has this address; change listeners[].address";
        }
        return where + why;
    }

    static String hostPort(InetAddress address, int port) {
        return Ip.hostPort(new InetSocketAddress(address, port));
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Closes the listening socket; open sessions go on. */
    void stopAccepting() {
        socket.stopAccepting();
    }

    /**
     * Ends SubEtha's accept thread, after all sessions have ended. SubEtha would wait for ever for
     * a session's thread that does not come back from a call; a stop must end, so we do not.
     */
    void close() {
        Thread stopping = Thread.ofPlatform().daemon().name("smtp-stop").start(() -> server.stop());
        try {
            if (!stopping.join(STOP_PATIENCE)) {
                LOG.warn(
                        "{}: sessions are still at work in the gateway after their connections were"
                                + " closed; not waiting for them",
                        socket.getLocalSocketAddress());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs our session in place of SubEtha's. */
    private record Takeover(ListenerConfig config, ConnectionParts parts)
            implements SessionHandler {
        @Override
        public SessionAcceptance accept(Session session) {
            Socket client = session.getSocket();
            try {
                // lets go of the buffers that SubEtha made on its accept thread, 24 KB a session
                session.setSocket(new SpentSocket(client));
            } catch (IOException e) {
                LOG.warn("taking over a connection failed", e);
                return SessionAcceptance.failure(421, "4.3.0");
            }
            new Connection(client, config, parts).run();
            // written into the spent socket; SubEtha ends the session without its own greeting
            return SessionAcceptance.failure(421, "4.3.0");
        }

        @Override
        public void onSessionEnd(Session session) {}
    }
}
