package org.postern.queue.spool.log;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a writer needs for a small message, kept for the next one: making it anew costs as much as
 * copying the message. Thread-safe.
 */
final class Workspaces {
    /** Octets of a message that need no larger buffer. */
    static final int BUFFER = 16 << 10;

    /** How many are kept, 1 MB. */
    private static final int KEPT = 64;

    private final Deque<Workspace> free = new ConcurrentLinkedDeque<>();
    private final AtomicInteger kept = new AtomicInteger();

    /**
     * For one message at a time.
     *
     * @param buffer for its first octets, what stands in it means nothing
     * @param sha256 reset
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared or hashed
    record Workspace(byte[] buffer, MessageDigest sha256) {}

    /** One for the caller alone: the last that was given back, of which most is in a cache. */
    Workspace take() {
        Workspace warm = free.pollFirst();
        if (warm != null) {
            kept.decrementAndGet();
            return warm;
        }
        try {
            return new Workspace(new byte[BUFFER], MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Gives one back that nobody looks at any more. */
    void give(Workspace workspace) {
        if (kept.incrementAndGet() > KEPT) {
            kept.decrementAndGet();
            return;
        }
        workspace.sha256().reset();
        free.addFirst(workspace);
    }
}
