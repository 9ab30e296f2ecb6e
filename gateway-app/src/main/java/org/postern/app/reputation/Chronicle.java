package org.postern.app.reputation;

import org.jspecify.annotations.Nullable;

/**
 * Writes down what begins and ends for senders by itself or by a person, for questions later: bans
 * and holds. What is told before anybody listens is in the log alone. Thread-safe.
 */
public final class Chronicle {
    private volatile @Nullable Scribe scribe;

    /** Who writes; must not block and must not throw. */
    @FunctionalInterface
    public interface Scribe {
        /**
         * Takes one line.
         *
         * @param kind a word of a bounded set: {@code ban}, {@code ban-lifted}, {@code ban-spared},
         *     {@code hold}, {@code hold-observed}, {@code hold-ended}, {@code trap}
         * @param detail what happened; an address of a person stands in angle brackets
         */
        void note(String kind, String detail);
    }

    /** From now on this one writes. */
    public void tell(Scribe to) {
        scribe = to;
    }

    /**
     * Writes a line down: whom it is about, and what.
     *
     * @param whom in the words that messages which it touches name it by; what tells a story finds
     *     it by them
     */
    void note(String kind, String whom, String what) {
        Scribe told = scribe;
        if (told != null) {
            told.note(kind, about(whom, what));
        }
    }

    /** What is said of somebody here, in the reason of a message, and in the journal. */
    static String about(String whom, String what) {
        return whom + ": " + what;
    }
}
