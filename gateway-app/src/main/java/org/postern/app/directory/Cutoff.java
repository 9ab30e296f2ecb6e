package org.postern.app.directory;

import java.time.Duration;

/**
 * Ends a fetch that takes too long by closing what it waits on: time-outs of single answers do not
 * end a server that sends an octet now and then.
 */
final class Cutoff implements AutoCloseable {
    private final Thread thread;

    /**
     * @param after how long the fetch may take
     * @param end closes its connection; called on a thread of its own
     */
    Cutoff(Duration after, Runnable end) {
        thread =
                Thread.ofVirtual()
                        .name("cutoff")
                        .start(() -> {
                            try {
                                Thread.sleep(after);
                                end.run();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt(); // the fetch has ended in time
                            }
                        });
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
