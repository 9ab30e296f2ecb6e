package org.postern.app.intake;

import java.util.Locale;
import org.postern.app.admin.Human;
import org.postern.app.telemetry.Metrics;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.schedule.RelayEvent;
import org.postern.queue.schedule.RelayListener;
import org.postern.queue.spool.QueueEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs, counts and remembers what the relay did with each recipient. Thread-safe. */
public final class RelayLog implements RelayListener {
    private static final Logger LOG = LoggerFactory.getLogger("relay");

    private final Metrics metrics;
    private final RecentMessages recent;
    private final TimeSource time;

    /** A log that also feeds these. */
    public RelayLog(Metrics metrics, RecentMessages recent, TimeSource time) {
        this.metrics = metrics;
        this.recent = recent;
        this.time = time;
    }

    @Override
    public void outcome(RelayEvent event) {
        String outcome = event.outcome().name().toLowerCase(Locale.ROOT);
        metrics.count("delivery.attempts", "downstream", event.downstream(), "outcome", outcome);
        metrics.time("delivery", event.took(), "downstream", event.downstream());
        QueueEntry entry = event.entry();
        MailLog line =
                event.outcome() == RelayEvent.Outcome.DELIVERED
                        ? MailLog.event(outcome)
                        : MailLog.warning(outcome);
        line.with("id", entry.id())
                .with("from", "<" + entry.envelope().reversePath() + ">")
                .with("to", "<" + event.recipient().address() + ">")
                .with("downstream", event.downstream())
                .with("attempt", event.attempt())
                .with("delay", Human.duration(entry.age()))
                .with("took_ms", event.took().toMillis())
                .with("reply", event.reply());
        if (event.maybeDelivered()) {
            line.with("duplicate", "possible: the final reply was lost");
        }
        if (event.outcome() == RelayEvent.Outcome.DEFERRED) {
            line.with("retry_in", Human.duration(event.retryAfter()));
        }
        line.log();
        remember(
                entry.id(),
                outcome
                        + " for <"
                        + event.recipient().address()
                        + "> by "
                        + event.downstream()
                        + " after "
                        + event.took().toMillis()
                        + " ms: "
                        + event.reply(),
                RecentMessages.Progress.UNDER_WAY);
    }

    @Override
    public void finished(QueueEntry entry) {
        remember(
                entry.id(),
                "every recipient has it; the spool has let it go",
                RecentMessages.Progress.DELIVERED);
    }

    @Override
    public void held(QueueEntry entry) {
        MailLog.warning("held")
                .with("id", entry.id())
                .with("from", "<" + entry.envelope().reversePath() + ">")
                .with("reason", entry.reason())
                .log();
        remember(
                entry.id(),
                "held until somebody acts: " + entry.reason(),
                RecentMessages.Progress.HELD);
    }

    @Override
    public void trouble(QueueId id, String downstream, Exception cause) {
        metrics.count("delivery.attempts", "downstream", downstream, "outcome", "trouble");
        LOG.error("{}: attempt towards {} broke off, it stays queued", id, downstream, cause);
    }

    private void remember(QueueId id, String text, RecentMessages.Progress progress) {
        recent.add(id, new RecentMessages.Step(time.instant(), text, progress));
    }
}
