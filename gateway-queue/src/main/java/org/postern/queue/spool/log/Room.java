package org.postern.queue.spool.log;

import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolHealth;
import org.postern.queue.spool.SpoolOptions;

/** Whether there is room for one more message, and why not. Answers from memory, thread-safe. */
final class Room {
    private final SpoolOptions options;
    private final Keeper keeper;
    private final LogWriter writer;

    Room(SpoolOptions options, Keeper keeper, LogWriter writer) {
        this.options = options;
        this.keeper = keeper;
        this.writer = writer;
    }

    /** How it is once the spool is closed. */
    SpoolHealth closed() {
        return new SpoolHealth(
                false, false, keeper.freeBytes(), keeper.freeInodes(), "the spool is closed");
    }

    /** How it is now: what troubles the log comes first, then what the keeper last saw free. */
    SpoolHealth now() {
        long free = keeper.freeBytes();
        long inodes = keeper.freeInodes();
        SpoolException trouble = writer.trouble();
        if (trouble != null) {
            return new SpoolHealth(
                    trouble.kind() == SpoolException.Kind.FULL,
                    false,
                    free,
                    inodes,
                    String.valueOf(trouble.getMessage()));
        }
        if (free < options.minFreeBytes()) {
            return below(free + " octets", "spool.min-free", options.minFreeBytes());
        }
        if (inodes < options.minFreeInodes()) {
            return below(inodes + " inodes", "spool.min-free-inodes", options.minFreeInodes());
        }
        return new SpoolHealth(true, true, free, inodes, "");
    }

    private SpoolHealth below(String what, String key, long floor) {
        return new SpoolHealth(
                true,
                false,
                keeper.freeBytes(),
                keeper.freeInodes(),
                what + " are free in " + options.directory() + ", " + key + " asks for " + floor);
    }
}
