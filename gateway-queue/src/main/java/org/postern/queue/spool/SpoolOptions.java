package org.postern.queue.spool;

import java.nio.file.Path;
import org.postern.core.config.SpoolConfig;

/**
 * Where the spool lies and how large its pieces are.
 *
 * @param directory its directory
 * @param segmentBytes size of a segment, 256 KiB to 1 GiB
 * @param reserveBytes size of the reserve for state records, at least 64 KiB
 * @param minFreeBytes free space below which messages are refused
 * @param largeBytes content above this gets a file of its own; at most a quarter of a segment
 */
public record SpoolOptions(
        Path directory, int segmentBytes, int reserveBytes, long minFreeBytes, int largeBytes) {
    private static final int MIN_SEGMENT = 256 << 10;
    private static final int MAX_SEGMENT = 1 << 30;
    private static final int LARGE = 1 << 20;
    private static final int RESERVE = 8 << 20;

    public SpoolOptions {
        if (segmentBytes < MIN_SEGMENT
                || segmentBytes > MAX_SEGMENT
                || reserveBytes < MIN_SEGMENT / 4
                || minFreeBytes < 0
                || largeBytes < 1
                || largeBytes > segmentBytes / 4) {
            throw new IllegalArgumentException(
                    "a segment is 256 KiB to 1 GiB, the reserve at least 64 KiB, a large message"
                            + " begins at a quarter of a segment at most");
        }
    }

    /** What the configuration says; sizes that make no sense are brought into their bounds. */
    public static SpoolOptions of(SpoolConfig config) {
        int segment = Math.clamp(config.segmentBytes(), MIN_SEGMENT, MAX_SEGMENT);
        return new SpoolOptions(
                config.directory(),
                segment,
                Math.min(RESERVE, segment),
                config.minFreeBytes(),
                Math.min(LARGE, segment / 4));
    }
}
