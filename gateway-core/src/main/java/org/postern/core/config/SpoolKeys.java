package org.postern.core.config;

import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.number;

import java.time.Duration;
import java.util.List;

/** The settings of section {@code spool}: a part of the table of {@link Keys}. */
final class SpoolKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<String> DIRECTORY =
            TABLE.one(
                    "spool",
                    "directory",
                    TEXT,
                    "",
                    "where the spool lies, by default spool under data");
    static final Key<Long> SEGMENT_SIZE =
            TABLE.one(
                    "spool",
                    "segment-size",
                    SIZE_TYPE,
                    "64MB",
                    "size of one log segment, 1MB to 1GB");
    static final Key<Long> MIN_FREE =
            TABLE.one(
                    "spool",
                    "min-free",
                    SIZE_TYPE,
                    "256MB",
                    "free disk space below which MAIL gets 452 4.3.1");
    static final Key<Integer> MIN_FREE_INODES =
            TABLE.one(
                    "spool",
                    "min-free-inodes",
                    number(0, Integer.MAX_VALUE),
                    "1000",
                    "free inodes below which MAIL gets 452 4.3.1, where the file system counts"
                            + " them");
    static final Key<Long> INDEX_MEMORY =
            TABLE.one(
                    "spool",
                    "index-memory",
                    SIZE_TYPE,
                    "64MB",
                    "memory outside the heap for the queue's index (52 bytes a message); the rest"
                            + " of it lies in a file without a name in the spool");
    static final Key<Long> COMPACTION_RATE =
            TABLE.one(
                    "spool",
                    "compaction-rate",
                    SIZE_TYPE,
                    "32MB",
                    "bytes a second that giving disk space back may read and write, 1MB at least");
    static final Key<Duration> RETRY_FIRST =
            TABLE.one("spool.retry", "first", DURATION_TYPE, "1m", "wait after the first deferral");
    static final Key<Duration> RETRY_MAX =
            TABLE.one("spool.retry", "max", DURATION_TYPE, "1h", "longest wait between attempts");
    static final Key<Duration> RETRY_EXPIRE =
            TABLE.one(
                    "spool.retry",
                    "expire",
                    DURATION_TYPE,
                    "5d",
                    "age at which an undelivered message is given up");

    /** Every key of these sections. */
    static final List<Key<?>> ALL = TABLE.all();

    private SpoolKeys() {}
}
