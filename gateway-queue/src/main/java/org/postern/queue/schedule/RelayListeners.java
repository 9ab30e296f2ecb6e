package org.postern.queue.schedule;

import java.util.List;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.QueueEntry;

/** Several listeners as one. */
record RelayListeners(List<RelayListener> all) implements RelayListener {
    @Override
    public void delivering(List<RelayEvent> events) {
        all.forEach(l -> l.delivering(events));
    }

    @Override
    public void undelivered(QueueEntry entry) {
        all.forEach(l -> l.undelivered(entry));
    }

    @Override
    public void deferred(QueueEntry entry) {
        all.forEach(l -> l.deferred(entry));
    }

    @Override
    public void outcome(RelayEvent event) {
        all.forEach(l -> l.outcome(event));
    }

    @Override
    public void finished(QueueEntry entry) {
        all.forEach(l -> l.finished(entry));
    }

    @Override
    public void held(QueueEntry entry) {
        all.forEach(l -> l.held(entry));
    }

    @Override
    public void trouble(QueueId id, String downstream, Exception cause) {
        all.forEach(l -> l.trouble(id, downstream, cause));
    }
}
