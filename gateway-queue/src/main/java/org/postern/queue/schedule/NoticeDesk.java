package org.postern.queue.schedule;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.dsn.NoticeDecision;
import org.postern.queue.dsn.NoticeEvent;
import org.postern.queue.dsn.NoticeListener;
import org.postern.queue.dsn.NoticeSender;
import org.postern.queue.dsn.NoticedRecipient;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the schedule leaves what senders may have to be told. Failures and delays are settled one
 * after another on a thread of the desk's own, so that delivery never waits for them; a start goes
 * through what is held and looks for what an earlier run did not come to. Deliveries that a sender
 * asked to hear of are told on the delivering thread, since afterwards the message is gone.
 *
 * <p>Thread-safe. How it fails: what cannot be settled is told to the {@link NoticeListener}, stays
 * held, and is looked at again at the next sweep.
 */
public final class NoticeDesk implements RelayListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeDesk.class);

    /** Entries that wait to be looked at; those beyond are found by a sweep. */
    private static final int MAX_WAITING = 10_000;

    /** An id that no entry has: wakes the thread. */
    private static final QueueId NOBODY = new QueueId(Long.MAX_VALUE);

    /** How long a stop waits for the spool to write what was just settled. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration SWEEP_AFTER_TROUBLE = Duration.ofMinutes(1);

    private final Spool spool;
    private final NoticeSender sender;
    private final Supplier<Delays> delays;
    private final NoticeListener listener;
    private final TimeSource time;
    private final BlockingQueue<QueueId> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread thread;
    private volatile boolean sweep = true;
    private volatile boolean closing;

    /**
     * When a message is late.
     *
     * @param told whether senders are told at all
     * @param after age from which they are
     * @param expire age at which it is given up
     */
    public record Delays(boolean told, Duration after, Duration expire) {}

    /** A desk that is not open yet. */
    public NoticeDesk(
            Spool spool,
            NoticeSender sender,
            Supplier<Delays> delays,
            NoticeListener listener,
            TimeSource time) {
        this.spool = spool;
        this.sender = sender;
        this.delays = delays;
        this.listener = listener;
        this.time = time;
        this.thread = Thread.ofPlatform().name("notices").daemon().unstarted(this::run);
    }

    /** Begins to settle, with what is held since before. Once. */
    public void start() {
        thread.start();
    }

    @Override
    public void delivering(List<RelayEvent> events) {
        QueueEntry entry = events.getFirst().entry();
        if (entry.envelope().reversePath().isNull()) {
            return;
        }
        List<NoticedRecipient> stored = new ArrayList<>();
        List<NoticedRecipient> relayed = new ArrayList<>();
        for (RelayEvent e : events) {
            if (e.outcome() == RelayEvent.Outcome.DELIVERED
                    && e.recipient().dsnNotify().contains(DsnNotify.SUCCESS)) {
                NoticedRecipient recipient =
                        NoticedRecipient.of(
                                e.recipient(), e.reply().toString(), e.ours(), time.instant());
                switch (e.via().handover()) {
                    case STORED -> stored.add(recipient);
                    case RELAYED -> relayed.add(recipient); // RFC 3461, 5.2.2
                    case RELAYED_WITH_DSN -> {
                        // RFC 3461, 5.2.1: it is the next one's to answer
                    }
                }
            }
        }
        tell(entry, NoticeEvent.DELIVERED, stored);
        tell(entry, NoticeEvent.RELAYED, relayed);
    }

    private void tell(QueueEntry entry, NoticeEvent event, List<NoticedRecipient> recipients) {
        if (recipients.isEmpty()) {
            return;
        }
        try {
            sender.succeeded(entry, event, recipients);
        } catch (IOException | RuntimeException e) {
            // the delivery is recorded all the same: it counts for more than word of it
            listener.trouble(entry.id(), e);
        }
    }

    @Override
    public void undelivered(QueueEntry entry) {
        consider(entry.id());
    }

    @Override
    public void deferred(QueueEntry entry) {
        Delays now = delays.get();
        if (now.told()
                && entry.age().compareTo(now.after()) >= 0
                && !entry.notes().containsKey(Marks.TOLD_OF_DELAY)) {
            consider(entry.id());
        }
    }

    /** Has an entry looked at soon. Returns at once. */
    public void consider(QueueId id) {
        if (!waiting.offer(id)) {
            sweep = true;
        }
    }

    private void run() {
        while (!closing) {
            try {
                if (sweep && waiting.isEmpty()) {
                    sweep = false;
                    sweep();
                }
                QueueId id = waiting.poll(SWEEP_AFTER_TROUBLE.toMillis(), TimeUnit.MILLISECONDS);
                if (id != null) {
                    settle(id);
                }
            } catch (InterruptedException e) {
                closing = true;
            }
        }
    }

    private void sweep() {
        try (Stream<QueueEntry> held = spool.entries(Set.of(EntryState.HELD))) {
            for (QueueEntry entry : (Iterable<QueueEntry>) held::iterator) {
                if (closing) {
                    return;
                }
                if (NoticeSender.UNDECIDED.contains(entry.reason())) {
                    settle(entry.id());
                }
            }
        } catch (RuntimeException e) {
            sweep = true;
            listener.trouble(NOBODY, e);
        }
    }

    private void settle(QueueId id) {
        try {
            Optional<QueueEntry> entry = spool.find(id);
            if (entry.isEmpty()) {
                return;
            }
            Optional<NoticeDecision> decided = sender.settle(entry.get());
            if (decided.isEmpty() && entry.get().state() == EntryState.DEFERRED) {
                Delays now = delays.get();
                Duration left = now.expire().minus(entry.get().age());
                if (now.told() && entry.get().age().compareTo(now.after()) >= 0) {
                    sender.delayed(entry.get(), time.instant().plus(left));
                }
            }
        } catch (IOException | RuntimeException e) {
            sweep = true;
            listener.trouble(id, e);
        }
    }

    /** Settles what it is at, and no more; what a disk will not take is left to the next start. */
    @Override
    public void close() {
        close(PATIENCE);
    }

    /**
     * The same.
     *
     * @param patience how long the spool may take to write it, at least a millisecond
     */
    void close(Duration patience) {
        closing = true;
        // no interrupt: it would close the files that the thread reads
        consider(NOBODY);
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.error(
                    "what a sender is to be told cannot be written for {}; stopping without it, the"
                            + " next start looks again",
                    patience);
        }
    }
}
