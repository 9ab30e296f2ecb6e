package org.postern.app.scan;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.postern.core.net.Cidr;

/**
 * The places of one scanner, of which one sender's network has half at most: whoever sends many
 * messages at once that take long to scan keeps his own waiting, and not everybody's. Thread-safe.
 */
final class Places {
    private final int all;
    private final int share;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private final Map<Cidr, Integer> ofNetwork = new HashMap<>();
    private int used;

    /** So many; a single one is everybody's. */
    Places(int all) {
        this.all = all;
        this.share = all == 1 ? 1 : (all + 1) / 2;
    }

    /**
     * Takes one, and waits for it.
     *
     * @param network whose message it is for
     * @param patience in nanoseconds
     * @return whether it was to be had
     */
    boolean take(Cidr network, long patience) throws InterruptedException {
        long left = patience;
        lock.lockInterruptibly();
        try {
            while (used >= all || held(network) >= share) {
                if (left <= 0) {
                    return false;
                }
                left = freed.awaitNanos(left);
            }
            used++;
            ofNetwork.merge(network, 1, Integer::sum);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives one back. */
    void release(Cidr network) {
        lock.lock();
        try {
            used--;
            ofNetwork.computeIfPresent(network, (n, count) -> count == 1 ? null : count - 1);
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a network has as many as one may have, where there are several. */
    boolean isShareOf(Cidr network) {
        lock.lock();
        try {
            return all > 1 && held(network) >= share;
        } finally {
            lock.unlock();
        }
    }

    private int held(Cidr network) {
        return ofNetwork.getOrDefault(network, 0);
    }

    /** How many are taken. */
    int used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }
}
