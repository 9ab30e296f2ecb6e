package org.postern.core.greylist;

import java.util.Arrays;

/**
 * Changes of a part of the table that are not on disk yet, bounded: three numbers each. Not
 * thread-safe: {@link Greylist} holds the part's lock.
 */
final class GreylistChanges {
    /** Changes that are kept; what comes in a second, many times over. */
    static final int MOST = 16_384;

    private static final long[] NONE = {};

    private long[] numbers = NONE;
    private int length;
    private boolean overflowed;

    void add(Triplet triplet, long times) {
        if (length == 3 * MOST) {
            overflowed = true;
            return;
        }
        if (length + 3 > numbers.length) {
            numbers = Arrays.copyOf(numbers, Math.max(48, Math.min(2 * length, 3 * MOST)));
        }
        numbers[length++] = triplet.high();
        numbers[length++] = triplet.low();
        numbers[length++] = times;
    }

    /** Whether some were not kept since {@link #take} was last called. */
    boolean overflowed() {
        return overflowed;
    }

    /** All of them; none is left. */
    long[] take() {
        long[] taken = Arrays.copyOf(numbers, length);
        numbers = NONE;
        length = 0;
        overflowed = false;
        return taken;
    }
}
