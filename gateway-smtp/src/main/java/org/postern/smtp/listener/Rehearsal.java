package org.postern.smtp.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.admission.Admission;
import org.postern.smtp.admission.OverloadController;
import org.postern.smtp.session.DiscardingVisit;
import org.postern.smtp.tls.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session with ourselves before anybody else is heard, on a loopback port of its own, that
 * nobody counts and nothing comes of. It loads every class that a session needs. Otherwise the
 * first session may be one that finds no file descriptor left, and a class that could not be read
 * then stays missing as long as the process lives (JVMS 5.4.3).
 */
final class Rehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Ends with what a session says last, so that reading to the end of the connection ends. */
    private static final byte[] PART =
            String.join(
                            "\r\n",
                            "HELP",
                            "EHLO rehearsal.invalid",
                            "MAIL FROM:<a@rehearsal.invalid> SIZE=1 BODY=8BITMIME",
                            "RCPT TO:<b@rehearsal.invalid> NOTIFY=NEVER",
                            "DATA",
                            "Received: once",
                            "",
                            "..",
                            ".",
                            "MAIL FROM:<>",
                            "RCPT TO:<\"b\"@[127.0.0.1]>",
                            "BDAT 2",
                            "", // these two octets are the chunk
                            "BDAT 2 LAST",
                            "",
                            "XCLIENT ADDR=127.0.0.1",
                            "NONSENSE",
                            "RSET",
                            "QUIT",
                            "")
                    .getBytes(StandardCharsets.US_ASCII);

    private Rehearsal() {}

    /** Plays it; a machine on which that fails is told of when the real listeners open. */
    static void play(TimeSource time) {
        try {
            ConnectionRegistry registry = new ConnectionRegistry(time, SmtpMetrics.NONE);
            Limits limits = Limits.defaults();
            OverloadController overload = new OverloadController(List.of(), time);
            ConnectionParts parts =
                    new ConnectionParts(
                            () -> limits,
                            () -> NetworksConfig.NONE,
                            "rehearsal.invalid",
                            TlsContexts.none(),
                            client -> new DiscardingVisit(),
                            time,
                            SmtpMetrics.NONE,
                            new Admission(() -> limits, overload, time, SmtpMetrics.NONE),
                            overload,
                            registry);
            SubEthaListener listener =
                    SubEthaListener.open(
                            new ListenerConfig(
                                    InetAddress.getLoopbackAddress(),
                                    0,
                                    ListenerConfig.Tls.STARTTLS,
                                    1),
                            parts);
            try {
                visit(listener.address());
            } finally {
                listener.stopAccepting();
                registry.drain(Deadline.after(time, PATIENCE));
                listener.close();
            }
        } catch (IOException e) {
            LOG.debug("no session with ourselves", e);
        }
    }

    private static void visit(InetSocketAddress address) throws IOException {
        try (Socket client = new Socket()) {
            client.connect(address, (int) PATIENCE.toMillis());
            client.setSoTimeout((int) PATIENCE.toMillis());
            client.getOutputStream().write(PART);
            byte[] replies = client.getInputStream().readAllBytes();
            LOG.debug("a session with ourselves gave {} octets of replies", replies.length);
        }
    }
}
