package org.postern.app.telemetry;

import java.time.Duration;
import java.util.Locale;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what the spool reports, and shows its numbers as gauges. Thread-safe. */
public final class SpoolMeters implements SpoolListener {
    private static final Logger LOG = LoggerFactory.getLogger("spool");

    private final Metrics metrics;

    /** Meters in this registry. */
    public SpoolMeters(Metrics metrics) {
        this.metrics = metrics;
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
        metrics.gauge("spool.writable", () -> spool.health().writable() ? 1 : 0);
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

    @Override
    public void synced(Duration took, int records, long bytes) {
        metrics.time("spool.sync", took);
        metrics.count("spool.synced.records", (double) records);
        metrics.count("spool.synced.bytes", (double) bytes);
    }
}
