package org.postern.core.time;

import org.slf4j.Logger;

/**
 * The rounds of a thread that must not end: a defect, memory that is gone for a moment, or a class
 * that an upgrade has taken away costs the round and is told, and the next one comes. Where the
 * thread ended nobody would do its work any more, and nobody would say so.
 */
public final class Rounds {
    private Rounds() {}

    /** One round. */
    @FunctionalInterface
    public interface Round {
        /** Does what is due. */
        void run() throws InterruptedException;
    }

    /** A round that comes to a result. */
    @FunctionalInterface
    public interface Telling<T> {
        /** Does what is due. */
        T run() throws InterruptedException;
    }

    /**
     * Runs a round on this thread.
     *
     * @param log told, once for each round that breaks off
     * @param what what is being done, the beginning of that line
     * @return whether it went through; if not, what it has left half done is the caller's to settle
     */
    public static boolean survives(Logger log, String what, Round round)
            throws InterruptedException {
        return outcome(
                log,
                what,
                () -> {
                    round.run();
                    return true;
                },
                false);
    }

    /**
     * The same for one with a result, such as how long to wait for the next.
     *
     * @param broken the result of one that breaks off
     */
    public static <T> T outcome(Logger log, String what, Telling<T> round, T broken)
            throws InterruptedException {
        try {
            return round.run();
        } catch (RuntimeException | Error e) {
            log.error("{} broke off, which is a defect; it is tried again", what, e);
            return broken;
        }
    }
}
