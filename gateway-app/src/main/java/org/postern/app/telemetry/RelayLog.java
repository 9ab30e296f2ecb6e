package org.postern.app.telemetry;

import java.util.Locale;
import org.postern.app.text.Human;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.schedule.RelayEvent;
import org.postern.queue.schedule.RelayListener;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs, counts and tells the journal what the relay did with each recipient. Thread-safe. */
public final class RelayLog implements RelayListener {
    private static final Logger LOG = LoggerFactory.getLogger("relay");

    private final Metrics metrics;
    private final Journal journal;
    private final TimeSource time;

    /** A log that also feeds these. */
    public RelayLog(Metrics metrics, Journal journal, TimeSource time) {
        this.metrics = metrics;
        this.journal = journal;
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
        line.with("peer", event.via().peer());
        if (event.via().tls() != null) {
            line.with("tls", event.via().tls());
        }
        if (!event.via().trouble().isEmpty()) {
            line.with("trouble", "while " + event.via().trouble());
        }
        if (!event.duplicate().isEmpty()) {
            line.with("duplicate", "possible: " + event.duplicate());
            metrics.count("delivery.possible.duplicates", "downstream", event.downstream());
        }
        if (event.outcome() == RelayEvent.Outcome.DEFERRED) {
            line.with("retry_in", Human.duration(event.retryAfter()));
        }
        line.log();
        journal.append(
                new JournalEvent.Attempt(
                        time.instant(),
                        entry.id(),
                        event.recipient().address(),
                        event.downstream(),
                        way(event),
                        outcome,
                        event.reply().toString(),
                        event.attempt(),
                        event.took(),
                        event.duplicate(),
                        event.retryAfter()));
    }

    /** Who was spoken to and how, where that says more than the downstream's name. */
    private static String way(RelayEvent event) {
        RelayEvent.Via via = event.via();
        String peer = via.peer().equals(event.downstream()) ? "" : " at " + via.peer();
        String tls = via.tls() == null ? "" : " over " + via.tls();
        return peer + tls + (via.trouble().isEmpty() ? "" : ", broken off while " + via.trouble());
    }

    @Override
    public void finished(QueueEntry entry) {
        if (entry.recipients().stream().anyMatch(r -> r.state() == RecipientState.BOUNCED)) {
            journal.append(
                    new JournalEvent.Progress(
                            time.instant(),
                            entry.id(),
                            JournalEvent.Progress.Kind.OVER,
                            "it is over: some have it, and the sender was told of the others"));
        }
    }

    @Override
    public void held(QueueEntry entry) {
        MailLog.warning("held")
                .with("id", entry.id())
                .with("from", "<" + entry.envelope().reversePath() + ">")
                .with("reason", entry.reason())
                .log();
        journal.append(
                new JournalEvent.Progress(
                        time.instant(),
                        entry.id(),
                        JournalEvent.Progress.Kind.HELD,
                        entry.reason()));
    }

    @Override
    public void trouble(QueueId id, String downstream, Exception cause) {
        metrics.count("delivery.attempts", "downstream", downstream, "outcome", "trouble");
        LOG.error("{}: attempt towards {} broke off, it stays queued", id, downstream, cause);
    }
}
