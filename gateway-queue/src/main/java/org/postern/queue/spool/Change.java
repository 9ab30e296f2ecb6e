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
     * Lets a held entry go, or makes a deferred one due: pending recipients are tried at once. So
     * is what a rule by itself, and no plan, has put into the trash.
     *
     * @param actor who
     * @param failedToo whether recipients that had failed are tried again too
     * @param reason why, may be empty; kept as the mark {@link Marks#WHY}
     */
    record Release(String actor, boolean failedToo, String reason) implements Change {
        /** Without a reason. */
        public Release(String actor, boolean failedToo) {
            this(actor, failedToo, "");
        }
    }

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
     * @param reason why, may be empty; kept as the mark {@link Marks#WHY}
     */
    record Restore(String actor, String reason) implements Change {
        /** Without a reason. */
        public Restore(String actor) {
            this(actor, "");
        }
    }

    /**
     * Ends an entry whose sender has been told (a notice is in the spool already).
     *
     * @param actor who
     * @param reason why
     */
    record Finish(String actor, String reason) implements Change {}

    /**
     * Gives up the recipients that are pending: they have failed, and the entry is held until it is
     * settled who is told.
     *
     * @param actor who
     * @param reason why; it stands as each recipient's reply too
     */
    record GiveUp(String actor, String reason) implements Change {}

    /**
     * The sender has been told of every recipient that failed so far (a notice is in the spool
     * already). An entry of which nothing is pending ends with it.
     *
     * @param actor who
     */
    record Told(String actor) implements Change {}

    /**
     * Says why a held entry is held, in other words than before.
     *
     * @param actor who
     * @param reason why
     */
    record Explain(String actor, String reason) implements Change {}

    /**
     * Notes something with an entry; see {@link Marks}.
     *
     * @param actor who
     * @param key one of the keys there
     * @param value any short text
     */
    record Mark(String actor, String key, String value) implements Change {}
}
