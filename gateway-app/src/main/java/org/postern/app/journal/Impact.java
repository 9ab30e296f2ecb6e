package org.postern.app.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How many messages a selection means, and whom they were for: counted by disposition, reason,
 * rule, sender's domain, client, recipient and hour. Days are read side by side; memory grows with
 * the number of different recipients and clients, not with that of messages. Immutable once made.
 */
public final class Impact {
    private static final long HOUR = 3_600_000;

    /** Threads that read; more than the machine has cores gain nothing. */
    private static final int READERS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

    private long messages;
    private final Map<String, Long> dispositions = new HashMap<>();
    private final Map<String, Long> reasons = new HashMap<>();
    private final Map<String, Long> rules = new HashMap<>();
    private final Map<String, Long> senderDomains = new HashMap<>();
    private final Map<String, Long> clients = new HashMap<>();
    private final Map<String, Hit> recipients = new HashMap<>();
    private final TreeMap<Long, Long> hours = new TreeMap<>();

    private Impact() {}

    /**
     * What a recipient was hit by.
     *
     * @param messages how many messages
     * @param first the first of them, milliseconds since 1970
     * @param last the last of them
     */
    public record Hit(long messages, long first, long last) {
        private Hit plus(Hit other) {
            return new Hit(
                    messages + other.messages,
                    Math.min(first, other.first),
                    Math.max(last, other.last));
        }
    }

    /** Counts what is meant. */
    public static Impact of(JournalReader journal, JournalSelection selection)
            throws JournalException {
        Impact impact = new Impact();
        List<DayFiles.DayFile> files = journal.filesOf(selection);
        try (ExecutorService readers =
                Executors.newFixedThreadPool(Math.clamp(files.size(), 1, READERS))) {
            List<Future<Boolean>> days =
                    files.stream()
                            .map(file ->
                                    readers.submit(() ->
                                            journal.ask(
                                                    file, (db, f) -> impact.count(db, selection))))
                            .toList();
            for (Future<Boolean> day : days) {
                day.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof JournalException j) {
                throw j;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JournalException("interrupted", e);
        }
        return impact;
    }

    private boolean count(Connection db, JournalSelection selection) throws SQLException {
        Day day = new Day();
        day.scan(db, selection);
        Map<Integer, String> words = texts(db, "SELECT id, text FROM word");
        Map<String, Long> domains = day.senderDomains(db);
        Map<String, Hit> hit = day.recipients(db);
        Map<String, Long> seenClients = day.clients(db);
        synchronized (this) {
            messages += day.messages;
            add(dispositions, day.dispositions, words);
            add(reasons, day.reasons, words);
            add(rules, day.rules, words);
            domains.forEach((k, v) -> senderDomains.merge(k, v, Long::sum));
            seenClients.forEach((k, v) -> clients.merge(k, v, Long::sum));
            hit.forEach((k, v) -> recipients.merge(k, v, Hit::plus));
            day.hours.forEach((k, v) -> hours.merge(k, v, Long::sum));
        }
        return true;
    }

    private static void add(Map<String, Long> sum, long[] counts, Map<Integer, String> words) {
        for (int id = 0; id < counts.length; id++) {
            if (counts[id] > 0) {
                sum.merge(words.getOrDefault(id, "?"), counts[id], Long::sum);
            }
        }
    }

    private static Map<Integer, String> texts(Connection db, String sql) throws SQLException {
        Map<Integer, String> texts = new HashMap<>();
        try (Statement s = db.createStatement();
                ResultSet r = s.executeQuery(sql)) {
            while (r.next()) {
                texts.put(r.getInt(1), r.getString(2));
            }
        }
        return texts;
    }

    /** The counts of one file, by the numbers that things have in it. Used by one thread. */
    private static final class Day {
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

        void scan(Connection db, JournalSelection selection) throws SQLException {
            // a text in rcpts is a list: told by the negative sequence, and read apart
            String sql =
                    "SELECT at, disposition, reason, rule, coalesce(sender, 0), client,"
                            + " CASE typeof(rcpts) WHEN 'text' THEN -seq ELSE coalesce(rcpts, 0)"
                            + " END FROM message WHERE "
                            + selection.where();
            try (PreparedStatement s = db.prepareStatement(sql);
                    PreparedStatement several =
                            db.prepareStatement("SELECT rcpts FROM message WHERE seq = ?")) {
                JournalReader.bind(s, selection.values());
                long hour = Long.MIN_VALUE;
                long inHour = 0;
                try (ResultSet r = s.executeQuery()) {
                    while (r.next()) {
                        messages++;
                        long at = r.getLong(1);
                        if (at / HOUR != hour) {
                            if (inHour > 0) {
                                hours.merge(hour, inHour, Long::sum);
                            }
                            hour = at / HOUR;
                            inHour = 0;
                        }
                        inHour++;
                        dispositions = plus(dispositions, r.getInt(2));
                        reasons = plus(reasons, r.getInt(3));
                        rules = plus(rules, r.getInt(4));
                        senders = plus(senders, r.getInt(5));
                        clients = plus(clients, r.getInt(6));
                        long to = r.getLong(7);
                        if (to > 0) {
                            hit((int) to, at);
                        } else if (to < 0) {
                            severalHit(several, -to, at);
                        }
                    }
                }
                if (inHour > 0) {
                    hours.merge(hour, inHour, Long::sum);
                }
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

        private void severalHit(PreparedStatement several, long seq, long at) throws SQLException {
            several.setLong(1, seq);
            try (ResultSet r = several.executeQuery()) {
                if (r.next()) {
                    for (String id : r.getString(1).split(",", -1)) {
                        hit(Integer.parseInt(id), at);
                    }
                }
            }
        }

        private void hit(int id, long at) {
            if (id >= hits.length) {
                hits = grown(hits, id);
                first = grown(first, id);
                last = grown(last, id);
            }
            if (hits[id]++ == 0) {
                first[id] = at;
            }
            first[id] = Math.min(first[id], at);
            last[id] = Math.max(last[id], at);
        }

        Map<String, Long> senderDomains(Connection db) throws SQLException {
            Map<Integer, String> names = texts(db, "SELECT id, text FROM name");
            Map<String, Long> domains = new HashMap<>();
            try (Statement s = db.createStatement();
                    ResultSet r = s.executeQuery("SELECT id, domain FROM address")) {
                while (r.next()) {
                    int id = r.getInt(1);
                    if (id < senders.length && senders[id] > 0) {
                        String domain = names.getOrDefault(r.getInt(2), "");
                        domains.merge(domain.isEmpty() ? "<>" : domain, senders[id], Long::sum);
                    }
                }
            }
            return domains;
        }

        Map<String, Hit> recipients(Connection db) throws SQLException {
            Map<String, Hit> found = new HashMap<>();
            try (Statement s = db.createStatement();
                    ResultSet r = s.executeQuery("SELECT id, text FROM address")) {
                while (r.next()) {
                    int id = r.getInt(1);
                    if (id < hits.length && hits[id] > 0) {
                        found.put(r.getString(2), new Hit(hits[id], first[id], last[id]));
                    }
                }
            }
            return found;
        }

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
    }

    /**
     * A value and how many messages have it.
     *
     * @param value such as a reason
     * @param messages how many
     */
    public record Count(String value, long messages) {}

    private static List<Count> sorted(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(e -> new Count(e.getKey(), e.getValue()))
                .sorted(
                        Comparator.comparingLong(Count::messages)
                                .reversed()
                                .thenComparing(Count::value))
                .toList();
    }

    /** Messages and refusals that are meant. */
    public long messages() {
        return messages;
    }

    /** By what became of them, the most first, as all that follow. */
    public List<Count> dispositions() {
        return sorted(dispositions);
    }

    /** By reason code. */
    public List<Count> reasons() {
        return sorted(reasons);
    }

    /** By rule. */
    public List<Count> rules() {
        return sorted(rules);
    }

    /** By the envelope sender's domain; {@code <>} is the null reverse-path. */
    public List<Count> senderDomains() {
        return sorted(senderDomains);
    }

    /** By client address. */
    public List<Count> clients() {
        return sorted(clients);
    }

    /** Recipients, as they stand in the journal, with what hit them. */
    public Map<String, Hit> recipients() {
        return recipients;
    }

    /** Messages by the hour in which they came, in order of time. */
    public Map<Instant, Long> hours() {
        TreeMap<Instant, Long> out = new TreeMap<>();
        hours.forEach((hour, count) -> out.put(Instant.ofEpochMilli(hour * HOUR), count));
        return out;
    }
}
