package org.postern.app.reputation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postern.core.files.WholeFile;
import org.postern.core.time.TimeSource;

/**
 * Whose mail is on hold, each until its end comes by itself or somebody ends it. Ends are by the
 * monotonic clock, over a restart by the wall clock, and then no later than a whole hold from now.
 * At most {@value #MAX}; when there are so many no other begins. Thread-safe; answers from memory.
 */
public final class Holds {
    /** The most holds. */
    static final int MAX = 10_000;

    private static final String ENDED = "ended";

    private final TimeSource time;
    private final Map<HoldKey, Kept> entries = new HashMap<>();
    // what a person has ended holds nothing more, and what it held stays until its time is over
    private final Map<String, Long> endedNanos = new HashMap<>();

    private record Kept(String id, long endNanos, String why, Figures figures, AtomicLong taken) {}

    /**
     * One hold.
     *
     * @param id by which entries that were queued when it began are known: when that was, by the
     *     wall clock of then
     * @param whose whose mail
     * @param left how long it still lasts
     * @param until its end by the wall clock as it goes now
     * @param why why, one line
     * @param figures what it began with
     * @param taken how many messages it has held so far
     */
    public record Hold(
            String id,
            HoldKey whose,
            Duration left,
            Instant until,
            String why,
            Figures figures,
            long taken) {
        /** When it began, by the wall clock of then; null where the id does not say. */
        public @Nullable Instant since() {
            try {
                return Instant.parse(id);
            } catch (DateTimeParseException e) {
                return null; // a file that somebody has edited
            }
        }
    }

    /**
     * What a hold began with.
     *
     * @param sent messages within the hour, 0 where it was for deferrals
     * @param tried first attempts within the hour, 0 where it was for what was sent
     * @param deferred those of them that were put off
     */
    public record Figures(int sent, int tried, int deferred) {}

    Holds(TimeSource time) {
        this.time = time;
    }

    /** Begins one; empty where there is one already, or too many. */
    synchronized Optional<Hold> begin(HoldKey whose, Duration length, String why, Figures f) {
        if (of(whose).isPresent() || entries.size() >= MAX) {
            return Optional.empty();
        }
        entries.put(
                whose,
                new Kept(
                        newId(),
                        time.nanoTime() + length.toNanos(),
                        why.replaceAll("\\p{Cntrl}", "?"),
                        f,
                        new AtomicLong()));
        return of(whose);
    }

    /** The time in milliseconds, or the next that no hold has. */
    private String newId() {
        Set<String> taken = ids();
        Instant begun = time.instant().truncatedTo(ChronoUnit.MILLIS);
        while (taken.contains(begun.toString())) {
            begun = begun.plusMillis(1);
        }
        return begun.toString();
    }

    /** Counts messages that a hold has taken. */
    synchronized void took(HoldKey whose, int messages) {
        Kept kept = entries.get(whose);
        if (kept != null) {
            kept.taken().addAndGet(messages);
        }
    }

    /** The hold of just this, if there is one. */
    synchronized Optional<Hold> of(HoldKey whose) {
        Kept kept = entries.get(whose);
        if (kept == null || kept.endNanos() - time.nanoTime() <= 0) {
            return Optional.empty();
        }
        return Optional.of(hold(whose, kept));
    }

    private Hold hold(HoldKey whose, Kept kept) {
        Duration left = Duration.ofNanos(Math.max(0, kept.endNanos() - time.nanoTime()));
        return new Hold(
                kept.id(),
                whose,
                left,
                time.instant().plus(left).truncatedTo(ChronoUnit.SECONDS),
                kept.why(),
                kept.figures(),
                kept.taken().get());
    }

    /** Every hold that lasts, the next to end first. */
    public synchronized List<Hold> all() {
        List<Hold> all = new ArrayList<>();
        entries.forEach((whose, kept) -> {
            if (kept.endNanos() - time.nanoTime() > 0) {
                all.add(hold(whose, kept));
            }
        });
        all.sort(Comparator.comparing(Hold::left));
        return all;
    }

    /** The ids of those whose time is not over, those that a person has ended among them. */
    synchronized Set<String> ids() {
        endedNanos.values().removeIf(end -> end - time.nanoTime() <= 0);
        Set<String> ids = new HashSet<>(endedNanos.keySet());
        all().forEach(h -> ids.add(h.id()));
        return ids;
    }

    /** Takes out and gives those whose time is over. */
    synchronized List<Hold> over() {
        List<Hold> over = new ArrayList<>();
        entries.entrySet()
                .removeIf(e -> {
                    boolean isOver = e.getValue().endNanos() - time.nanoTime() <= 0;
                    if (isOver) {
                        over.add(hold(e.getKey(), e.getValue()));
                    }
                    return isOver;
                });
        return over;
    }

    /** Ends those of this name, whatever their kind; gives them. */
    synchronized List<Hold> end(String name) {
        List<Hold> ended = new ArrayList<>();
        for (Hold hold : all()) {
            if (hold.whose().name().equalsIgnoreCase(name)) {
                entries.remove(hold.whose());
                endedNanos.put(hold.id(), time.nanoTime() + hold.left().toNanos());
                ended.add(hold);
            }
        }
        return ended;
    }

    /**
     * Reads the holds of an earlier run; a line that makes no sense is left out.
     *
     * @param longest no hold goes on for longer, whatever the clock has done
     * @throws IOException if the file is there and cannot be read
     */
    void load(Path file, Duration longest) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        text.lines().limit(MAX).forEach(line -> read(line.split("\t", -1), longest));
    }

    private synchronized void read(String[] parts, Duration longest) {
        try {
            Duration left = Duration.between(time.instant(), Instant.parse(parts[2]));
            Duration kept = left.compareTo(longest) > 0 ? longest : left;
            if (parts[1].equals(ENDED)) {
                endedNanos.put(parts[0], time.nanoTime() + kept.toNanos());
                return;
            }
            entries.put(
                    HoldKey.parse(parts[1]),
                    new Kept(
                            parts[0],
                            time.nanoTime() + kept.toNanos(),
                            parts[6],
                            new Figures(
                                    Integer.parseInt(parts[3]),
                                    Integer.parseInt(parts[4]),
                                    Integer.parseInt(parts[5])),
                            new AtomicLong(parts.length > 7 ? Long.parseLong(parts[7]) : 0)));
        } catch (DateTimeParseException
                | IllegalArgumentException
                | ArrayIndexOutOfBoundsException e) {
            return; // half a line after a crash of the machine: it begins anew if it must
        }
    }

    /**
     * Writes them down; whole, or the old file stays.
     *
     * @throws IOException if they cannot be written
     */
    void save(Path file) throws IOException {
        List<Hold> all = all();
        StringBuilder out = new StringBuilder();
        synchronized (this) {
            ids();
            endedNanos.forEach((id, end) ->
                    out.append(id)
                            .append('\t')
                            .append(ENDED)
                            .append('\t')
                            .append(time.instant().plusNanos(end - time.nanoTime()))
                            .append('\n'));
        }
        if (all.isEmpty() && out.isEmpty() && !Files.exists(file)) {
            return;
        }
        for (Hold h : all) {
            out.append(h.id()).append('\t').append(h.whose().text().replace('\t', ' '));
            out.append('\t').append(h.until()).append('\t').append(h.figures().sent());
            out.append('\t').append(h.figures().tried());
            out.append('\t').append(h.figures().deferred());
            out.append('\t').append(h.why()).append('\t').append(h.taken()).append('\n');
        }
        WholeFile.write(file, out);
    }
}
