package org.postern.core.lists;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a list, as it is told to people.
 *
 * @param kind what it is about
 * @param value the entry in its normal form, such as {@code 192.0.2.0/24}
 * @param file the file that it stands in
 * @param line the line, from 1
 * @param comment why it is there, or null
 * @param owner who put it there, or null
 * @param expires from when on it has no effect, or null for never
 */
public record ListEntry(
        ListKind kind,
        String value,
        Path file,
        int line,
        @Nullable String comment,
        @Nullable String owner,
        @Nullable Instant expires) {
    /** The owner of what spam traps add. */
    public static final String SPAM_TRAP = "spam-trap";

    /**
     * Whether a spam trap added it, for a while: nobody has decided that it is refused for good.
     */
    public boolean isOfSpamTrap() {
        return SPAM_TRAP.equals(owner) && expires != null;
    }

    /** {@code file:line}. */
    public String where() {
        return file + ":" + line;
    }

    /** One line for logs and traces. */
    @Override
    public String toString() {
        return kind.key() + " " + value + " (" + where() + ")";
    }
}
