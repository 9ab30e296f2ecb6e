package org.postern.app.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of the journal: {@code 2026-11-22.db}, and {@code 2026-11-22.1.db}, {@code
 * 2026-11-22.2.db} … where one day needs several so that {@code max-size} can be kept. Days are
 * those of UTC. Beside each file SQLite may keep a {@code -wal} and a {@code -shm}. A file that is
 * damaged is set aside as {@code 2026-11-22.db.damaged-1}: nobody reads it any more, and retention
 * counts and removes it as it does the others.
 */
final class DayFiles {
    private static final Pattern NAME =
            Pattern.compile("(\\d{4}-\\d{2}-\\d{2})(?:\\.(\\d{1,4}))?\\.db");
    private static final Pattern ASIDE = Pattern.compile("(.*\\.db)\\.damaged-(\\d{1,4})");
    private static final int MAX_ASIDE = 1_000;
    private static final List<String> COMPANIONS = List.of("", "-wal", "-shm");

    private final Path folder;

    DayFiles(Path folder) {
        this.folder = folder;
    }

    /**
     * One file.
     *
     * @param day whose events it holds
     * @param part number within the day, from 0
     */
    record DayFile(Path path, LocalDate day, int part) implements Comparable<DayFile> {
        private static final Comparator<DayFile> ORDER =
                Comparator.comparing(DayFile::day).thenComparingInt(DayFile::part);

        @Override
        public int compareTo(DayFile other) {
            return ORDER.compare(this, other);
        }
    }

    Path folder() {
        return folder;
    }

    /** All of them, oldest first; none where the folder does not exist. */
    List<DayFile> list() throws IOException {
        List<DayFile> files = new ArrayList<>();
        try {
            paths().forEach(path -> parse(path).ifPresent(files::add));
        } catch (NoSuchFileException e) {
            return List.of();
        }
        files.sort(null);
        return files;
    }

    /** Those that were set aside, oldest first. */
    private List<DayFile> aside() throws IOException {
        List<DayFile> files = new ArrayList<>();
        for (Path path : paths()) {
            Matcher m = ASIDE.matcher(path.getFileName().toString());
            if (m.matches()) {
                parse(path, m.group(1)).ifPresent(files::add);
            }
        }
        files.sort(null);
        return files;
    }

    private List<Path> paths() throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause(); // the disk fails while the folder is read
        }
    }

    /**
     * Sets a file aside, under a name that is free.
     *
     * @return where it is now
     */
    Path setAside(DayFile file) throws IOException {
        for (int n = 1; n <= MAX_ASIDE; n++) {
            Path aside = Path.of(file.path() + ".damaged-" + n);
            if (Files.exists(aside)) {
                continue;
            }
            // the log of what was written last belongs to it, and must not meet the next file
            for (String companion : COMPANIONS.reversed()) {
                Path path = Path.of(file.path() + companion);
                if (Files.exists(path)) {
                    Files.move(path, Path.of(aside + companion));
                }
            }
            return aside;
        }
        throw new IOException(file.path() + " was set aside " + MAX_ASIDE + " times already");
    }

    private static Optional<DayFile> parse(Path path) {
        return parse(path, path.getFileName().toString());
    }

    private static Optional<DayFile> parse(Path path, String name) {
        Matcher m = NAME.matcher(name);
        if (!m.matches()) {
            return Optional.empty();
        }
        try {
            int part = m.group(2) == null ? 0 : Integer.parseInt(m.group(2));
            return Optional.of(new DayFile(path, LocalDate.parse(m.group(1)), part));
        } catch (DateTimeException notADay) {
            return Optional.empty();
        }
    }

    /** The file for a day's next events: its last one, or the first. */
    DayFile current(LocalDate day) throws IOException {
        return list().stream()
                .filter(f -> f.day().equals(day))
                .reduce((a, b) -> b)
                .orElseGet(() -> file(day, 0));
    }

    /** The next part of a day. */
    DayFile next(DayFile full) {
        return file(full.day(), full.part() + 1);
    }

    private DayFile file(LocalDate day, int part) {
        String name = part == 0 ? day + ".db" : day + "." + part + ".db";
        return new DayFile(folder.resolve(name), day, part);
    }

    /** Octets on disk, companions included. */
    static long size(DayFile file) throws IOException {
        long size = 0;
        for (String companion : COMPANIONS) {
            Path path = Path.of(file.path() + companion);
            if (Files.exists(path)) {
                size += Files.size(path);
            }
        }
        return size;
    }

    /**
     * Removes days that ended before {@code oldest}, and the oldest files while all of them are
     * larger than {@code maxSize}; never {@code inUse}.
     *
     * @return what was removed
     */
    List<DayFile> retain(LocalDate oldest, long maxSize, DayFile inUse) throws IOException {
        List<DayFile> removed = new ArrayList<>();
        List<DayFile> files = new ArrayList<>(list());
        files.addAll(aside());
        files.sort(null);
        long total = 0;
        for (DayFile file : files) {
            total += size(file);
        }
        for (DayFile file : files) {
            if (file.equals(inUse)) {
                continue;
            }
            if (file.day().isBefore(oldest) || total > maxSize) {
                total -= size(file);
                remove(file);
                removed.add(file);
            }
        }
        return removed;
    }

    private static void remove(DayFile file) throws IOException {
        for (String companion : COMPANIONS) {
            Files.deleteIfExists(Path.of(file.path() + companion));
        }
    }
}
