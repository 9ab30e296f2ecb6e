package org.postern.smtp.bench;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.config.TlsConfig;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.listener.SmtpListeners;
import org.postern.smtp.tls.TlsContexts;

/**
 * The listener with a handler that discards, in a process of its own: {@code DiscardServer PORT
 * [CHAIN KEY]}; with a certificate the port speaks TLS at once. The property {@code connections} is
 * the limit of that name.
 */
public final class DiscardServer {
    private DiscardServer() {}

    /** Listens until it is killed. */
    public static void main(String[] args) throws Exception {
        Limits limits =
                Limits.defaults().toBuilder()
                        .connections(Integer.getInteger("connections", 0))
                        .connectionsPerClient(0)
                        .connectionsPerNetwork(0)
                        .connectionRatePerClient(0)
                        .commands(0)
                        .build();
        TlsContexts tls =
                args.length > 1
                        ? TlsContexts.load(
                                new TlsConfig(
                                        List.of(
                                                new TlsConfig.Certificate(
                                                        Path.of(args[1]), Path.of(args[2])))))
                        : TlsContexts.none();
        SmtpListeners listeners =
                new SmtpListeners(
                        List.of(
                                new ListenerConfig(
                                        InetAddress.getLoopbackAddress(),
                                        Integer.parseInt(args[0]),
                                        args.length > 1
                                                ? ListenerConfig.Tls.IMPLICIT
                                                : ListenerConfig.Tls.STARTTLS,
                                        4_096)),
                        () -> limits,
                        () -> NetworksConfig.NONE,
                        "mx.example.test",
                        tls,
                        new DiscardHandler(),
                        TimeSource.system(),
                        SmtpMetrics.NONE);
        listeners.start();
        System.out.println("listening on " + listeners.boundPorts());
        new CountDownLatch(1).await();
    }
}
