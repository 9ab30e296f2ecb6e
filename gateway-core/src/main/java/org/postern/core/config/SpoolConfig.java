package org.postern.core.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Section {@code spool}.
 *
 * @param directory where it lies, {@code spool} under {@code data}
 * @param segmentBytes {@code segment-size}: size of one log segment
 * @param minFreeBytes {@code min-free}: free disk space below which MAIL gets 452 4.3.1
 * @param minFreeInodes {@code min-free-inodes}: free inodes below which MAIL gets 452 4.3.1
 * @param indexBytes {@code index-memory}: memory outside the heap that the queue's index may take
 *     before the rest of it lies in a file
 * @param compactionBytes {@code compaction-rate}: octets a second that compaction reads and writes
 * @param retryFirst {@code retry.first}: wait after the first deferral
 * @param retryMax {@code retry.max}: longest wait between attempts
 * @param retryExpire {@code retry.expire}: age at which an undelivered message is given up
 */
public record SpoolConfig(
        Path directory,
        long segmentBytes,
        long minFreeBytes,
        long minFreeInodes,
        long indexBytes,
        long compactionBytes,
        Duration retryFirst,
        Duration retryMax,
        Duration retryExpire) {

    /** 64 MiB segments, 256 MiB and 1,000 inodes free, retries from 1 m to 1 h for 5 d. */
    public static SpoolConfig defaults(Path directory) {
        return new SpoolConfig(
                directory,
                64L << 20,
                256L << 20,
                1000,
                64L << 20,
                32L << 20,
                Duration.ofMinutes(1),
                Duration.ofHours(1),
                Duration.ofDays(5));
    }
}
