package org.postern.queue.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;

/**
 * The attempts towards one downstream: those under way and a few that wait for their turn. Every
 * downstream has its own, so a slow one fills its own and no other. Thread-safe.
 */
final class Lane {
    /** How many attempts may wait for each that may be under way. */
    private static final int QUEUE_FACTOR = 2;

    private final String name;
    private final Pace pace;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;
    private int reserved;

    Lane(String name, TimeSource time, int ceiling) {
        this.name = name;
        this.pace = new Pace(time, ceiling);
    }

    String name() {
        return name;
    }

    synchronized void ceiling(int most) {
        pace.ceiling(most);
    }

    /** Takes a place for an entry that is about to be claimed; false when there is none. */
    synchronized boolean reserve() {
        if (running + waiting.size() + reserved >= pace.limit() * (1 + QUEUE_FACTOR)) {
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
        return startOne();
    }

    /** Whether one more thread may run; counts it if so. For what waits after a stop. */
    synchronized boolean startOne() {
        if (running < pace.limit() && waiting.size() > 0) {
            running++;
            return true;
        }
        return false;
    }

    /** The next attempt for a thread of this lane; null ends the thread. */
    synchronized @Nullable Runnable next() {
        Runnable next = running > pace.limit() ? null : waiting.poll();
        if (next == null) {
            running--;
        }
        return next;
    }

    /** Says how an attempt went for the downstream itself. */
    synchronized void report(Attempts.Strain strain, Duration took) {
        switch (strain) {
            case TROUBLE -> pace.trouble();
            case DEFERRAL -> pace.deferral();
            case NONE -> pace.success(took);
        }
    }

    synchronized void pause(String reason, Duration length) {
        pace.pause(reason, length);
    }

    synchronized void resume() {
        pace.resume();
        pace.tryNow();
    }

    synchronized void tryNow() {
        pace.tryNow();
    }

    /** Whether less than half of its places are taken: time to look for more. */
    synchronized boolean isHungry() {
        return waiting.size() * 2 <= pace.limit();
    }

    synchronized LaneStatus status() {
        return new LaneStatus(
                name,
                running,
                waiting.size(),
                pace.limit(),
                pace.ceiling(),
                pace.stopped(),
                pace.stoppedFor());
    }

    /** Drops what waits; returns it. */
    synchronized Deque<Runnable> drain() {
        Deque<Runnable> left = new ArrayDeque<>(waiting);
        waiting.clear();
        return left;
    }
}
