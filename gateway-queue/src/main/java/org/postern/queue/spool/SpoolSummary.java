package org.postern.queue.spool;

import java.time.Duration;
import java.util.Map;

/**
 * The spool in numbers, from memory.
 *
 * @param messages entries by state; every state is a key
 * @param active entries with an attempt under way, counted within {@code messages} too
 * @param bytes received content of all entries
 * @param oldestAge age of the oldest entry that is queued or deferred, zero when there is none;
 *     time the gateway was running
 * @param indexMemory octets of memory outside the heap that the index takes
 * @param indexFile octets of it that lie in files, in memory as far as the system likes
 */
public record SpoolSummary(
        Map<EntryState, Long> messages,
        long active,
        long bytes,
        Duration oldestAge,
        long indexMemory,
        long indexFile) {
    public SpoolSummary {
        messages = Map.copyOf(messages);
    }

    /** All entries. */
    public long total() {
        return messages.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Entries in one state. */
    public long count(EntryState state) {
        return messages.getOrDefault(state, 0L);
    }
}
