package org.postern.app.journal;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The ban that refused a message, or the hold that took it: when and why that began, and who ended
 * it, as the journal's notes tell. A note and the reason of what it touches begin with the same
 * words, which say whom it is about.
 *
 * @param begin kind of the note that it begins with
 * @param end kind of the note that somebody, or its time, has ended it with
 * @param whom whom it is about
 */
record Passing(String begin, String end, String whom) {
    /** A note may be told a moment after what it is about. */
    private static final Duration LATER = Duration.ofSeconds(1);

    private static final String ABOUT = ": ";
    private static final Pattern UNTIL = Pattern.compile("until (\\S+Z)");

    /**
     * One note.
     *
     * @param at when
     * @param kind its kind
     * @param detail what
     */
    record Note(Instant at, String kind, String detail) {}

    /** What touched a message, or its refusal; empty where neither ban nor hold did. */
    static Optional<Passing> of(@Nullable TracedMessage message, List<TracedStep> steps) {
        Optional<Passing> refused = Optional.empty();
        if (message != null) {
            refused =
                    switch (message.reason()) {
                        case "reputation.banned" -> about("ban", "ban-lifted", message.detail());
                        case "reputation.anomaly" -> about("hold", "hold-ended", message.detail());
                        default -> Optional.empty();
                    };
        }
        return refused.or(() -> steps.stream().flatMap(s -> of(s).stream()).findFirst());
    }

    /** Whether this is how it took a message that was queued. */
    boolean isBy(TracedStep step) {
        return of(step).filter(this::equals).isPresent();
    }

    /** What was queued when a hold began was held by the policy, for the reason of the hold. */
    private static Optional<Passing> of(TracedStep step) {
        return step instanceof TracedStep.Operation o
                        && o.who().equals("policy")
                        && o.action().equals("hold")
                ? about("hold", "hold-ended", o.why())
                : Optional.empty();
    }

    private static Optional<Passing> about(String begin, String end, String text) {
        int at = text.indexOf(ABOUT);
        return at < 0
                ? Optional.empty()
                : Optional.of(new Passing(begin, end, text.substring(0, at + ABOUT.length())));
    }

    /**
     * The notes of it: its begin, the last that is not later than this, and its end, if there was
     * one.
     */
    List<Note> notes(JournalReader journal, Instant touched) throws JournalException {
        Instant last = touched.plus(LATER);
        List<DayFiles.DayFile> files = journal.list();
        LocalDate day = day(last);
        for (DayFiles.DayFile file : files.reversed()) {
            if (!file.day().isAfter(day)) {
                List<Note> begun =
                        ask(journal, file, begin, begin, "at <= ? ORDER BY seq DESC", last);
                if (!begun.isEmpty()) {
                    return withEnd(journal, files, begun.getFirst());
                }
            }
        }
        return List.of();
    }

    /** The end is looked for no longer than it was to last; where another begins it had one. */
    private List<Note> withEnd(JournalReader journal, List<DayFiles.DayFile> files, Note begun)
            throws JournalException {
        LocalDate latest = day(until(begun.detail()).orElse(begun.at()).plus(Duration.ofDays(1)));
        for (DayFiles.DayFile file : files) {
            if (!file.day().isBefore(day(begun.at())) && !file.day().isAfter(latest)) {
                List<Note> next = ask(journal, file, begin, end, "at > ? ORDER BY seq", begun.at());
                if (!next.isEmpty()) {
                    return next.getFirst().kind().equals(end)
                            ? List.of(begun, next.getFirst())
                            : List.of(begun);
                }
            }
        }
        return List.of(begun);
    }

    private static Optional<Instant> until(String detail) {
        Matcher found = UNTIL.matcher(detail);
        try {
            return found.find() ? Optional.of(Instant.parse(found.group(1))) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty(); // it was cut off there
        }
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }

    private List<Note> ask(
            JournalReader journal,
            DayFiles.DayFile file,
            String kind,
            String orKind,
            String which,
            Instant at) {
        List<Note> found = new ArrayList<>(1);
        journal.ask(
                file,
                (db, f) -> {
                    String sql =
                            "SELECT at, kind, detail FROM note WHERE kind IN (?, ?)"
                                    + " AND substr(detail, 1, length(?)) = ? AND "
                                    + which
                                    + " LIMIT 1";
                    try (PreparedStatement s = db.prepareStatement(sql)) {
                        JournalReader.bind(s, List.of(kind, orKind, whom, whom, at.toEpochMilli()));
                        read(s, found);
                    }
                });
        return found;
    }

    private static void read(PreparedStatement s, List<Note> found) throws SQLException {
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                found.add(
                        new Note(
                                Instant.ofEpochMilli(r.getLong(1)),
                                r.getString(2),
                                r.getString(3)));
            }
        }
    }
}
