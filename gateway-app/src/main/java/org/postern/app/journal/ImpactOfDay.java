package org.postern.app.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The counts of one file, by the numbers that things have in it. A call into SQLite for each value
 * of each row costs ten times what the row itself does, so rows come some thousands at a time, as
 * one text of numbers. Used by one thread.
 */
final class ImpactOfDay {
    /** Milliseconds of an hour. */
    static final long HOUR = 3_600_000;

    /** Rows in one text, at most. */
    private static final int CHUNK = 8_192;

    private static final int WORD_BITS = 20;
    private static final long WORD = (1L << WORD_BITS) - 1;
    private static final int CLIENT_BITS = 31;
    private static final long CLIENT = (1L << CLIENT_BITS) - 1;

    private long messages;
    private long[] dispositions = new long[64];
    private long[] reasons = new long[64];
    private long[] rules = new long[64];
    private long[] senders = new long[1_024];
    private long[] clients = new long[1_024];
    private long[] hits = new long[1_024];
    private long[] first = new long[1_024];
    private long[] last = new long[1_024];
    private final Map<Long, Long> hours = new HashMap<>();
    private long hour = Long.MIN_VALUE;
    private long inHour;

    /** Counts the messages of a file that are meant. */
    void scan(Connection db, LocalDate day, JournalSelection selection) throws SQLException {
        long begin = day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        String rows =
                "SELECT group_concat((at - %d) || ' ' || (disposition | (reason << %d) | (rule << %d))"
                                .formatted(begin, WORD_BITS, 2 * WORD_BITS)
                        + " || ' ' || ((coalesce(sender, 0) << %d) | client) || ' '"
                                .formatted(CLIENT_BITS)
                        + " || coalesce(rcpts, 0), ';') FROM message ";
        if (selection.isNamed()) {
            // what has a name is found by its index
            String sql = rows + "WHERE " + selection.where() + " GROUP BY seq / " + CHUNK;
            try (PreparedStatement s = db.prepareStatement(sql)) {
                read(s, selection.values(), begin);
            }
        } else {
            inOrder(db, rows, selection, begin);
        }
        endHour();
    }

    /** What rules in mode observe would have done, by rule. */
    Map<String, Long> observed(Connection db, JournalSelection selection) throws SQLException {
        Map<String, Long> rules = new HashMap<>();
        if (!selection.asksForObserved()) {
            return rules;
        }
        String sql =
                "SELECT observed, count(*) FROM message WHERE observed IS NOT NULL AND "
                        + selection.where()
                        + " GROUP BY observed";
        try (PreparedStatement s = db.prepareStatement(sql)) {
            JournalReader.bind(s, selection.values());
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    for (String one : r.getString(1).split("; ", -1)) {
                        rules.merge(one, r.getLong(2), Long::sum);
                    }
                }
            }
        }
        return rules;
    }

    /** Reads the table from the first row that may be meant to the last. */
    private void inOrder(Connection db, String rows, JournalSelection selection, long begin)
            throws SQLException {
        long from = 0;
        long to = -1;
        try (PreparedStatement s =
                db.prepareStatement(
                        "SELECT min(seq), max(seq) FROM message WHERE " + selection.times())) {
            JournalReader.bind(s, selection.timeValues());
            try (ResultSet r = s.executeQuery()) {
                if (r.next() && r.getObject(1) != null) {
                    from = r.getLong(1);
                    to = r.getLong(2);
                }
            }
        }
        String sql = rows + "NOT INDEXED WHERE " + selection.where() + " AND seq BETWEEN ? AND ?";
        try (PreparedStatement s = db.prepareStatement(sql)) {
            for (long chunk = from; chunk <= to; chunk += CHUNK) {
                List<Object> values = new ArrayList<>(selection.values());
                values.add(chunk);
                values.add(Math.min(chunk + CHUNK - 1, to));
                read(s, values, begin);
            }
        }
    }

    private void read(PreparedStatement s, List<Object> values, long begin) throws SQLException {
        JournalReader.bind(s, values);
        try (ResultSet r = s.executeQuery()) {
            while (r.next()) {
                rows(new Digits(JournalReader.orEmpty(r.getString(1))), begin);
            }
        }
    }

    private void rows(Digits text, long begin) {
        while (text.more()) {
            messages++;
            long at = begin + text.next();
            if (Math.floorDiv(at, HOUR) != hour) {
                endHour();
                hour = Math.floorDiv(at, HOUR);
            }
            inHour++;
            long decided = text.next();
            dispositions = plus(dispositions, (int) (decided & WORD));
            reasons = plus(reasons, (int) ((decided >> WORD_BITS) & WORD));
            rules = plus(rules, (int) (decided >> (2 * WORD_BITS)));
            long who = text.next();
            senders = plus(senders, (int) (who >> CLIENT_BITS));
            clients = plus(clients, (int) (who & CLIENT));
            do {
                int recipient = (int) text.next();
                if (recipient > 0) {
                    hit(recipient, at);
                }
            } while (text.more() && text.before(','));
        }
    }

    private void endHour() {
        if (inHour > 0) {
            hours.merge(hour, inHour, Long::sum);
            inHour = 0;
        }
    }

    private static long[] plus(long[] counts, int id) {
        long[] room = id < counts.length ? counts : grown(counts, id);
        room[id]++;
        return room;
    }

    private static long[] grown(long[] counts, int id) {
        return Arrays.copyOf(counts, Math.max(id + 1, counts.length * 2));
    }

    private void hit(int id, long at) {
        if (id >= hits.length) {
            hits = grown(hits, id);
            first = grown(first, id);
            last = grown(last, id);
        }
        first[id] = hits[id] == 0 ? at : Math.min(first[id], at);
        last[id] = Math.max(last[id], at);
        hits[id]++;
    }

    /**
     * Reads the addresses once.
     *
     * @param hit gets each recipient that was hit, and what hit it
     * @return messages by the sender's domain
     */
    Map<String, Long> addresses(Connection db, BiConsumer<String, Impact.Hit> hit)
            throws SQLException {
        Map<Integer, Long> byName = new HashMap<>();
        // numbers are given from 1 on without gaps but for what was rolled back
        int end = Math.max(highest(senders), highest(hits));
        try (PreparedStatement s =
                db.prepareStatement(
                        "SELECT group_concat(id || ' ' || domain || ' ' || text, char(10)) FROM"
                                + " address WHERE id >= ? AND id < ?")) {
            for (int from = 0; from <= end; from += CHUNK) {
                s.setInt(1, from);
                s.setInt(2, from + CHUNK);
                try (ResultSet r = s.executeQuery()) {
                    @Nullable String text = r.next() ? r.getString(1) : null;
                    if (text != null) {
                        addresses(new Digits(text), byName, hit);
                    }
                }
            }
        }
        Map<Integer, String> names = texts(db, "SELECT id, text FROM name");
        Map<String, Long> domains = new HashMap<>();
        byName.forEach((id, count) -> {
            String name = names.getOrDefault(id, "");
            domains.merge(name.isEmpty() ? "<>" : name, count, Long::sum);
        });
        return domains;
    }

    private void addresses(
            Digits text, Map<Integer, Long> byName, BiConsumer<String, Impact.Hit> hit) {
        while (text.more()) {
            int id = (int) text.next();
            int domain = (int) text.next();
            if (id < senders.length && senders[id] > 0) {
                byName.merge(domain, senders[id], Long::sum);
            }
            if (id < hits.length && hits[id] > 0) {
                hit.accept(text.line(), new Impact.Hit(hits[id], first[id], last[id]));
            } else {
                text.skipLine();
            }
        }
    }

    private static int highest(long[] counts) {
        int id = counts.length - 1;
        while (id > 0 && counts[id] == 0) {
            id--;
        }
        return id;
    }

    /** Messages by client. */
    Map<String, Long> clients(Connection db) throws SQLException {
        Map<String, Long> found = new HashMap<>();
        texts(db, "SELECT id, text FROM client")
                .forEach((id, text) -> {
                    if (id < clients.length && clients[id] > 0) {
                        found.put(text, clients[id]);
                    }
                });
        return found;
    }

    /** Every text of a table by its number. */
    static Map<Integer, String> texts(Connection db, String sql) throws SQLException {
        Map<Integer, String> texts = new HashMap<>();
        try (Statement s = db.createStatement();
                ResultSet r = s.executeQuery(sql)) {
            while (r.next()) {
                texts.put(r.getInt(1), r.getString(2));
            }
        }
        return texts;
    }

    long messages() {
        return messages;
    }

    long[] dispositions() {
        return dispositions;
    }

    long[] reasons() {
        return reasons;
    }

    long[] rules() {
        return rules;
    }

    Map<Long, Long> hours() {
        return hours;
    }
}
