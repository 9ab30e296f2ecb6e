package org.postern.queue.schedule;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The attempts towards one downstream: those under way and a few that wait for their turn. Every
 * downstream has its own, so a slow one fills its own and no other. Thread-safe.
 */
final class Lane {
    /** How many attempts may wait for each that may be under way. */
    private static final int QUEUE_FACTOR = 2;

    private final String name;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int limit;
    private int running;
    private int reserved;

    Lane(String name, int limit) {
        this.name = name;
        this.limit = Math.max(1, limit);
    }

    String name() {
        return name;
    }

    synchronized void limit(int newLimit) {
        limit = Math.max(1, newLimit);
    }

    /** Takes a place for an entry that is about to be claimed; false when there is none. */
    synchronized boolean reserve() {
        if (running + waiting.size() + reserved >= limit * (1 + QUEUE_FACTOR)) {
            return false;
        }
        reserved++;
        return true;
    }

    /** Gives up all places taken and not used. */
    synchronized void unreserve() {
        reserved = 0;
    }

    /** Adds an attempt. Returns true if the caller is to start a thread for it. */
    synchronized boolean add(Runnable attempt) {
        reserved = Math.max(0, reserved - 1);
        waiting.add(attempt);
        if (running < limit) {
            running++;
            return true;
        }
        return false;
    }

    /** The next attempt for a thread of this lane; null ends the thread. */
    synchronized @Nullable Runnable next() {
        Runnable next = running > limit ? null : waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** Whether less than half of its places are taken: time to look for more. */
    synchronized boolean isHungry() {
        return waiting.size() * 2 <= limit;
    }

    synchronized int running() {
        return running;
    }

    /** Drops what waits; returns it. */
    synchronized Deque<Runnable> drain() {
        Deque<Runnable> left = new ArrayDeque<>(waiting);
        waiting.clear();
        return left;
    }
}
