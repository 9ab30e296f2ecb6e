package org.postern.core.lists;

/** What the lists say. An allow entry outweighs any deny entry. */
public sealed interface ListMatch {
    /** Neither list has it. */
    enum None implements ListMatch {
        /** Nothing found. */
        INSTANCE
    }

    /**
     * An allow list has it: the deny lists are passed by.
     *
     * @param entry the entry that hit
     */
    record Allow(ListEntry entry) implements ListMatch {}

    /**
     * A list of one's own has it, of which rules alone make something.
     *
     * @param list its name
     * @param entry the entry that hit
     */
    record Named(String list, ListEntry entry) implements ListMatch {}

    /**
     * A deny list has it, no allow list does.
     *
     * @param entry the entry that hit
     */
    record Deny(ListEntry entry) implements ListMatch {}
}
