package org.postern.app.telemetry;

import java.util.Locale;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.dsn.NoticeDecision;
import org.postern.queue.dsn.NoticeEvent;
import org.postern.queue.dsn.NoticeListener;
import org.postern.queue.spool.QueueEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs, counts and remembers what senders are told and what not. Thread-safe. */
public final class NoticeLog implements NoticeListener {
    private static final Logger LOG = LoggerFactory.getLogger("notices");

    private final Metrics metrics;
    private final Journal journal;
    private final TimeSource time;
    private final Runnable wake;

    /**
     * A log that also feeds these.
     *
     * @param wake called after each notice that was stored: there is something to deliver
     */
    public NoticeLog(Metrics metrics, Journal journal, TimeSource time, Runnable wake) {
        this.metrics = metrics;
        this.journal = journal;
        this.time = time;
        this.wake = wake;
    }

    @Override
    public void decided(QueueEntry about, NoticeEvent event, NoticeDecision decision) {
        String outcome =
                switch (decision) {
                    case NoticeDecision.Send _ -> "sent";
                    case NoticeDecision.Hold _ -> "held";
                    case NoticeDecision.Silent _ -> "silent";
                };
        String reason =
                switch (decision) {
                    case NoticeDecision.Send _ -> "none";
                    case NoticeDecision.Hold(NoticeDecision.Reason r) -> r.code();
                    case NoticeDecision.Silent(NoticeDecision.Reason r) -> r.code();
                };
        metrics.count("notices", "event", word(event), "outcome", outcome, "reason", reason);
        if (decision instanceof NoticeDecision.Hold(NoticeDecision.Reason r)) {
            MailLog.warning("no-notice")
                    .with("id", about.id())
                    .with("from", "<" + about.envelope().reversePath() + ">")
                    .with("reason", r.code())
                    .with("detail", r.words() + "; the message is held for the postmaster")
                    .log();
            remember(about.id(), "the sender is not told: " + r.words());
        }
    }

    @Override
    public void stored(QueueEntry about, NoticeEvent event, QueueId notice) {
        MailLog.event("notice")
                .with("id", notice)
                .with("about", about.id())
                .with("event", word(event))
                .with("to", "<" + about.envelope().reversePath() + ">")
                .log();
        remember(about.id(), "the sender is told by " + notice + ": " + word(event));
        wake.run();
    }

    @Override
    public void trouble(QueueId about, Exception cause) {
        metrics.count("notices", "event", "any", "outcome", "trouble", "reason", "none");
        LOG.error("{}: its sender could not be told, tried again later", about, cause);
    }

    private static String word(NoticeEvent event) {
        return event.name().toLowerCase(Locale.ROOT);
    }

    private void remember(QueueId id, String text) {
        journal.append(
                new JournalEvent.Progress(
                        time.instant(), id, JournalEvent.Progress.Kind.TOLD, text));
    }
}
