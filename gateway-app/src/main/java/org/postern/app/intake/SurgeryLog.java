package org.postern.app.intake;

import org.postern.queue.surgery.SurgeryEvent;
import org.postern.queue.surgery.SurgeryListener;

/** Logs who did what to the queue, and why: one line, not one for each entry. */
public enum SurgeryLog implements SurgeryListener {
    /** The one log. */
    INSTANCE;

    private static final int IDS_SHOWN = 20;

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
    }
}
