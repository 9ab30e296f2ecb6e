package org.postern.queue.schedule;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.time.Bell;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.ClaimOrder;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes due entries from the spool, sends each recipient's copy towards its downstream, records
 * what came of it. One thread looks for due entries; each attempt runs on a virtual thread of its
 * downstream's {@link Lane}. An entry for several downstreams is tried at all of them at once, and
 * what each says is recorded when it says so.
 *
 * <p>How it fails: a delivery that throws is a deferral and an event; a spool that cannot be
 * written makes attempts wait with their outcome in hand. Thread-safe.
 */
public final class RelayScheduler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RelayScheduler.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int CLAIM_BATCH = 256;

    /** One round in so many takes the oldest entries first. */
    private static final int RETRY_ROUNDS = 4;

    /** How long a stop waits for the spool to write what the last replies said. */
    private static final Duration RECORDING = Duration.ofSeconds(10);

    private static final String ENDED_MEANWHILE = "the gateway ended while it was being delivered";

    /** When mail is looked at again whose recipient has moved to a downstream that is busy. */
    private static final Duration ELSEWHERE_AFTER = Duration.ofSeconds(30);

    private final Spool spool;
    private final Supplier<Map<String, Downstream>> downstreams;
    private final Attempts attempts;
    private final InFlight inFlight;
    private final CutThrough cutThrough = new CutThrough();
    private final Lanes lanes;
    private final Bell bell = new Bell();
    private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private long rounds;
    private volatile boolean closing;

    /**
     * A scheduler that is not running yet.
     *
     * @param spool where entries come from
     * @param router where each domain's mail goes, asked at each attempt
     * @param downstreams the downstreams by name, asked at each attempt
     * @param concurrency the most attempts at once for a downstream of this name, at least 1; how
     *     many there are is learned
     * @param retry when to try again and when to give up, asked at each outcome
     * @param time for measuring attempts
     * @param random for jitter, thread-safe
     * @param listener hears what happens
     */
    public RelayScheduler(
            Spool spool,
            Router router,
            Supplier<Map<String, Downstream>> downstreams,
            ToIntFunction<String> concurrency,
            Supplier<RetryPolicy> retry,
            TimeSource time,
            RandomGenerator random,
            RelayListener listener) {
        this(
                spool,
                router,
                downstreams,
                concurrency,
                retry,
                time,
                random,
                listener,
                InFlight.none());
    }

    /**
     * One that also notes what is in flight.
     *
     * @param inFlight where that is noted; closed by the caller after {@link #stop}
     */
    public RelayScheduler(
            Spool spool,
            Router router,
            Supplier<Map<String, Downstream>> downstreams,
            ToIntFunction<String> concurrency,
            Supplier<RetryPolicy> retry,
            TimeSource time,
            RandomGenerator random,
            RelayListener listener,
            InFlight inFlight) {
        this.spool = spool;
        this.downstreams = downstreams;
        this.lanes = new Lanes(router, concurrency, time);
        this.attempts = new Attempts(spool, retry, time, random, listener, inFlight, cutThrough);
        this.inFlight = inFlight;
        this.thread = Thread.ofPlatform().name("relay-schedule").unstarted(this::run);
    }

    /** Begins to look for due entries. Once. */
    public void start() {
        for (QueueId id : inFlight.left()) {
            markPossibleDuplicate(id);
        }
        thread.start();
    }

    private void markPossibleDuplicate(QueueId id) {
        Change mark = new Change.Mark("postern", Marks.POSSIBLE_DUPLICATE, ENDED_MEANWHILE);
        try {
            if (!spool.change(List.of(id), mark).isEmpty()) {
                LOG.warn("{}: {}; its next delivery can be a second one", id, ENDED_MEANWHILE);
            }
        } catch (SpoolException e) {
            LOG.warn("{}: {}, which cannot be noted: {}", id, ENDED_MEANWHILE, e.getMessage(), e);
        }
    }

    /** Says that there may be something new to do: after each message stored. Returns at once. */
    public void wake() {
        bell.ring();
    }

    /** Makes deferred entries due at once; returns how many were. */
    public int retryNow(Collection<QueueId> ids) {
        int due = spool.retryNow(ids);
        wake();
        return due;
    }

    /** The sessions that wait for what their downstream says. */
    public CutThrough cutThrough() {
        return cutThrough;
    }

    /**
     * Whether an entry that comes now would be tried at once towards this downstream: it is not
     * stopped, and nothing waits for it.
     */
    public boolean isFree(String downstream) {
        return lanes.isFree(downstream);
    }

    /** How the attempts towards each downstream go; a downstream nobody used yet is not there. */
    public List<LaneStatus> lanes() {
        return lanes.status();
    }

    /**
     * Tries nothing towards a downstream until {@link #resume} or for so long. Attempts under way
     * end by themselves.
     *
     * @param reason for people, in {@link #lanes}
     */
    public void pause(String downstream, String reason, Duration length) {
        lanes.of(downstream).pause(reason, length);
    }

    /** Ends a pause, and tries at once where the circuit is open. */
    public void resume(String downstream) {
        lanes.of(downstream).resume();
        wake();
    }

    /** Tries at once where the circuit is open: somebody wants to see. Pauses stay. */
    public void tryNow() {
        lanes.all().forEach(Lane::tryNow);
        wake();
    }

    private void run() {
        while (!closing) {
            // more may be due than was looked at: go on until nothing is claimed
            int claimed = 0;
            try {
                claimed = round();
            } catch (RuntimeException e) {
                // a defect must not end delivery for good: said aloud, and tried again
                LOG.error("a round of the relay broke off; the next one follows", e);
            }
            if (claimed == 0) {
                waitForWork();
            }
        }
    }

    /** Whether the relay is looking for due entries. Any thread. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void waitForWork() {
        try {
            bell.await(TICK_NANOS);
        } catch (InterruptedException e) {
            closing = true;
        }
    }

    /** Claims and starts what is due; returns how many entries. */
    private int round() {
        // fresh mail goes before old retries, and retries get their turn all the same
        ClaimOrder order =
                rounds % RETRY_ROUNDS == 0 ? ClaimOrder.OLDEST_FIRST : ClaimOrder.FRESH_FIRST;
        List<QueueEntry> entries = spool.claimDue(CLAIM_BATCH, order, lanes::hasPlace);
        if (!entries.isEmpty()) {
            rounds++; // a round that found nothing was nobody's turn
        }
        for (QueueEntry entry : entries) {
            begin(entry);
        }
        for (Lane lane : lanes.all()) {
            lane.unreserve();
            // what waited while the lane was stopped
            while (lane.startOne()) {
                startWorker(lane);
            }
        }
        return entries.size();
    }

    private void begin(QueueEntry entry) {
        Map<String, List<Recipient>> groups = lanes.groups(entry);
        if (!lanes.hasPlaceNow(spool.route(entry.id()), groups.keySet())) {
            // somebody has another downstream than when the message came, or than the index could
            // tell, and that one is busy
            spool.letGo(entry.id(), ELSEWHERE_AFTER);
            return;
        }
        AtomicInteger left = new AtomicInteger(groups.size());
        groups.forEach((name, recipients) -> {
            Lane lane = lanes.of(name);
            Runnable attempt =
                    () ->
                            attempts.make(
                                    entry,
                                    name,
                                    Optional.ofNullable(downstreams.get().get(name)),
                                    recipients,
                                    left,
                                    () -> closing,
                                    lane::report);
            if (lane.add(attempt)) {
                startWorker(lane);
            }
        });
    }

    private void startWorker(Lane lane) {
        Thread worker = Thread.ofVirtual().name("relay-" + lane.name()).unstarted(() -> work(lane));
        workers.add(worker);
        worker.start();
    }

    private void work(Lane lane) {
        try {
            for (Runnable next = lane.next(); next != null; next = lane.next()) {
                next.run();
                if (lane.isHungry()) {
                    wake();
                }
            }
        } finally {
            workers.remove(Thread.currentThread());
            wake();
        }
    }

    /**
     * Takes no more entries and waits for attempts under way.
     *
     * @param patience how long they may take before they are broken off. One that has sent its last
     *     octet is waited for all the same, as long as its downstream has for its last reply:
     *     breaking off there would make a duplicate
     */
    public void stop(Duration patience) throws InterruptedException {
        stop(patience, RECORDING);
    }

    /**
     * The same.
     *
     * @param recording how long the spool may take to write what the last replies said
     */
    void stop(Duration patience, Duration recording) throws InterruptedException {
        closing = true;
        wake();
        thread.join();
        lanes.all().forEach(lane -> lane.drain().forEach(Runnable::run));
        long end = System.nanoTime() + patience.toNanos();
        for (Thread worker : workers) {
            if (!worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                break;
            }
        }
        Set<QueueId> waiting = attempts.breakOff();
        if (!waiting.isEmpty()) {
            LOG.warn(
                    "{} messages are sent and their last reply is waited for; killing the gateway"
                            + " now can deliver them twice: {}",
                    waiting.size(),
                    waiting);
        }
        attempts.awaitLastReplies();
        end = System.nanoTime() + recording.toNanos();
        for (Thread worker : workers) {
            if (!worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                // the next start finds them in the table of what is in flight
                LOG.error(
                        "outcomes of deliveries cannot be written for {}; stopping without them",
                        recording);
                return;
            }
        }
    }

    /** Stops without patience. */
    @Override
    public void close() {
        try {
            stop(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
