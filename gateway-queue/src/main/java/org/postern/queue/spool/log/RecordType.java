package org.postern.queue.spool.log;

import org.jspecify.annotations.Nullable;

/** The kinds of records; the code stands on disk and never changes its meaning. */
enum RecordType {
    MESSAGE(1),
    STATE(2),
    DONE(3),
    CLOCK(4);

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static @Nullable RecordType of(int code) {
        return code >= 1 && code <= values().length ? values()[code - 1] : null;
    }
}
