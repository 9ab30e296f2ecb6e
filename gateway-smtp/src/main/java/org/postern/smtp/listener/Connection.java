package org.postern.smtp.listener;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.postern.core.config.ListenerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One accepted connection. */
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private final Socket socket;
    private final ConnectionParts parts;

    Connection(Socket socket, ListenerConfig config, ConnectionParts parts) {
        this.socket = socket;
        this.parts = parts;
    }

    void run() {
        parts.registry().add(this);
        try (socket) {
            socket.getOutputStream()
                    .write("421 4.3.2 Not taking mail\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            LOG.debug("client gone", e);
        } finally {
            parts.registry().remove(this);
        }
    }

    void askToStop() {}

    void closeIfOverdue(long now) {}

    void closeUnlessFinishing() {}

    void closeNow() {}
}
