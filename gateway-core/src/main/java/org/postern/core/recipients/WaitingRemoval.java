package org.postern.core.recipients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postern.core.files.WholeFile;

/**
 * How many recipients wait to be taken away, in a file of one line: a restart must not end the
 * alarm, nor forget what somebody was shown and may confirm.
 */
final class WaitingRemoval {
    /** How the file's name ends. */
    static final String SUFFIX = ".refused";

    private static final int LONGEST = 20;

    private WaitingRemoval() {}

    static void write(Path file, int count) throws IOException {
        WholeFile.write(file, count + "\n");
    }

    /**
     * Reads the number; 1 if the file is damaged, since something waits.
     *
     * @throws IOException if the file cannot be read
     */
    static int read(Path file) throws IOException {
        String text;
        try (var in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII).strip();
        }
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 1;
    }
}
