package org.postern.core.reputation;

import java.io.BufferedWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.postern.core.files.WholeFile;

/** Many lines as the content of a file, made one after the other while it is written. */
final class Lines {
    private static final int BUFFER = 64 * 1024;

    private Lines() {}

    /** These, in UTF-8. */
    static WholeFile.Content of(Iterator<String> lines) {
        return channel -> {
            // closed by whoever opened the channel
            Writer out =
                    new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8), BUFFER);
            while (lines.hasNext()) {
                out.write(lines.next());
                out.write('\n');
            }
            out.flush();
        };
    }
}
