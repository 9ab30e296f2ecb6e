package org.postern.app.telemetry;

import java.time.Duration;
import java.util.Locale;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what the spool reports, and shows its numbers as gauges. Thread-safe. */
public final class SpoolMeters implements SpoolListener {
    private static final Logger LOG = LoggerFactory.getLogger("spool");

    /** A force that takes this long makes every client wait longer than clients are used to. */
    private static final Duration UNBEARABLE_SYNC = Duration.ofSeconds(5);

    private static final Duration FORGETS = Duration.ofSeconds(5);
    private static final int SYNCS_AVERAGED = 8;

    private final Metrics metrics;
    private final TimeSource time;
    // written by the spool's one writer thread alone
    private volatile Sync sync;

    /** The moving average and when it was last fed. */
    private record Sync(double averageNanos, long atNanos) {}

    /** Meters in this registry. */
    public SpoolMeters(Metrics metrics, TimeSource time) {
        this.metrics = metrics;
        this.time = time;
        this.sync = new Sync(0, time.nanoTime());
    }

    /** Shows this spool's numbers from now on. */
    public void watch(Spool spool) {
        for (EntryState state : EntryState.values()) {
            metrics.gauge(
                    "queue.messages",
                    () -> (double) spool.summary().count(state),
                    "state",
                    state.word());
        }
        metrics.gauge("queue.bytes", () -> (double) spool.summary().bytes());
        metrics.gauge("spool.disk.free.bytes", () -> (double) spool.health().freeBytes());
        metrics.gauge("spool.disk.free.inodes", () -> (double) spool.health().freeInodes());
        metrics.gauge("spool.outcomes.in.hand", () -> (double) spool.outcomesInHand());
        metrics.gauge(
                "spool.index.bytes",
                () -> (double) spool.summary().indexMemory(),
                "place",
                "memory");
        metrics.gauge(
                "spool.index.bytes", () -> (double) spool.summary().indexFile(), "place", "file");
    }

    @Override
    public void alarm(SpoolAlarm alarm) {
        metrics.count("spool.alarms", "kind", alarm.kind().name().toLowerCase(Locale.ROOT));
        if (alarm.kind() == SpoolAlarm.Kind.NOTICE) {
            LOG.info("{}: {}", alarm.place(), alarm.message());
        } else {
            LOG.error("{}: {}", alarm.place(), alarm.message());
        }
    }

    /**
     * How slow the disk is as a share of what can be borne: 1 when forces take {@link
     * #UNBEARABLE_SYNC}, by a moving average. It halves with every {@link #FORGETS} without a
     * force: otherwise a gateway that turns everybody away would never find out that the disk is
     * well again.
     */
    public double latencyLoad() {
        Sync last = sync;
        double halvings = (time.nanoTime() - last.atNanos()) / (double) FORGETS.toNanos();
        return last.averageNanos() / UNBEARABLE_SYNC.toNanos() * Math.pow(0.5, halvings);
    }

    @Override
    public void synced(Duration took, int records, long bytes) {
        Sync last = sync;
        double average =
                last.averageNanos() + (took.toNanos() - last.averageNanos()) / SYNCS_AVERAGED;
        sync = new Sync(average, time.nanoTime());
        metrics.time("spool.sync", took);
        metrics.count("spool.synced.records", (double) records);
        metrics.count("spool.synced.bytes", (double) bytes);
    }
}
