package org.postern.queue.delivery;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.TimeSource;

/** Keeps the figures behind {@link DownstreamStatus}. Thread-safe. */
final class Tally {
    private record Trouble(String words, Instant at) {}

    private final TimeSource time;
    private final AtomicInteger busy = new AtomicInteger();
    private final LongAdder opened = new LongAdder();
    private final LongAdder reused = new LongAdder();
    private final AtomicReference<@Nullable Trouble> trouble = new AtomicReference<>();
    private final AtomicReference<@Nullable Instant> success = new AtomicReference<>();

    Tally(TimeSource time) {
        this.time = time;
    }

    void begin() {
        busy.incrementAndGet();
    }

    void end() {
        busy.decrementAndGet();
    }

    void connectionOpened() {
        opened.increment();
    }

    void connectionReused() {
        reused.increment();
    }

    void succeeded() {
        success.set(time.instant());
    }

    void troubled(String words) {
        trouble.set(new Trouble(words, time.instant()));
    }

    DownstreamStatus status(String name, int idle) {
        Trouble last = trouble.get();
        return new DownstreamStatus(
                name,
                busy.get(),
                idle,
                opened.sum(),
                reused.sum(),
                last == null ? null : last.words(),
                last == null ? null : last.at(),
                success.get());
    }
}
