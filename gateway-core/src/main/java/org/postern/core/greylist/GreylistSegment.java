package org.postern.core.greylist;

import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One part of the table: open addressing with linear probing, 24 octets a slot. Not thread-safe:
 * {@link Greylist} holds its lock.
 *
 * <p>A slot's times are the second it was first seen in the upper half and the second it was last
 * let in in the lower, 0 while it waits. A slot whose times are 0 is empty.
 */
final class GreylistSegment {
    private static final int FIRST_CAPACITY = 64;

    /** Slots looked at to find the one that is missed least. */
    private static final int SAMPLE = 32;

    private long[] high = new long[FIRST_CAPACITY];
    private long[] low = new long[FIRST_CAPACITY];
    private long[] times = new long[FIRST_CAPACITY];
    private int size;
    private int hand;

    /** Entries. */
    int size() {
        return size;
    }

    /** Octets of the arrays. */
    long bytes() {
        return 24L * times.length;
    }

    /** The times of a triplet, 0 if it is not here. */
    long get(Triplet key) {
        int slot = slot(key.high(), key.low());
        return times[slot];
    }

    /** Sets the times of a triplet, which may be new. */
    void put(Triplet key, long value) {
        int slot = slot(key.high(), key.low());
        if (times[slot] == 0) {
            if (size + 1 > times.length / 10 * 7) {
                grow();
                slot = slot(key.high(), key.low());
            }
            size++;
        }
        high[slot] = key.high();
        low[slot] = key.low();
        times[slot] = value;
    }

    /**
     * Removes the entry that is missed least of a few beside each other.
     *
     * @param worth what an entry with these times is worth; the smallest goes
     * @return the entry removed, its times at {@link Removed#times}
     */
    Removed evict(LongUnaryOperator worth) {
        if (size == 0) {
            throw new IllegalStateException("nothing to remove");
        }
        int best = -1;
        long least = Long.MAX_VALUE;
        int seen = 0;
        for (int step = 0; step < times.length && seen < SAMPLE; step++) {
            hand = (hand + 1) & (times.length - 1);
            if (times[hand] == 0) {
                continue;
            }
            seen++;
            long value = worth.applyAsLong(times[hand]);
            if (best < 0 || value < least) {
                least = value;
                best = hand;
            }
        }
        Removed removed = new Removed(new Triplet(high[best], low[best]), times[best]);
        remove(best);
        return removed;
    }

    /** Removes a triplet and says its times, 0 if it was not here. */
    long take(Triplet key) {
        int slot = slot(key.high(), key.low());
        long before = times[slot];
        if (before != 0) {
            remove(slot);
        }
        return before;
    }

    /** What an entry is looked for by. */
    interface Test {
        /** Whether it is one of those. */
        boolean holds(long high, long times);
    }

    /**
     * Removes, of the entries that a look at some slots finds, the one with the least times.
     *
     * @param slots how many slots are looked at
     * @return the entry removed, or null if none was found
     */
    @Nullable Removed evictOne(Test test, int slots) {
        int best = -1;
        for (int step = 0; step < Math.min(slots, times.length); step++) {
            hand = (hand + 1) & (times.length - 1);
            if (times[hand] != 0
                    && test.holds(high[hand], times[hand])
                    && (best < 0 || times[hand] < times[best])) {
                best = hand;
            }
        }
        if (best < 0) {
            return null;
        }
        Removed removed = new Removed(new Triplet(high[best], low[best]), times[best]);
        remove(best);
        return removed;
    }

    /** Removes every entry that a test holds for, and tells of each. */
    void sweep(Test test, Consumer<Removed> each) {
        for (int slot = 0; slot < times.length; slot++) {
            // what stood behind it may have moved here
            while (times[slot] != 0 && test.holds(high[slot], times[slot])) {
                Removed removed = new Removed(new Triplet(high[slot], low[slot]), times[slot]);
                remove(slot);
                each.accept(removed);
            }
        }
    }

    /**
     * An entry that was removed.
     *
     * @param key its triplet
     * @param times its times
     */
    record Removed(Triplet key, long times) {}

    /** Entries as three numbers each: high, low, times. */
    long[] copy() {
        long[] out = new long[3 * size];
        int at = 0;
        for (int i = 0; i < times.length; i++) {
            if (times[i] != 0) {
                out[at++] = high[i];
                out[at++] = low[i];
                out[at++] = times[i];
            }
        }
        return out;
    }

    private int slot(long h, long l) {
        int mask = times.length - 1;
        int slot = (int) (l ^ (l >>> 32)) & mask;
        while (times[slot] != 0 && (high[slot] != h || low[slot] != l)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void remove(int slot) {
        int mask = times.length - 1;
        int hole = slot;
        int next = slot;
        while (true) {
            next = (next + 1) & mask;
            if (times[next] == 0) {
                break;
            }
            int home = (int) (low[next] ^ (low[next] >>> 32)) & mask;
            // moved back unless its home lies between the hole and itself
            if (((next - home) & mask) >= ((next - hole) & mask)) {
                high[hole] = high[next];
                low[hole] = low[next];
                times[hole] = times[next];
                hole = next;
            }
        }
        times[hole] = 0;
        size--;
    }

    private void grow() {
        resize(times.length * 2);
    }

    /** Gives room back that far fewer entries than before do not need. */
    void shrink() {
        int length = times.length;
        while (length > FIRST_CAPACITY && size < length / 8) {
            length /= 2;
        }
        if (length < times.length) {
            resize(length);
        }
    }

    private void resize(int length) {
        long[] oldHigh = high;
        long[] oldLow = low;
        long[] oldTimes = times;
        high = new long[length];
        low = new long[length];
        times = new long[length];
        hand = 0;
        for (int i = 0; i < oldTimes.length; i++) {
            if (oldTimes[i] != 0) {
                int slot = slot(oldHigh[i], oldLow[i]);
                high[slot] = oldHigh[i];
                low[slot] = oldLow[i];
                times[slot] = oldTimes[i];
            }
        }
    }
}
