package org.postern.app.directory;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.Bell;
import org.postern.core.time.Rounds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that does a thing, waits as long as the thing says or until it is woken, and again. */
final class Background {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final Duration AFTER_FAULT = Duration.ofMinutes(1);

    private final String name;
    private final Supplier<Duration> thing;
    private final Bell bell = new Bell();
    private @Nullable Thread thread;

    Background(String name, Supplier<Duration> thing) {
        this.name = name;
        this.thing = thing;
    }

    synchronized void start() {
        if (thread == null && !bell.isClosed()) {
            thread = Thread.ofVirtual().name(name).start(this::run);
        }
    }

    private void run() {
        try {
            Duration pause;
            do {
                pause = Rounds.outcome(LOG, name, thing::get, AFTER_FAULT);
            } while (bell.await(pause.toNanos()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    void wake() {
        bell.ring();
    }

    /** Ends it; what is under way may go on to its own time-out. */
    synchronized void close() {
        bell.close();
        if (thread != null) {
            thread.interrupt();
        }
    }
}
