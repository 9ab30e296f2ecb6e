package org.postern.app.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
    /** Threads that read; more than the machine has cores gain nothing. */
    private static final int READERS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

    private long messages;
    private final Map<String, Long> dispositions = new HashMap<>();
    private final Map<String, Long> reasons = new HashMap<>();
    private final Map<String, Long> rules = new HashMap<>();
    private final Map<String, Long> senderDomains = new HashMap<>();
    private final Map<String, Long> clients = new HashMap<>();
    private final Map<String, Hit> recipients = new ConcurrentHashMap<>();
    private final TreeMap<Long, Long> hours = new TreeMap<>();
    private final Map<String, Long> observed = new HashMap<>();

    private Impact() {}

    /**
     * What a recipient was hit by.
     *
     * @param messages how many messages
     * @param first the first of them, milliseconds since 1970
     * @param last the last of them
     */
    public record Hit(long messages, long first, long last) {
        Hit plus(Hit other) {
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
            List<Future<?>> days = new ArrayList<>();
            for (DayFiles.DayFile file : files) {
                days.add(
                        readers.submit(() ->
                                journal.ask(file, (db, f) -> impact.count(db, f, selection))));
            }
            for (Future<?> day : days) {
                day.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JournalException("interrupted", e);
        }
        return impact;
    }

    private void count(Connection db, DayFiles.DayFile file, JournalSelection selection)
            throws SQLException {
        ImpactOfDay day = new ImpactOfDay();
        day.scan(db, file.day(), selection);
        Map<Integer, String> words = ImpactOfDay.texts(db, "SELECT id, text FROM word");
        Map<String, Long> seenClients = day.clients(db);
        Map<String, Long> would = day.observed(db, selection);
        // of its own until the whole file is read: one that breaks off is in no part of the answer
        Map<String, Hit> hits = new HashMap<>();
        Map<String, Long> domains =
                day.addresses(db, (address, hit) -> hits.merge(address, hit, Hit::plus));
        synchronized (this) {
            hits.forEach((address, hit) -> recipients.merge(address, hit, Hit::plus));
            messages += day.messages();
            add(dispositions, day.dispositions(), words);
            add(reasons, day.reasons(), words);
            add(rules, day.rules(), words);
            domains.forEach((k, v) -> senderDomains.merge(k, v, Long::sum));
            seenClients.forEach((k, v) -> clients.merge(k, v, Long::sum));
            would.forEach((k, v) -> observed.merge(k, v, Long::sum));
            day.hours().forEach((k, v) -> hours.merge(k, v, Long::sum));
        }
    }

    private static void add(Map<String, Long> sum, long[] counts, Map<Integer, String> words) {
        for (int id = 0; id < counts.length; id++) {
            if (counts[id] > 0) {
                sum.merge(words.getOrDefault(id, "?"), counts[id], Long::sum);
            }
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

    /** By what rules in mode observe would have done; only where the selection asks for it. */
    public List<Count> observed() {
        return sorted(observed);
    }

    /** By the envelope sender's domain; {@code <>} is the null reverse-path. */
    public List<Count> senderDomains() {
        return sorted(senderDomains);
    }

    /** By client address. */
    public List<Count> clients() {
        return sorted(clients);
    }

    /** The recipients that were hit most, at most {@code limit} of them, the most first. */
    public List<Count> topRecipients(int limit) {
        Comparator<Count> mostFirst =
                Comparator.comparingLong(Count::messages).reversed().thenComparing(Count::value);
        PriorityQueue<Count> top = new PriorityQueue<>(mostFirst.reversed());
        recipients.forEach((address, hit) -> {
            Count least = top.size() < limit ? null : top.peek();
            if (least != null && hit.messages() < least.messages()) {
                return;
            }
            top.add(new Count(address, hit.messages()));
            if (top.size() > limit) {
                top.poll();
            }
        });
        return top.stream().sorted(mostFirst).toList();
    }

    /** Recipients, as they stand in the journal, with what hit them. */
    public Map<String, Hit> recipients() {
        return recipients;
    }

    /** Messages by the hour in which they came, in order of time. */
    public Map<Instant, Long> hours() {
        TreeMap<Instant, Long> out = new TreeMap<>();
        hours.forEach(
                (hour, count) -> out.put(Instant.ofEpochMilli(hour * ImpactOfDay.HOUR), count));
        return out;
    }
}
