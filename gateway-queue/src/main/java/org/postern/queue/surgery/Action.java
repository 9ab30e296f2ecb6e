package org.postern.queue.surgery;

import java.util.Locale;

/** What can be done to a set of entries. */
public enum Action {
    /** Keep from being tried. */
    HOLD,
    /** Let go; what had failed is tried again too. */
    RELEASE,
    /** Move to the trash. */
    DROP,
    /** Give up what is pending and tell the sender. */
    BOUNCE;

    /** The word of the command. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
