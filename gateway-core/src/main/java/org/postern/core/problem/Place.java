package org.postern.core.problem;

import java.nio.file.Path;

/**
 * A place in a file. A problem of the file as a whole stands at 1:1.
 *
 * @param file the file, as its name was given
 * @param line from 1
 * @param column from 1, counted in characters as an editor does
 */
public record Place(Path file, int line, int column) {
    public Place {
        if (line < 1 || column < 1) {
            throw new IllegalArgumentException("lines and columns count from 1");
        }
    }

    /** The beginning of a file, for what concerns it as a whole. */
    public static Place start(Path file) {
        return new Place(file, 1, 1);
    }

    /** The place {@code characters} further right in the same line. */
    public Place right(int characters) {
        return new Place(file, line, column + characters);
    }

    /** {@code file:line:column}, which editors and terminals jump to. */
    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
