package org.postern.core.policy;

/**
 * Whether a condition holds. What cannot be known now, because nobody could be asked or no answer
 * came, is neither: a rule applies where all its conditions are {@link #YES}, and {@code not} of
 * what is not known is not known either. So no trouble in DNS ever meets a rule that was written
 * against mail that fails.
 */
enum Held {
    /** It holds. */
    YES,
    /** It does not, and this is known. */
    NO,
    /** Nobody can say. */
    UNKNOWN;

    static Held of(boolean holds) {
        return holds ? YES : NO;
    }

    /** Yes where it holds for sure; otherwise it is open while something is not known. */
    static Held of(boolean holds, boolean open) {
        return holds ? YES : open ? UNKNOWN : NO;
    }

    /** Both together. */
    Held and(Held other) {
        return this == NO || other == NO ? NO : this == UNKNOWN ? this : other;
    }

    /** The contrary. */
    Held not() {
        return switch (this) {
            case YES -> NO;
            case NO -> YES;
            case UNKNOWN -> UNKNOWN;
        };
    }
}
