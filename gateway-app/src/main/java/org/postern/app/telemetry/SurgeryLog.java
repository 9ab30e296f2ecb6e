package org.postern.app.telemetry;

import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.time.TimeSource;
import org.postern.queue.surgery.SurgeryEvent;
import org.postern.queue.surgery.SurgeryListener;

/** Logs who did what to the queue, and why: one line, not one for each entry; the journal too. */
public final class SurgeryLog implements SurgeryListener {

    private static final int IDS_SHOWN = 20;

    private final Journal journal;
    private final TimeSource time;

    /** A log that also tells the journal. */
    public SurgeryLog(Journal journal, TimeSource time) {
        this.journal = journal;
        this.time = time;
    }

    @Override
    public void changed(SurgeryEvent event) {
        MailLog line =
                MailLog.event("surgery")
                        .with("what", event.what())
                        .with("by", event.actor())
                        .with("why", event.reason())
                        .with("entries", event.ids().size())
                        .with(
                                "ids",
                                String.join(
                                        ",",
                                        event.ids().stream()
                                                .limit(IDS_SHOWN)
                                                .map(Object::toString)
                                                .toList()));
        if (!event.plan().isEmpty()) {
            line.with("plan", event.plan());
        }
        if (!event.selection().isEmpty()) {
            line.with("selection", event.selection());
        }
        line.log();
        journal.append(
                new JournalEvent.Operation(
                        time.instant(),
                        event.actor(),
                        event.what(),
                        event.plan(),
                        event.ids(),
                        event.ids().size(),
                        event.reason()));
    }
}
