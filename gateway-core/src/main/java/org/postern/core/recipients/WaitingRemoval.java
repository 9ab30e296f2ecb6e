package org.postern.core.recipients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postern.core.files.WholeFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many recipients wait to be taken away, in a file of one line: a restart must not end the
 * alarm, nor forget what somebody was shown and may confirm.
 */
final class WaitingRemoval {
    /** How the file's name ends. */
    static final String SUFFIX = ".refused";

    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final int LONGEST = 20;

    private WaitingRemoval() {}

    static void write(Path file, int count) throws IOException {
        WholeFile.write(file, count + "\n");
    }

    /** The number, 0 without the file; 1 if it cannot be read or is damaged: something waits. */
    static int readIfThere(Path file) {
        if (!Files.exists(file)) {
            return 0;
        }
        try (var in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(LONGEST), StandardCharsets.US_ASCII).strip();
            return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 1;
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.getMessage());
            return 1;
        }
    }
}
