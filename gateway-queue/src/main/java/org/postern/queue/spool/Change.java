package org.postern.queue.spool;

import java.time.Duration;

/** What a person (or a rule acting for one) does to an entry. Each says who. */
public sealed interface Change {
    /** Who does it. */
    String actor();

    /**
     * Keeps an entry from being tried until it is released.
     *
     * @param actor who
     * @param reason why
     */
    record Hold(String actor, String reason) implements Change {}

    /**
     * Lets a held entry go, or makes a deferred one due: pending recipients are tried at once.
     *
     * @param actor who
     * @param failedToo whether recipients that had failed are tried again too
     */
    record Release(String actor, boolean failedToo) implements Change {}

    /**
     * Moves an entry to the trash.
     *
     * @param actor who
     * @param reason why
     * @param grace how long it can be brought back, counted while the gateway runs
     */
    record Drop(String actor, String reason, Duration grace) implements Change {}

    /**
     * Brings an entry back from the trash to the state it had.
     *
     * @param actor who
     */
    record Restore(String actor) implements Change {}

    /**
     * Ends an entry whose sender has been told (a notice is in the spool already).
     *
     * @param actor who
     * @param reason why
     */
    record Finish(String actor, String reason) implements Change {}
}
