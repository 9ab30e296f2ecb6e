package org.postern.app.journal;

import java.net.InetAddress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.core.journal.Client;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Ruling;
import org.postern.core.journal.Screening;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Disposition;
import org.postern.core.reply.SmtpReply;

/**
 * One file of the journal, open for writing. Events come in batches, each a transaction: one row
 * for a message and one for each of its recipients, in place of a dozen events. Used by the
 * writer's thread alone.
 */
final class DayWriter implements AutoCloseable {
    private static final int MAX_TEXT = 500;

    private final DayFiles.DayFile file;
    private final Connection db;
    private final Privacy privacy;
    private final Interners ids;
    private final PreparedStatement message;
    private final PreparedStatement rcpt;
    private final PreparedStatement delivery;
    private final PreparedStatement connection;
    private final PreparedStatement operation;
    private final PreparedStatement entry;
    private final PreparedStatement note;
    private final PreparedStatement screening;
    private final List<PreparedStatement> statements;
    private long seq;

    /**
     * Pairs of address and sequence, collected so that a batch goes into the index in its order.
     */
    private long[] pairs = new long[256];

    private int pairCount;

    /** Opens a file, which is made where it does not exist. */
    static DayWriter open(DayFiles.DayFile file, Privacy privacy) throws SQLException {
        Connection db = Sqlite.forWriting(file.path());
        try {
            db.setAutoCommit(false);
            return new DayWriter(file, db, privacy);
        } catch (SQLException | RuntimeException e) {
            db.close();
            throw e;
        }
    }

    private DayWriter(DayFiles.DayFile file, Connection db, Privacy privacy) throws SQLException {
        this.file = file;
        this.db = db;
        this.privacy = privacy;
        this.ids = new Interners(db, privacy);
        message =
                db.prepareStatement(
                        "INSERT INTO message VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
        rcpt = db.prepareStatement("INSERT OR IGNORE INTO rcpt VALUES(?,?)");
        delivery = db.prepareStatement("INSERT INTO delivery VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
        connection = db.prepareStatement("INSERT INTO connection VALUES(?,?,?,?,?,?,?,?,?,?)");
        operation = db.prepareStatement("INSERT INTO operation VALUES(?,?,?,?,?,?,?)");
        entry = db.prepareStatement("INSERT OR IGNORE INTO operation_entry VALUES(?,?)");
        note = db.prepareStatement("INSERT INTO note VALUES(?,?,?,?)");
        screening = db.prepareStatement("INSERT INTO screening VALUES(?,?)");
        statements =
                List.of(message, screening, rcpt, delivery, connection, operation, entry, note);
        seq = lastSequence();
        db.commit();
    }

    private long lastSequence() throws SQLException {
        long last = 0;
        for (String table : List.of("message", "delivery", "connection", "operation", "note")) {
            try (Statement s = db.createStatement();
                    ResultSet r = s.executeQuery("SELECT coalesce(max(seq), 0) FROM " + table)) {
                last = Math.max(last, r.next() ? r.getLong(1) : 0);
            }
        }
        return last;
    }

    DayFiles.DayFile file() {
        return file;
    }

    /** Writes a batch in one transaction: all of it, or on an exception none of it. */
    void write(List<JournalEvent> events) throws SQLException {
        boolean done = false;
        try {
            for (JournalEvent event : events) {
                seq++;
                switch (event) {
                    case JournalEvent.Message m -> add(m);
                    case JournalEvent.Refusal r -> add(r);
                    case JournalEvent.Attempt a -> add(a);
                    case JournalEvent.Progress p -> add(p);
                    case JournalEvent.Connection c -> add(c);
                    case JournalEvent.Operation o -> add(o);
                    case JournalEvent.Configuration c ->
                            note(
                                    c,
                                    c.taken() ? "configuration" : "configuration-refused",
                                    "revision "
                                            + c.revision()
                                            + (c.taken() ? " is in force: " : " stays: ")
                                            + c.detail());
                    case JournalEvent.Witness w -> note(w, w.kind(), w.detail());
                }
            }
            recipients();
            for (PreparedStatement batch : statements) {
                batch.executeBatch();
            }
            db.commit();
            done = true;
        } finally {
            pairCount = 0;
            if (!done) {
                db.rollback();
            }
        }
    }

    private void add(JournalEvent.Message m) throws SQLException {
        StringBuilder rcpts = new StringBuilder(8);
        for (EmailAddress recipient : m.recipients()) {
            int id = ids.address(recipient);
            rcpts.append(rcpts.isEmpty() ? "" : ",").append(id);
            pair(id);
        }
        for (EmailAddress named : m.named()) {
            pair(ids.address(named));
        }
        message.setLong(1, seq);
        message.setLong(2, m.at().toEpochMilli());
        message.setInt(3, ids.word("data"));
        message.setInt(4, ids.word(word(m.ruling(), m.reply())));
        Sqlite.text(message, 5, m.id() == null ? null : m.id().toString());
        client(message, 6, m.client());
        message.setInt(10, sender(m.from()));
        if (m.recipients().size() == 1) {
            message.setInt(11, Integer.parseInt(rcpts.toString()));
        } else {
            Sqlite.text(message, 11, rcpts.toString());
        }
        ruling(message, 12, m.ruling(), m.revision());
        message.setLong(15, m.size());
        Sqlite.number(message, 16, m.evidence() == null ? 0 : ids.evidence(m.evidence()));
        // that an accepted message was told 250 and its id goes without saying
        Sqlite.text(message, 17, m.id() == null ? text(m.reply().toString()) : null);
        Sqlite.text(message, 18, text(m.ruling().detail()));
        Sqlite.text(message, 19, observed(m.observed()));
        Sqlite.text(message, 20, m.subject() == null ? null : cut(m.subject()));
        message.addBatch();
        screening(m.screening());
    }

    private void add(JournalEvent.Refusal r) throws SQLException {
        int to = r.to() == null ? 0 : ids.address(r.to());
        if (to != 0) {
            pair(to);
        }
        message.setLong(1, seq);
        message.setLong(2, r.at().toEpochMilli());
        message.setInt(3, ids.word(r.stage().word()));
        message.setInt(4, ids.word(word(r.ruling(), r.reply())));
        Sqlite.text(message, 5, null);
        client(message, 6, r.client());
        Sqlite.number(message, 10, r.from() == null ? 0 : sender(r.from()));
        Sqlite.number(message, 11, to);
        ruling(message, 12, r.ruling(), r.revision());
        message.setLong(15, 0);
        Sqlite.number(message, 16, 0);
        Sqlite.text(message, 17, text(r.reply().toString()));
        Sqlite.text(message, 18, text(r.ruling().detail()));
        Sqlite.text(message, 19, observed(r.observed()));
        Sqlite.text(message, 20, null);
        message.addBatch();
        screening(r.screening());
    }

    private void screening(@Nullable Screening looked) throws SQLException {
        if (looked != null) {
            screening.setLong(1, seq);
            screening.setString(2, ScreeningJson.of(looked));
            screening.addBatch();
        }
    }

    private void add(JournalEvent.Attempt a) throws SQLException {
        delivery(a, a.id(), ids.address(a.recipient()), a.outcome(), a.reply());
        delivery.setInt(6, ids.word(a.downstream()));
        delivery.setInt(7, a.attempt());
        delivery.setLong(8, a.took().toMillis());
        Sqlite.number(delivery, 9, (int) a.retryAfter().toSeconds());
        Sqlite.text(delivery, 10, text(a.duplicate()));
        Sqlite.text(delivery, 11, text(a.way()));
        delivery.addBatch();
    }

    private void add(JournalEvent.Progress p) throws SQLException {
        delivery(p, p.id(), 0, p.kind().word(), p.text());
        for (int column = 6; column <= 9; column++) {
            Sqlite.number(delivery, column, 0);
        }
        Sqlite.text(delivery, 10, null);
        Sqlite.text(delivery, 11, null);
        delivery.addBatch();
    }

    private void delivery(JournalEvent event, QueueId id, int address, String outcome, String reply)
            throws SQLException {
        delivery.setLong(1, seq);
        delivery.setLong(2, event.at().toEpochMilli());
        delivery.setString(3, id.toString());
        Sqlite.number(delivery, 4, address);
        delivery.setInt(5, ids.word(outcome));
        Sqlite.text(delivery, 12, text(reply));
    }

    private void add(JournalEvent.Connection c) throws SQLException {
        connection.setLong(1, seq);
        connection.setLong(2, c.at().toEpochMilli());
        client(connection, 3, c.client());
        connection.setInt(7, ids.word(c.outcome()));
        connection.setLong(8, c.lasted().toMillis());
        connection.setInt(9, c.accepted());
        connection.setInt(10, c.refused());
        connection.addBatch();
    }

    private void add(JournalEvent.Operation o) throws SQLException {
        operation.setLong(1, seq);
        operation.setLong(2, o.at().toEpochMilli());
        operation.setString(3, o.who());
        operation.setString(4, o.action());
        Sqlite.text(operation, 5, o.plan());
        operation.setInt(6, o.count());
        Sqlite.text(operation, 7, text(o.why()));
        operation.addBatch();
        for (QueueId id : o.ids()) {
            entry.setString(1, id.toString());
            entry.setLong(2, seq);
            entry.addBatch();
        }
    }

    private void note(JournalEvent event, String kind, String detail) throws SQLException {
        note.setLong(1, seq);
        note.setLong(2, event.at().toEpochMilli());
        note.setString(3, kind);
        note.setString(4, cut(privacy.blotted(detail)));
        note.addBatch();
    }

    private void client(PreparedStatement s, int first, Client who) throws SQLException {
        int id = ids.client(who.address());
        InetAddress peer = who.peer();
        s.setInt(first, id);
        s.setInt(first + 1, peer.equals(who.address()) ? id : ids.client(peer));
        Sqlite.number(s, first + 2, ids.name(who.helo()));
        s.setInt(first + 3, who.tls() ? 1 : 0);
    }

    private void ruling(PreparedStatement s, int first, Ruling ruling, long revision)
            throws SQLException {
        s.setInt(first, ids.word(ruling.rule()));
        s.setInt(first + 1, ids.word(ruling.reason()));
        s.setLong(first + 2, revision);
    }

    private int sender(ReversePath from) throws SQLException {
        return switch (from) {
            case ReversePath.Null nobody -> ids.nullAddress();
            case ReversePath.Mailbox(EmailAddress address) -> ids.address(address);
        };
    }

    /** The word of metrics and log for what became of it. */
    private static String word(Ruling ruling, SmtpReply reply) {
        return (reply.isPositive() ? ruling.disposition() : refusal(reply)).outcome();
    }

    private static Disposition refusal(SmtpReply reply) {
        return reply.isTransient() ? Disposition.DEFER : Disposition.REJECT;
    }

    private static @Nullable String observed(List<Ruling> observed) {
        return observed.isEmpty()
                ? null
                : observed.stream()
                        .map(r -> r.rule() + " would " + r.disposition().word() + ": " + r.reason())
                        .collect(Collectors.joining("; "));
    }

    private String text(String text) {
        return cut(privacy.blotted(text));
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
    }

    private void pair(int address) {
        if (pairCount + 2 > pairs.length) {
            pairs = Arrays.copyOf(pairs, pairs.length * 2);
        }
        pairs[pairCount++] = address;
        pairs[pairCount++] = seq;
    }

    private void recipients() throws SQLException {
        List<long[]> sorted = new ArrayList<>(pairCount / 2);
        for (int i = 0; i < pairCount; i += 2) {
            sorted.add(new long[] {pairs[i], pairs[i + 1]});
        }
        sorted.sort((a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[1], b[1]));
        for (long[] pair : sorted) {
            rcpt.setLong(1, pair[0]);
            rcpt.setLong(2, pair[1]);
            rcpt.addBatch();
        }
    }

    @Override
    public void close() throws SQLException {
        try (db) {
            ids.close();
            for (PreparedStatement s : statements) {
                s.close();
            }
        }
    }
}
