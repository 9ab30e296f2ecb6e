package org.postern.core.greylist;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;

/**
 * Who came when. In memory, bounded in entries and with them in octets (34 to 69 each); when it is
 * full, what has expired goes first, then who waits, the oldest of a few at a time, and who has
 * passed last. What one network may have waiting is bounded apart, so that a single sender of
 * random addresses does not push the others out: beyond it a new one takes the place of its own.
 *
 * <p>Times are of the wall clock, in seconds, so that they outlive a restart. A step of the clock
 * costs a sender one more delay at the most, and opens to nobody who did not come twice.
 *
 * <p>Thread-safe; an answer takes a lock of a sixteenth of the table for less than a microsecond.
 */
public final class Greylist {
    /** Share of all entries that one network's waiting triplets may have: a hundredth. */
    static final int NETWORK_SHARE = 100;

    private static final int SEGMENTS = 16;

    /** Slots looked at for one of a network that has its share waiting. */
    private static final int CROWD_SLOTS = 1_024;

    private static final int NETWORKS = 1 << 16;

    /** A clock that moved so far from one sweep to the next has been set. */
    private static final int STEP_SECONDS = 3_600;

    /** Who has passed is forgotten only where the clock has not been set for so long. */
    private static final int EVEN_SECONDS = 86_400;

    /** Entries that one sweep of a part lets go where it has more than it may. */
    private static final int SHRUNK_AT_ONCE = 10_000;

    /** Second 0 of the table, so that no time in use is 0 and 31 bits last until 2088. */
    private static final long EPOCH = Instant.parse("2020-01-01T00:00:00Z").getEpochSecond();

    /** An entry that passed is not written anew for each message. */
    private static final int REFRESH_SECONDS = 60;

    private final GreylistSegment[] segments = new GreylistSegment[SEGMENTS];
    private final ReentrantLock[] locks = new ReentrantLock[SEGMENTS];
    private final AtomicIntegerArray waitingOfNetwork = new AtomicIntegerArray(NETWORKS);
    private final LongAdder waiting = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder changes = new LongAdder();
    private final GreylistChanges[] pending = new GreylistChanges[SEGMENTS];

    private final AtomicInteger nextSwept = new AtomicInteger();
    private volatile int lastSwept;
    private volatile int evenSince;

    /** Orders the taking over of entries of the form before, which are in two parts at a time. */
    private final ReentrantLock takingOver = new ReentrantLock();

    private volatile GreylistKey key;

    /** Until when there may be entries of the form before, in seconds of the epoch; 0: none. */
    private volatile long formerUntil;

    /** An empty one, with a key of its own. */
    public Greylist() {
        this(GreylistKey.random());
    }

    /** An empty one with this key. */
    Greylist(GreylistKey key) {
        this.key = key;
        for (int i = 0; i < SEGMENTS; i++) {
            segments[i] = new GreylistSegment();
            pending[i] = new GreylistChanges();
            locks[i] = new ReentrantLock();
        }
    }

    /**
     * The triplet of a transaction and one of its recipients. What is remembered of it in the form
     * of before is taken over.
     */
    public Triplet triplet(InetAddress client, ReversePath sender, EmailAddress recipient) {
        Triplet triplet = key.triplet(client, sender, recipient);
        if (formerUntil != 0) {
            takeOver(triplet, Triplet.former(client, sender, recipient));
        }
        return triplet;
    }

    private void takeOver(Triplet triplet, List<Triplet> former) {
        takingOver.lock();
        try {
            long there = part(triplet, segment -> segment.get(triplet));
            for (Triplet before : former) {
                long times = part(before, segment -> take(segment, before));
                if (there == 0 && times != 0) {
                    part(
                            triplet,
                            segment -> {
                                store(segment, triplet, 0, times);
                                return times;
                            });
                    there = times;
                }
            }
        } finally {
            takingOver.unlock();
        }
    }

    private long take(GreylistSegment segment, Triplet triplet) {
        long times = segment.take(triplet);
        counted(triplet, times, 0);
        return times;
    }

    /** Something of the part that a triplet is in, under its lock. */
    private long part(Triplet triplet, ToLongFunction<GreylistSegment> what) {
        int index = index(triplet);
        locks[index].lock();
        try {
            return what.applyAsLong(segments[index]);
        } finally {
            locks[index].unlock();
        }
    }

    /** The key that its triplets are made with. */
    GreylistKey key() {
        return key;
    }

    /** Before anything is in it: its triplets are made with this key. */
    void use(GreylistKey other) {
        this.key = other;
    }

    /**
     * Says that there are entries of the form of before, made without a key; they are found, and
     * looked for, until then.
     */
    public void expectFormer(Instant until) {
        formerUntil = Math.max(formerUntil, until.getEpochSecond());
    }

    /** Until when there may be entries of the form of before; 0: there are none. */
    long formerUntil() {
        return formerUntil;
    }

    /**
     * Whether a triplet has passed before and still may; it changes nothing.
     *
     * @param now the wall clock
     */
    public boolean knows(Triplet triplet, GreylistingConfig config, Instant now) {
        int index = index(triplet);
        locks[index].lock();
        try {
            long times = segments[index].get(triplet);
            return used(times) != 0 && second(now) - used(times) <= seconds(config.keep());
        } finally {
            locks[index].unlock();
        }
    }

    /**
     * A triplet comes.
     *
     * @param now the wall clock
     */
    public GreylistAnswer come(Triplet triplet, GreylistingConfig config, Instant now) {
        int index = index(triplet);
        locks[index].lock();
        try {
            return come(segments[index], triplet, config, second(now));
        } finally {
            locks[index].unlock();
        }
    }

    private GreylistAnswer come(
            GreylistSegment segment, Triplet triplet, GreylistingConfig config, int now) {
        long times = segment.get(triplet);
        int first = first(times);
        int used = used(times);
        if (used != 0 && now - used <= seconds(config.keep())) {
            if (now - used >= REFRESH_SECONDS) {
                store(segment, triplet, times, times(first, now));
            }
            return new GreylistAnswer.Passed(false);
        }
        int age = now - first;
        boolean waits = times != 0 && used == 0 && age >= 0 && age <= seconds(config.window());
        if (!waits) {
            return begin(segment, triplet, times, config, now);
        }
        int left = seconds(config.delay()) - age;
        if (left > 0) {
            return new GreylistAnswer.Wait(GreylistAnswer.Why.EARLY, Duration.ofSeconds(left));
        }
        store(segment, triplet, times, times(first, now));
        return new GreylistAnswer.Passed(true);
    }

    private GreylistAnswer begin(
            GreylistSegment segment,
            Triplet triplet,
            long before,
            GreylistingConfig config,
            int now) {
        int most = Math.max(10, config.entries() / NETWORK_SHARE);
        if (before == 0
                && waitingOfNetwork.get(triplet.network()) >= most
                && !makesRoom(segment, triplet.network())) {
            return new GreylistAnswer.Wait(GreylistAnswer.Why.CROWDED, config.delay());
        }
        if (before == 0 && segment.size() >= Math.max(1, config.entries() / SEGMENTS)) {
            GreylistSegment.Removed removed = segment.evict(worth(config, now));
            evicted.increment();
            counted(removed.key(), removed.times(), 0);
        }
        store(segment, triplet, before, times(now, 0));
        return new GreylistAnswer.Wait(GreylistAnswer.Why.NEW, config.delay());
    }

    /** Lets the longest waiting of a few of this network go, so that nobody is new for ever. */
    private boolean makesRoom(GreylistSegment segment, int network) {
        GreylistSegment.Removed removed =
                segment.evictOne(
                        (high, times) -> (int) (high >>> 48) == network && isWaiting(times),
                        CROWD_SLOTS);
        if (removed == null) {
            return false;
        }
        evicted.increment();
        counted(removed.key(), removed.times(), 0);
        return true;
    }

    /**
     * Forgets what has expired in the next part of the table: who never came back in time, and no
     * longer counts against its network, and who has passed and not come for {@code keep}, once the
     * clock has gone evenly for a day; and, where the configuration allows fewer entries than
     * before, some of who is missed least. Called again and again; a part's lock is held for its
     * slots.
     *
     * @param now the wall clock
     */
    public void sweep(GreylistingConfig config, Instant now) {
        int part = nextSwept.getAndUpdate(i -> (i + 1) % SEGMENTS);
        int second = second(now);
        if (formerUntil != 0 && now.getEpochSecond() > formerUntil) {
            formerUntil = 0;
        }
        boolean even = runsEvenly(second);
        locks[part].lock();
        try {
            segments[part].sweep(
                    (high, times) -> (even || used(times) == 0) && isExpired(times, config, second),
                    removed -> counted(removed.key(), removed.times(), 0));
            int most = Math.max(1, config.entries() / SEGMENTS);
            for (int i = 0; i < SHRUNK_AT_ONCE && segments[part].size() > most; i++) {
                GreylistSegment.Removed removed = segments[part].evict(worth(config, second));
                evicted.increment();
                counted(removed.key(), removed.times(), 0);
            }
            segments[part].shrink();
        } finally {
            locks[part].unlock();
        }
    }

    /** Whether no step of the clock can be the reason that somebody's past seems long ago. */
    private boolean runsEvenly(int second) {
        int before = lastSwept;
        lastSwept = second;
        if (before == 0 || second < before || second - before > STEP_SECONDS) {
            evenSince = second;
        }
        return second - evenSince >= EVEN_SECONDS;
    }

    private static boolean isExpired(long times, GreylistingConfig config, int now) {
        int used = used(times);
        return used == 0
                ? now - first(times) > seconds(config.window())
                : now - used > seconds(config.keep());
    }

    /** What has expired is worth least, then who waits, by age; who has passed is worth most. */
    private static LongUnaryOperator worth(GreylistingConfig config, int now) {
        return times -> {
            if (isExpired(times, config, now)) {
                return 0;
            }
            return used(times) == 0 ? first(times) : (1L << 32) + used(times);
        };
    }

    private void store(GreylistSegment segment, Triplet triplet, long before, long after) {
        segment.put(triplet, after);
        changes.increment();
        pending[index(triplet)].add(triplet, after); // under the segment's lock
        counted(triplet, before, after);
    }

    private void counted(Triplet triplet, long before, long after) {
        int change = (isWaiting(after) ? 1 : 0) - (isWaiting(before) ? 1 : 0);
        if (change != 0) {
            waiting.add(change);
            waitingOfNetwork.addAndGet(triplet.network(), change);
        }
    }

    /** Takes over an entry as it was saved, unless a later one is there or the table is full. */
    void restore(Triplet triplet, long times, int most) {
        int index = index(triplet);
        locks[index].lock();
        try {
            long before = segments[index].get(triplet);
            // of two states of a triplet the one that began or was used later is the later one
            boolean room = segments[index].size() < Math.max(1, most / SEGMENTS);
            if (before == 0 ? room : times > before) {
                segments[index].put(triplet, times);
                counted(triplet, before, times);
            }
        } finally {
            locks[index].unlock();
        }
    }

    /** How many parts {@link #copy} and {@link #sweep} have. */
    public static int parts() {
        return SEGMENTS;
    }

    /** A part's entries as three numbers each; its lock is held for the copying alone. */
    long[] copy(int part) {
        locks[part].lock();
        try {
            return segments[part].copy();
        } finally {
            locks[part].unlock();
        }
    }

    /**
     * The changes since it was last asked, three numbers each: the triplet's two and its times.
     *
     * @return them in an order in which a later change of a triplet stands behind an earlier one;
     *     or null where there were more than are kept, so that only the whole table tells them
     */
    public long @Nullable [] drain() {
        long[][] parts = new long[SEGMENTS][];
        boolean lost = false;
        int length = 0;
        for (int i = 0; i < SEGMENTS; i++) {
            locks[i].lock();
            try {
                lost |= pending[i].overflowed();
                parts[i] = pending[i].take();
                length += parts[i].length;
            } finally {
                locks[i].unlock();
            }
        }
        if (lost) {
            return null;
        }
        long[] all = new long[length];
        int at = 0;
        for (long[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** Triplets that wait. */
    public long waiting() {
        return waiting.sum();
    }

    /** Triplets, waiting or passed. */
    public long entries() {
        long entries = 0;
        for (int i = 0; i < SEGMENTS; i++) {
            locks[i].lock();
            try {
                entries += segments[i].size();
            } finally {
                locks[i].unlock();
            }
        }
        return entries;
    }

    /** Octets of the table. */
    public long bytes() {
        long bytes = 4L * NETWORKS;
        for (int i = 0; i < SEGMENTS; i++) {
            locks[i].lock();
            try {
                bytes += segments[i].bytes();
            } finally {
                locks[i].unlock();
            }
        }
        return bytes;
    }

    /** Entries that had to go for others since the start. */
    public long evicted() {
        return evicted.sum();
    }

    /** Changes since the start, for who saves them. */
    public long changes() {
        return changes.sum();
    }

    private static int index(Triplet triplet) {
        return (int) (triplet.low() >>> 60);
    }

    private static int second(Instant now) {
        return Math.clamp(now.getEpochSecond() - EPOCH, 1, Integer.MAX_VALUE);
    }

    private static int seconds(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE, duration.toSeconds());
    }

    private static long times(int first, int used) {
        return ((long) first << 32) | (used & 0xffff_ffffL);
    }

    private static int first(long times) {
        return (int) (times >>> 32);
    }

    private static int used(long times) {
        return (int) times;
    }

    private static boolean isWaiting(long times) {
        return times != 0 && used(times) == 0;
    }
}
