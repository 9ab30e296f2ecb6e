package org.postern.smtp.listener;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.admission.Admission;
import org.postern.smtp.admission.Gauge;
import org.postern.smtp.admission.OverloadController;
import org.postern.smtp.session.SessionHandler;
import org.postern.smtp.tls.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All listeners of the gateway: what the application starts and stops. Either all of them are open
 * or none. Limits and networks are asked for anew for each connection, so that a reload reaches the
 * next one; a session keeps those it began with.
 *
 * <p>Started and stopped by one thread; the questions may be asked by any.
 */
public final class SmtpListeners {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpListeners.class);

    /** How often certificate files are looked at. */
    private static final Duration RENEWAL_INTERVAL = Duration.ofSeconds(20);

    private final List<ListenerConfig> configs;
    private final ConnectionParts parts;
    private final List<SubEthaListener> running = new ArrayList<>();
    private @Nullable Thread renewal;

    /** As the other constructor, with no gauges of load beyond heap and connections. */
    public SmtpListeners(
            List<ListenerConfig> listeners,
            Supplier<Limits> limits,
            Supplier<NetworksConfig> networks,
            String hostname,
            TlsContexts tls,
            SessionHandler handler,
            TimeSource time,
            SmtpMetrics metrics) {
        this(listeners, limits, networks, hostname, tls, handler, time, metrics, List.of());
    }

    /**
     * @param listeners where to listen
     * @param limits the current limits
     * @param networks the current networks
     * @param hostname our name in greetings
     * @param tls the certificates; without any, STARTTLS is not offered
     * @param handler the gateway behind the protocol
     * @param time clocks
     * @param metrics what is counted
     * @param gauges load beyond heap and connections: spool latency, disk
     */
    public SmtpListeners(
            List<ListenerConfig> listeners,
            Supplier<Limits> limits,
            Supplier<NetworksConfig> networks,
            String hostname,
            TlsContexts tls,
            SessionHandler handler,
            TimeSource time,
            SmtpMetrics metrics,
            List<Gauge> gauges) {
        configs = List.copyOf(listeners);
        ConnectionRegistry registry = new ConnectionRegistry(time, metrics);
        List<Gauge> all = new ArrayList<>(gauges);
        all.add(new Gauge("heap", HeapLoad::now));
        AtomicInteger inside = new AtomicInteger();
        all.add(
                new Gauge(
                        OverloadController.CONNECTIONS,
                        () -> connectionLoad(inside.get(), limits.get()),
                        true));
        all.add(new Gauge("descriptors", () -> DescriptorLoad.of(registry.size())));
        OverloadController overload = new OverloadController(all, time);
        Admission admission = new Admission(limits, overload, inside, time, metrics);
        parts =
                new ConnectionParts(
                        limits, networks, hostname, tls, handler, time, metrics, admission,
                        overload, registry);
    }

    private static double connectionLoad(int inside, Limits limits) {
        return limits.connections() == 0 ? 0 : (double) inside / limits.connections();
    }

    /**
     * Opens every listener.
     *
     * @throws ListenerException if one of them cannot be opened; then none is
     */
    public void start() throws ListenerException {
        Rehearsal.play(parts.time());
        parts.registry().start();
        try {
            for (ListenerConfig config : configs) {
                running.add(SubEthaListener.open(config, parts));
            }
        } catch (ListenerException e) {
            stop(Duration.ZERO);
            throw e;
        }
        renewal =
                Thread.ofPlatform()
                        .daemon()
                        .name("smtp-tls-renewal")
                        .start(() -> lookForRenewals(parts.tls()));
    }

    private static void lookForRenewals(TlsContexts tls) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                TimeUnit.NANOSECONDS.sleep(RENEWAL_INTERVAL.toNanos());
                tls.refresh();
            }
        } catch (InterruptedException e) {
            LOG.debug("no longer looking for renewed certificates", e);
        }
    }

    /** Where the listeners are, in the order of the configuration, with the ports really bound. */
    public List<InetSocketAddress> boundAddresses() {
        return running.stream().map(SubEthaListener::address).toList();
    }

    /** The ports really bound, in the order of the configuration. */
    public List<Integer> boundPorts() {
        return running.stream().map(l -> l.address().getPort()).toList();
    }

    /** Connections open now. */
    public int connections() {
        return parts.registry().size();
    }

    /** The overload controller, for status. */
    public OverloadController overload() {
        return parts.overload();
    }

    /**
     * Stops: no new connections, 421 4.3.2 to idle sessions, a message under way may finish within
     * {@code drain}, then everything is closed. A message that was being made durable when the
     * drain ended still gets its true reply. Returns when all sessions have ended; may be called
     * more than once.
     */
    public void stop(Duration drain) {
        for (SubEthaListener listener : running) {
            listener.stopAccepting();
        }
        parts.registry().drain(Deadline.after(parts.time(), drain));
        for (SubEthaListener listener : running) {
            listener.close();
        }
        running.clear();
        parts.registry().close();
        Thread looking = renewal;
        if (looking != null) {
            looking.interrupt();
        }
    }
}
