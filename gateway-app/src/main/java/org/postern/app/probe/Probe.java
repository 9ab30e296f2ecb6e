package org.postern.app.probe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.frontdoor.ProbeMark;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.ProbeConfig;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes as the configuration in force says, on a thread of its own; does nothing where there is no
 * section {@code probe}. A failure is logged with its step when it begins and when it ends, counted
 * each time, and an alert after {@value #MISSED} rounds without a success.
 */
public final class Probe implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("probe");
    private static final int MISSED = 3;
    private static final Duration IDLE = Duration.ofSeconds(5);

    private final Rounds rounds;
    private final Supplier<PosternConfig> config;
    private final Metrics metrics;
    private final TimeSource time;
    private final Thread thread;
    private boolean measured;
    private volatile @Nullable Round lastSuccess;
    private volatile @Nullable Round firstFailure;
    private volatile String failure = "";

    /** Who makes a round. */
    @FunctionalInterface
    interface Rounds {
        List<Outcome> round(PosternConfig config, ProbeConfig probe) throws InterruptedException;
    }

    /** When a round ended, on both clocks. */
    private record Round(Instant at, long nanos) {}

    /**
     * @param config the configuration in force
     * @param trail where the way of a message is followed
     * @param mark how the intake knows the probe's sessions
     */
    public Probe(
            Supplier<PosternConfig> config,
            ProbeTrail trail,
            ProbeMark mark,
            Metrics metrics,
            TimeSource time) {
        this(config, new Prober(trail, mark, time)::round, metrics, time);
    }

    Probe(Supplier<PosternConfig> config, Rounds rounds, Metrics metrics, TimeSource time) {
        this.rounds = rounds;
        this.config = config;
        this.metrics = metrics;
        this.time = time;
        this.thread = Thread.ofPlatform().daemon().name("probe").unstarted(this::run);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                PosternConfig now = config.get();
                ProbeConfig probe = now.probe();
                if (probe == null) {
                    failure = "";
                    firstFailure = null;
                    Thread.sleep(IDLE);
                    continue;
                }
                long start = time.nanoTime();
                round(now, probe);
                long left = probe.every().toNanos() - (time.nanoTime() - start);
                Thread.sleep(Duration.ofNanos(Math.max(0, left)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** One round, whatever comes of it. */
    void round(PosternConfig now, ProbeConfig probe) throws InterruptedException {
        if (!measured) {
            measured = true;
            metrics.gauge(
                    "probe.last.success.timestamp.seconds",
                    () -> {
                        Round success = lastSuccess;
                        return success == null ? 0 : (double) success.at().getEpochSecond();
                    });
        }
        try {
            ended(counted(rounds.round(now, probe)));
        } catch (RuntimeException | Error e) {
            LOG.error("a probe broke off, which is a defect", e);
            // nobody knows whether mail goes through: as much a failure as any
            ended("the probe itself broke off: " + e);
        }
    }

    /** Counts outcomes; what failed, or empty. */
    private String counted(List<Outcome> outcomes) {
        for (Outcome outcome : outcomes) {
            metrics.count(
                    "probe.messages",
                    "leg",
                    outcome.leg().word(),
                    "outcome",
                    outcome.good() ? "good" : "failed",
                    "step",
                    outcome.step().word());
            if (outcome.good()) {
                metrics.time("probe", outcome.took(), "leg", outcome.leg().word());
            }
        }
        return outcomes.stream()
                .filter(o -> !o.good())
                .map(Outcome::text)
                .collect(Collectors.joining("; "));
    }

    /** A round is over; {@code trouble} says what failed, or is empty. */
    private void ended(String trouble) {
        Round ended = new Round(time.instant(), time.nanoTime());
        if (trouble.isEmpty()) {
            if (!failure.isEmpty()) {
                LOG.info("the probe is as it must be again");
            }
            lastSuccess = ended;
            firstFailure = null;
        } else {
            if (failure.isEmpty()) {
                LOG.error("{}", trouble);
                firstFailure = ended;
            } else {
                LOG.debug("{}", trouble);
            }
        }
        failure = trouble;
    }

    /** What has failed for {@value #MISSED} rounds, for the alert; empty while all is well. */
    public Optional<String> missing() {
        PosternConfig now = config.get();
        ProbeConfig probe = now.probe();
        Round began = firstFailure;
        if (probe == null || began == null || failure.isEmpty()) {
            return Optional.empty();
        }
        Duration since = Duration.ofNanos(time.nanoTime() - began.nanos());
        return since.compareTo(probe.every().multipliedBy(MISSED - 1)) >= 0
                ? Optional.of(failure)
                : Optional.empty();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
