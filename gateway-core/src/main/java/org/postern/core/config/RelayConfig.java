package org.postern.core.config;

import java.time.Duration;

/**
 * Section {@code relay}.
 *
 * @param cutThrough {@code cut-through}: whether a message's downstream is asked while its client
 *     still waits, so that what it refuses is refused in session
 * @param cutThroughWait {@code cut-through-wait}: how long the client waits for that at most; after
 *     it the message is taken, and delivered from the spool
 */
public record RelayConfig(boolean cutThrough, Duration cutThroughWait) {
    /** Off; 20 seconds. */
    public static RelayConfig defaults() {
        return new RelayConfig(false, Duration.ofSeconds(20));
    }
}
