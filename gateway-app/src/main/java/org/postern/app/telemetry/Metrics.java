package org.postern.app.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What Prometheus scrapes, under the prefix {@code postern_}. Labels come from bounded sets only:
 * commands, codes, methods, reasons, downstreams of the configuration; never an address, a sender's
 * domain or an id. Thread-safe; counting costs one look-up in a concurrent map.
 */
public final class Metrics implements AutoCloseable {
    private static final String PREFIX = "postern.";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ConcurrentHashMap<Key, Counter> counters = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Key, Timer> timers = new ConcurrentHashMap<>();
    private final JvmGcMetrics gc = new JvmGcMetrics();

    /** A meter and the values of its labels. */
    private record Key(String name, List<String> labels) {}

    /** A registry with the process's own figures in it. */
    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        cpuTime();
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    private void cpuTime() {
        if (ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean os) {
            FunctionCounter.builder("process.cpu", os, o -> o.getProcessCpuTime() / 1e9)
                    .baseUnit("seconds")
                    .description("CPU time that the process has used")
                    .register(registry);
        }
    }

    /**
     * Adds one to a counter.
     *
     * @param name without prefix and {@code _total}, dots between words
     * @param labels name, value, name, value, …
     */
    public void count(String name, String... labels) {
        count(name, 1, labels);
    }

    /** Adds {@code amount} to a counter. */
    public void count(String name, double amount, String... labels) {
        counters.computeIfAbsent(
                        new Key(name, List.of(labels)),
                        key ->
                                Counter.builder(PREFIX + key.name())
                                        .description(MetricHelp.of(key.name()))
                                        .tags(tags(key.labels()))
                                        .register(registry))
                .increment(amount);
    }

    /** Records a duration in a histogram that ends in {@code _seconds}. */
    public void time(String name, Duration duration, String... labels) {
        timers.computeIfAbsent(
                        new Key(name, List.of(labels)),
                        key ->
                                Timer.builder(PREFIX + key.name())
                                        .description(MetricHelp.of(key.name()))
                                        .tags(tags(key.labels()))
                                        .serviceLevelObjectives(
                                                Duration.ofMillis(1),
                                                Duration.ofMillis(5),
                                                Duration.ofMillis(25),
                                                Duration.ofMillis(100),
                                                Duration.ofMillis(500),
                                                Duration.ofSeconds(2),
                                                Duration.ofSeconds(10),
                                                Duration.ofSeconds(60))
                                        .register(registry))
                .record(duration);
    }

    /**
     * Registers a gauge that is read at each scrape; the supplier must be quick and thread-safe.
     */
    public void gauge(String name, DoubleSupplier value, String... labels) {
        Gauge.builder(PREFIX + name, value::getAsDouble)
                .description(MetricHelp.of(name))
                .tags(tags(List.of(labels)))
                .strongReference(true)
                .register(registry);
    }

    /** Takes away every series of a meter that has these labels: what it tells of is gone. */
    public void forget(String name, String... labels) {
        registry.find(PREFIX + name).tags(tags(List.of(labels))).meters().forEach(registry::remove);
    }

    /**
     * Registers a counter that is kept elsewhere and read at each scrape; it must never fall.
     *
     * @param name without prefix and {@code _total}
     */
    public void counter(String name, DoubleSupplier value) {
        FunctionCounter.builder(PREFIX + name, value, DoubleSupplier::getAsDouble)
                .description(MetricHelp.of(name))
                .register(registry);
    }

    private static List<Tag> tags(List<String> labels) {
        List<Tag> tags = new ArrayList<>(labels.size() / 2);
        for (int i = 0; i + 1 < labels.size(); i += 2) {
            tags.add(Tag.of(labels.get(i), labels.get(i + 1)));
        }
        return tags;
    }

    /**
     * Writes a scrape.
     *
     * @param accept the request's Accept value, or null: the classic text format
     */
    public void scrape(OutputStream out, @Nullable String accept) throws IOException {
        registry.scrape(out, contentType(accept));
    }

    /** The content type of a scrape for this Accept value. */
    public static String contentType(@Nullable String accept) {
        return accept != null && accept.contains("application/openmetrics-text")
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8";
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
