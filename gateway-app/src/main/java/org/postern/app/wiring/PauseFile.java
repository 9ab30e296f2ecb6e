package org.postern.app.wiring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.postern.core.files.WholeFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The downstreams that people have paused, in a file, so that a restart does not end a pause: a
 * line each with name, end, who and why, parted by tabs. Thread-safe. How it fails: a line that
 * makes no sense is left out and said in the log.
 */
final class PauseFile {
    private static final Logger LOG = LoggerFactory.getLogger(PauseFile.class);

    private final Path file;

    /**
     * One pause.
     *
     * @param until its end by the wall clock
     */
    record Pause(String downstream, Instant until, String actor, String why) {
        /** For people. */
        String words() {
            return "by " + actor + (why.isEmpty() ? "" : ": " + why);
        }
    }

    PauseFile(Path file) {
        this.file = file;
    }

    /** What stands there; nothing where there is no file. */
    synchronized List<Pause> read() throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        List<Pause> pauses = new ArrayList<>();
        for (String line : lines) {
            String[] part = line.split("\t", -1);
            try {
                pauses.add(new Pause(part[0], Instant.parse(part[1]), part[2], part[3]));
            } catch (DateTimeException | ArrayIndexOutOfBoundsException e) {
                LOG.warn("{}: a line that is no pause is left out: {}", file, line, e);
            }
        }
        return pauses;
    }

    synchronized void add(Pause pause) throws IOException {
        Map<String, Pause> all = byName();
        all.put(pause.downstream(), pause);
        write(all);
    }

    synchronized void remove(String downstream) throws IOException {
        Map<String, Pause> all = byName();
        if (all.remove(downstream) != null) {
            write(all);
        }
    }

    private Map<String, Pause> byName() throws IOException {
        Map<String, Pause> all = new TreeMap<>();
        read().forEach(p -> all.put(p.downstream(), p));
        return all;
    }

    private void write(Map<String, Pause> all) throws IOException {
        StringBuilder out = new StringBuilder();
        for (Pause p : all.values()) {
            out.append(plain(p.downstream())).append('\t').append(p.until());
            out.append('\t').append(plain(p.actor())).append('\t').append(plain(p.why()));
            out.append('\n');
        }
        WholeFile.write(file, out);
    }

    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
