package org.postern.app.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the journal's files, whether the daemon runs or not: readers never wait for the writer nor
 * the writer for them. Each call opens the files it needs and closes them. Thread-safe.
 *
 * <p>How it fails: a file that cannot be read is left out of the answer and named by {@link
 * #leftOut} for as long as the reader is used ({@link #afresh} begins anew), so that one bad day
 * does not hide the others; {@link JournalException} where the folder cannot be read. A journal
 * that does not exist is an empty one.
 */
public final class JournalReader {
    private static final String COLUMNS =
            "m.seq, m.at, g.text, d.text, m.qid, c.text, p.text, h.text, m.tls, s.text, m.rcpts,"
                    + " u.text, w.text, m.revision, m.size, m.evidence, m.reply, m.detail,"
                    + " m.observed, m.subject";

    private static final String JOINS =
            " JOIN word g ON g.id = m.stage JOIN word d ON d.id = m.disposition"
                    + " JOIN client c ON c.id = m.client JOIN client p ON p.id = m.peer"
                    + " LEFT JOIN name h ON h.id = m.helo LEFT JOIN address s ON s.id = m.sender"
                    + " JOIN word u ON u.id = m.rule JOIN word w ON w.id = m.reason";

    private final DayFiles files;
    private final Map<DayFiles.DayFile, String> leftOut = new ConcurrentSkipListMap<>();

    /** A reader of the files in this folder, usually {@code data/journal}. */
    public JournalReader(Path folder) {
        this.files = new DayFiles(folder);
    }

    DayFiles files() {
        return files;
    }

    /** A question to one open file. */
    interface Question {
        void ask(Connection db, DayFiles.DayFile file) throws SQLException;
    }

    /** Reads the options of a selection, see {@link JournalSelection#parse}. */
    public JournalSelection select(Map<String, List<String>> options, Instant now)
            throws SelectionException, JournalException {
        try {
            return JournalSelection.parse(options, now, Privacy.forReading(files.folder()));
        } catch (IOException e) {
            throw new JournalException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The newest that are meant, at most {@code limit}, oldest of them first. */
    public List<TracedMessage> find(JournalSelection selection, int limit) throws JournalException {
        List<TracedMessage> found = new ArrayList<>();
        for (DayFiles.DayFile file : filesOf(selection).reversed()) {
            int left = limit - found.size();
            if (left <= 0) {
                break;
            }
            List<TracedMessage> here = new ArrayList<>();
            ask(
                    file,
                    (db, f) ->
                            messages(
                                    db,
                                    f,
                                    selection,
                                    "ORDER BY seq DESC LIMIT " + left,
                                    here::add));
            found.addAll(here);
        }
        Collections.reverse(found);
        return found;
    }

    /** Everything that is meant, oldest first, a message at a time. */
    public void each(JournalSelection selection, Consumer<TracedMessage> consumer)
            throws JournalException {
        for (DayFiles.DayFile file : filesOf(selection)) {
            ask(file, (db, f) -> messages(db, f, selection, "ORDER BY seq", consumer));
        }
    }

    /** Asks every file, the oldest first. */
    void everyFile(Question question) throws JournalException {
        for (DayFiles.DayFile file : list()) {
            ask(file, question);
        }
    }

    /** The message with a queue id; empty where the journal does not have it. */
    public Optional<TracedMessage> message(String id) throws JournalException {
        try {
            JournalSelection selection = select(Map.of("id", List.of(id)), Instant.EPOCH);
            return find(selection, 1).stream().findFirst();
        } catch (SelectionException e) {
            throw new JournalException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The evidence of a message as its JSON text, the DNS answers it names among it. */
    public Optional<EvidenceRow> evidence(TracedMessage message) throws JournalException {
        if (message.evidence() == 0) {
            return Optional.empty();
        }
        List<EvidenceRow> found = new ArrayList<>(1);
        of(message, db -> EvidenceRow.read(db, message.evidence()).ifPresent(found::add));
        return found.stream().findFirst();
    }

    private interface Look {
        void at(Connection db) throws SQLException;
    }

    /** Looks into the file that a message stands in. */
    private void of(TracedMessage message, Look look) throws JournalException {
        for (DayFiles.DayFile file : list()) {
            if (String.valueOf(file.path().getFileName()).equals(message.file())) {
                ask(file, (db, f) -> look.at(db));
            }
        }
    }

    /** What happened to a message after it was taken, in order, over all days. */
    public List<TracedStep> steps(String id) throws JournalException {
        List<TracedStep> steps = new ArrayList<>();
        for (DayFiles.DayFile file : list()) {
            ask(file, (db, f) -> steps.addAll(steps(db, id)));
        }
        return steps;
    }

    /**
     * How many events of a selection's time were never written, as the journal itself has noted.
     */
    public long lost(JournalSelection selection) throws JournalException {
        AtomicLong lost = new AtomicLong();
        for (DayFiles.DayFile file : filesOf(selection)) {
            ask(file, (db, f) -> lost.addAndGet(lost(db, selection)));
        }
        return lost.get();
    }

    private static long lost(Connection db, JournalSelection selection) throws SQLException {
        // each such note begins with the number, see JournalWriter
        String sql =
                "SELECT coalesce(sum(CAST(detail AS INTEGER)), 0) FROM note WHERE kind = 'lost' AND"
                        + " "
                        + selection.times();
        try (PreparedStatement s = db.prepareStatement(sql)) {
            bind(s, selection.timeValues());
            try (ResultSet r = s.executeQuery()) {
                return r.next() ? r.getLong(1) : 0;
            }
        }
    }

    List<DayFiles.DayFile> filesOf(JournalSelection selection) throws JournalException {
        return list().stream().filter(selection::mayBeIn).toList();
    }

    List<DayFiles.DayFile> list() throws JournalException {
        try {
            return files.list();
        } catch (IOException e) {
            throw new JournalException(files.folder() + ": " + e.getMessage(), e);
        }
    }

    /** Puts a question to one file; one that cannot be read is left out. */
    void ask(DayFiles.DayFile file, Question question) {
        try (Connection db = Sqlite.forReading(file.path())) {
            question.ask(db, file);
        } catch (SQLException e) {
            // stays: a question that succeeds later gives back nothing of what this one missed
            leftOut.putIfAbsent(file, String.valueOf(e.getMessage()));
        }
    }

    /** Files that any question so far could not read, and why the first of those could not. */
    public Map<String, String> leftOut() {
        Map<String, String> named = new TreeMap<>();
        leftOut.forEach((file, why) -> named.put(file.path().toString(), why));
        return named;
    }

    /** The same by file, in their order. */
    Map<DayFiles.DayFile, String> leftOutFiles() {
        return leftOut;
    }

    /** A reader of the same files that has left out nothing yet: one for each answer. */
    public JournalReader afresh() {
        return new JournalReader(files.folder());
    }

    private static void messages(
            Connection db,
            DayFiles.DayFile file,
            JournalSelection selection,
            String order,
            Consumer<TracedMessage> consumer)
            throws SQLException {
        String name = String.valueOf(file.path().getFileName());
        boolean screened = ScreeningJson.isIn(db);
        String sql =
                "SELECT "
                        + COLUMNS
                        + (screened ? ", x.detail" : ", NULL")
                        + " FROM (SELECT * FROM message WHERE "
                        + selection.where()
                        + " "
                        + order
                        + ") m"
                        + JOINS
                        + (screened ? " LEFT JOIN screening x ON x.seq = m.seq" : "")
                        + (order.contains("DESC") ? " ORDER BY m.seq DESC" : " ORDER BY m.seq");
        try (PreparedStatement s = db.prepareStatement(sql);
                PreparedStatement address =
                        db.prepareStatement("SELECT text FROM address WHERE id = ?")) {
            bind(s, selection.values());
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    consumer.accept(message(r, name, address));
                }
            }
        }
    }

    static void bind(PreparedStatement s, List<Object> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            s.setObject(i + 1, values.get(i));
        }
    }

    private static TracedMessage message(ResultSet r, String file, PreparedStatement address)
            throws SQLException {
        return new TracedMessage(
                file,
                r.getLong(1),
                Instant.ofEpochMilli(r.getLong(2)),
                r.getString(3),
                r.getString(4),
                r.getString(5),
                r.getString(6),
                r.getString(7),
                orEmpty(r.getString(8)),
                r.getInt(9) != 0,
                r.getString(10),
                addresses(r.getString(11), address),
                r.getString(12),
                r.getString(13),
                r.getLong(14),
                r.getLong(15),
                r.getInt(16),
                orEmpty(r.getString(17)),
                orEmpty(r.getString(18)),
                orEmpty(r.getString(19)),
                orEmpty(r.getString(20)),
                orEmpty(r.getString(21)));
    }

    private static List<String> addresses(@Nullable String ids, PreparedStatement address)
            throws SQLException {
        if (ids == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>(1);
        for (String id : ids.split(",", -1)) {
            address.setInt(1, Integer.parseInt(id));
            try (ResultSet r = address.executeQuery()) {
                texts.add(r.next() ? r.getString(1) : "?");
            }
        }
        return texts;
    }

    /** Both kinds of steps of one file, merged by the order in which they were told. */
    private static List<TracedStep> steps(Connection db, String id) throws SQLException {
        String sql =
                "SELECT d.seq, d.at, o.text, a.text, w.text, d.attempt, d.took, d.retry,"
                    + " d.duplicate, d.reply, NULL, NULL, NULL, NULL, d.way FROM delivery d JOIN"
                    + " word o ON o.id = d.outcome LEFT JOIN address a ON a.id = d.address LEFT"
                    + " JOIN word w ON w.id = d.downstream WHERE d.qid = ? UNION ALL SELECT p.seq,"
                    + " p.at, 'operation', NULL, NULL, 0, 0, 0, NULL, NULL, p.who, p.action,"
                    + " p.plan, p.why, NULL FROM operation_entry e JOIN operation p ON p.seq ="
                    + " e.seq WHERE e.qid = ? ORDER BY 1";
        List<TracedStep> steps = new ArrayList<>();
        try (PreparedStatement s = db.prepareStatement(sql)) {
            s.setString(1, id);
            s.setString(2, id);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    steps.add(step(r));
                }
            }
        }
        return steps;
    }

    private static TracedStep step(ResultSet r) throws SQLException {
        Instant at = Instant.ofEpochMilli(r.getLong(2));
        String outcome = r.getString(3);
        return switch (outcome) {
            case "operation" ->
                    new TracedStep.Operation(
                            at,
                            r.getString(11),
                            r.getString(12),
                            orEmpty(r.getString(13)),
                            orEmpty(r.getString(14)));
            case "held", "told", "over" ->
                    new TracedStep.Progress(at, outcome, orEmpty(r.getString(10)));
            default ->
                    new TracedStep.Attempt(
                            at,
                            orEmpty(r.getString(4)),
                            outcome,
                            orEmpty(r.getString(5)),
                            r.getInt(6),
                            Duration.ofMillis(r.getLong(7)),
                            Duration.ofSeconds(r.getLong(8)),
                            orEmpty(r.getString(9)),
                            orEmpty(r.getString(15)),
                            orEmpty(r.getString(10)));
        };
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
