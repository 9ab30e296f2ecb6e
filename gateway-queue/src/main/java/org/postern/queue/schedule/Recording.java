package org.postern.queue.schedule;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records outcomes, each second again where the spool cannot read what the entry was before: what a
 * downstream has taken must not be forgotten. Once the relay stops there is one more try. On the
 * lanes' threads.
 */
final class Recording {
    private static final Logger LOG = LoggerFactory.getLogger(Recording.class);
    private static final long AGAIN_MILLIS = 1000;

    private final Spool spool;
    private final RelayListener listener;
    private final CountDownLatch stopping = new CountDownLatch(1);

    Recording(Spool spool, RelayListener listener) {
        this.spool = spool;
        this.listener = listener;
    }

    /** From now on nothing waits for a spool that may become readable. */
    void stop() {
        stopping.countDown();
    }

    /**
     * As {@link Spool#record}; the first failure to read is told to the listener.
     *
     * @throws SpoolException if the spool is closed, the entry is unknown, or it could not be read
     *     until the stop
     */
    Optional<QueueEntry> record(
            QueueId id, String downstream, AttemptResult result, Runnable onceDurable)
            throws SpoolException {
        boolean told = false;
        while (true) {
            boolean lastTry = stopping.getCount() == 0;
            try {
                return spool.record(id, result, onceDurable);
            } catch (SpoolException e) {
                boolean passing =
                        e.kind() == SpoolException.Kind.FAILED
                                || e.kind() == SpoolException.Kind.DAMAGED;
                if (!passing || lastTry) {
                    throw e;
                }
                if (!told) {
                    listener.trouble(id, downstream, e);
                    told = true;
                }
                awaitNextTry(id);
            }
        }
    }

    private void awaitNextTry(QueueId id) {
        try {
            if (stopping.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.debug("{}: its outcome is recorded now or not at all", id);
            }
        } catch (InterruptedException e) {
            // meant for the delivery, which is over: an outcome is recorded without being broken
            // off
            LOG.debug("{}: an interrupt came while its outcome waits", id, e);
        }
    }
}
