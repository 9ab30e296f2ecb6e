package org.postern.queue.spool;

import java.nio.file.Path;
import org.postern.core.config.SpoolConfig;

/**
 * Where the spool lies, how large its pieces are, and how much it may take.
 *
 * @param directory its directory
 * @param segmentBytes size of a segment, 256 KiB to 1 GiB
 * @param reserveBytes size of the reserve for state records, at least 64 KiB
 * @param largeBytes content above this gets a file of its own; at most a quarter of a segment
 * @param minFreeBytes free space below which messages are refused
 * @param minFreeInodes free inodes below which messages are refused
 * @param indexBytes plain memory outside the heap for the index; what is more lies in a file
 * @param compactionBytes octets a second that compaction may read and write together
 * @param mostInHand entries whose outcomes are kept in memory while no disk takes them, and 500
 *     octets for each of them together
 */
public record SpoolOptions(
        Path directory,
        int segmentBytes,
        int reserveBytes,
        int largeBytes,
        long minFreeBytes,
        long minFreeInodes,
        long indexBytes,
        long compactionBytes,
        int mostInHand) {
    private static final int MIN_SEGMENT = 256 << 10;
    private static final int MAX_SEGMENT = 1 << 30;
    private static final int LARGE = 1 << 20;
    private static final int RESERVE = 8 << 20;
    private static final int INDEX = 64 << 20;
    private static final int COMPACTION = 32 << 20;
    private static final int IN_HAND = 100_000;

    public SpoolOptions {
        if (segmentBytes < MIN_SEGMENT
                || segmentBytes > MAX_SEGMENT
                || reserveBytes < MIN_SEGMENT / 4
                || largeBytes < 1
                || largeBytes > segmentBytes / 4) {
            throw new IllegalArgumentException(
                    "a segment is 256 KiB to 1 GiB, the reserve at least 64 KiB, a large message"
                            + " begins at a quarter of a segment at most");
        }
        if (minFreeBytes < 0
                || minFreeInodes < 0
                || indexBytes < 0
                || compactionBytes < 1
                || mostInHand < 0) {
            throw new IllegalArgumentException("a floor or an amount is negative");
        }
    }

    /** The usual amounts, without a floor for inodes. */
    public SpoolOptions(
            Path directory, int segmentBytes, int reserveBytes, long minFreeBytes, int largeBytes) {
        this(
                directory,
                segmentBytes,
                reserveBytes,
                largeBytes,
                minFreeBytes,
                0,
                INDEX,
                COMPACTION,
                IN_HAND);
    }

    /** What the configuration says; sizes that make no sense are brought into their bounds. */
    public static SpoolOptions of(SpoolConfig config) {
        int segment = Math.clamp(config.segmentBytes(), MIN_SEGMENT, MAX_SEGMENT);
        return new SpoolOptions(
                config.directory(),
                segment,
                Math.min(RESERVE, segment),
                Math.min(LARGE, segment / 4),
                config.minFreeBytes(),
                config.minFreeInodes(),
                config.indexBytes(),
                Math.max(1 << 20, config.compactionBytes()),
                IN_HAND);
    }
}
