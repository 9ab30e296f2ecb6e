package org.postern.smtp.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.net.Cidr;
import org.postern.core.time.TimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.admission.Gauge;
import org.postern.smtp.session.RecordingHandler;
import org.postern.smtp.session.SessionHandler;
import org.postern.smtp.tls.TlsContexts;

/** A listener on a free loopback port, with everything that tests want to change. */
final class TestGateway implements AutoCloseable {
    final RecordingHandler handler = new RecordingHandler();
    final AtomicReference<Limits> limits = new AtomicReference<>(Limits.defaults());
    final AtomicReference<NetworksConfig> networks = new AtomicReference<>(NetworksConfig.NONE);
    final Counts counts = new Counts();
    private final SmtpListeners listeners;

    /** Counts what the metrics hear. */
    static final class Counts implements SmtpMetrics {
        private final Map<NamedLimit, AtomicInteger> hits = new EnumMap<>(NamedLimit.class);
        private final Map<SessionEnd, AtomicInteger> ends = new EnumMap<>(SessionEnd.class);

        Counts() {
            for (NamedLimit l : NamedLimit.values()) {
                hits.put(l, new AtomicInteger());
            }
            for (SessionEnd e : SessionEnd.values()) {
                ends.put(e, new AtomicInteger());
            }
        }

        @Override
        public void limitHit(NamedLimit limit) {
            hits.get(limit).incrementAndGet();
        }

        @Override
        public void sessionEnded(SessionEnd outcome) {
            ends.get(outcome).incrementAndGet();
        }

        int hits(NamedLimit limit) {
            return hits.get(limit).get();
        }

        int ends(SessionEnd end) {
            return ends.get(end).get();
        }
    }

    private TestGateway(
            ListenerConfig.Tls tls, TlsContexts contexts, List<Gauge> gauges, boolean knownGood)
            throws IOException {
        listeners =
                new SmtpListeners(
                        List.of(
                                new ListenerConfig(
                                        InetAddress.getLoopbackAddress(), 0, tls, 1_024)),
                        limits::get,
                        networks::get,
                        "mx.example.test",
                        contexts,
                        knownGood ? knowing(handler) : handler,
                        TimeSource.system(),
                        counts,
                        gauges);
        listeners.start();
    }

    private static SessionHandler knowing(RecordingHandler handler) {
        return new SessionHandler() {
            @Override
            public org.postern.smtp.session.Visit open(
                    org.postern.smtp.session.ClientConnection client) {
                return handler.open(client);
            }

            @Override
            public Standing standing(InetAddress client) {
                return Standing.KNOWN_GOOD;
            }
        };
    }

    static TestGateway plain() throws IOException {
        return new TestGateway(ListenerConfig.Tls.STARTTLS, TlsContexts.none(), List.of(), false);
    }

    static TestGateway withLimits(Limits.Builder limits) throws IOException {
        TestGateway gateway = plain();
        gateway.limits.set(limits.build());
        return gateway;
    }

    static TestGateway tls(ListenerConfig.Tls mode, TlsContexts contexts) throws IOException {
        return new TestGateway(mode, contexts, List.of(), false);
    }

    static TestGateway loaded(Gauge gauge, boolean knownGood) throws IOException {
        return new TestGateway(
                ListenerConfig.Tls.NONE, TlsContexts.none(), List.of(gauge), knownGood);
    }

    /** Loopback is a listed balancer from now on. */
    TestGateway behindBalancer() {
        networks.set(
                new NetworksConfig(
                        List.of(),
                        List.of(),
                        List.of(Cidr.parse("127.0.0.0/8")),
                        List.of(),
                        Map.of()));
        return this;
    }

    /** Loopback is a trusted relay from now on. */
    TestGateway behindRelay() {
        networks.set(
                new NetworksConfig(
                        List.of(),
                        List.of(Cidr.parse("127.0.0.0/8")),
                        List.of(),
                        List.of(),
                        Map.of()));
        return this;
    }

    int port() {
        return listeners.boundPorts().getFirst();
    }

    TestClient connect() throws IOException {
        return TestClient.connect(port());
    }

    SmtpListeners listeners() {
        return listeners;
    }

    @Override
    public void close() {
        listeners.stop(Duration.ZERO);
    }
}
