package org.postern.queue.dsn;

import java.util.ArrayList;
import java.util.List;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.QueueEntry;

/** Hears what senders are told. Called on the desk's and on delivery threads; must not throw. */
public interface NoticeListener {
    /** A listener that hears nothing. */
    NoticeListener NONE = new NoticeListener() {};

    /** One that tells the first and then each of the others. */
    static NoticeListener all(NoticeListener first, List<NoticeListener> others) {
        List<NoticeListener> all = new ArrayList<>(others);
        all.addFirst(first);
        return new NoticeListener() {
            @Override
            public void decided(QueueEntry about, NoticeEvent event, NoticeDecision decision) {
                all.forEach(l -> l.decided(about, event, decision));
            }

            @Override
            public void stored(QueueEntry about, NoticeEvent event, QueueId notice) {
                all.forEach(l -> l.stored(about, event, notice));
            }

            @Override
            public void trouble(QueueId about, Exception cause) {
                all.forEach(l -> l.trouble(about, cause));
            }
        };
    }

    /**
     * It was decided whether a sender is told, and done.
     *
     * @param about the entry that it is about, as it was
     * @param event what happened to it
     */
    default void decided(QueueEntry about, NoticeEvent event, NoticeDecision decision) {}

    /** A notice was stored under {@code notice}. */
    default void stored(QueueEntry about, NoticeEvent event, QueueId notice) {}

    /** A notice could not be written or stored; it is tried again at the next start. */
    default void trouble(QueueId about, Exception cause) {}
}
