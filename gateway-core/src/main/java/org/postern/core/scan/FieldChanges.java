package org.postern.core.scan;

import java.util.List;

/**
 * Header fields that a scanner asks to be added to a message or left out of it. Bounded by who
 * reads them; what of it may be done is decided where the message's own header is known.
 *
 * @param added the fields to add, topmost first
 * @param removed the received fields to leave out
 */
public record FieldChanges(List<Added> added, List<Removed> removed) {
    /** Nothing is to be changed. */
    public static final FieldChanges NONE = new FieldChanges(List.of(), List.of());

    public FieldChanges {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
    }

    /**
     * A field to add.
     *
     * @param name a field name of RFC 5322, 2.2
     * @param value its value without the last line end: printable, folded only as RFC 5322, 2.2.3
     *     allows
     */
    public record Added(String name, String value) {}

    /**
     * Received fields to leave out.
     *
     * @param name a field name of RFC 5322, 2.2
     * @param which 0 for all of that name, 1 for the topmost, -1 for the lowest, and so on
     */
    public record Removed(String name, int which) {}

    /** Whether there is nothing to do. */
    public boolean isNone() {
        return added.isEmpty() && removed.isEmpty();
    }
}
