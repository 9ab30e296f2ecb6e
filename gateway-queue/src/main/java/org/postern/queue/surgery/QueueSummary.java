package org.postern.queue.surgery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.Recipient;
import org.postern.queue.spool.EntryBrief;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Route;

/**
 * Counts entries by recipient's domain and age, one after another, in memory that grows with the
 * number of domains alone. An entry for several domains counts for each of them and once in the
 * total. Not thread-safe.
 */
public final class QueueSummary {
    /** The ages between the columns. */
    public static final List<Duration> AGES =
            List.of(
                    Duration.ofMinutes(5),
                    Duration.ofHours(1),
                    Duration.ofHours(6),
                    Duration.ofDays(1),
                    Duration.ofDays(3));

    private static final int COLUMNS = 6;
    private static final String ELSEWHERE = "(others)";

    private final Map<String, Count> domains = new HashMap<>();
    private final Count total = new Count();
    private String lastRoute = "";
    private List<Count> lastCounts = List.of();

    private static final class Count {
        private final long[] byAge = new long[COLUMNS];
        private final long[] byState = new long[EntryState.values().length];
        private long bytes;
        private long oldestSeconds;

        void add(EntryState state, long seconds, long size) {
            int column = 0;
            while (column < AGES.size() && seconds >= AGES.get(column).toSeconds()) {
                column++;
            }
            byAge[column]++;
            byState[state.code()]++;
            bytes += size;
            oldestSeconds = Math.max(oldestSeconds, seconds);
        }

        Row row(String domain) {
            return new Row(
                    domain,
                    Arrays.stream(byAge).boxed().toList(),
                    Arrays.stream(byState).boxed().toList(),
                    bytes,
                    Duration.ofSeconds(oldestSeconds));
        }
    }

    /**
     * What waits for one domain.
     *
     * @param domain A-labels, or words for what is not told apart
     * @param byAge entries younger than the first of {@link #AGES}, from there to the second, and
     *     so on; the last are older than all
     * @param byState entries by {@link EntryState#code()}
     * @param bytes their content
     * @param oldest age of the oldest
     */
    public record Row(
            String domain, List<Long> byAge, List<Long> byState, long bytes, Duration oldest) {
        public Row {
            byAge = List.copyOf(byAge);
            byState = List.copyOf(byState);
        }

        /** All entries. */
        public long messages() {
            return byAge.stream().mapToLong(Long::longValue).sum();
        }

        /** Entries in one state. */
        public long count(EntryState state) {
            return byState.get(state.code());
        }
    }

    /** Counts an entry as the index knows it. */
    public void add(EntryBrief entry) {
        if (!entry.route().equals(lastRoute) || lastCounts.isEmpty()) {
            // queues come in runs for one domain: no look-up for most
            lastRoute = entry.route();
            lastCounts = new ArrayList<>();
            for (String domain : Route.hosts(lastRoute)) {
                lastCounts.add(count(domain.isEmpty() ? ELSEWHERE : domain));
            }
        }
        for (Count count : lastCounts) {
            count.add(entry.state(), entry.ageSeconds(), entry.size());
        }
        total.add(entry.state(), entry.ageSeconds(), entry.size());
    }

    /** Counts an entry that was read. */
    public void add(QueueEntry entry) {
        long seconds = entry.age().toSeconds();
        entry.envelope().recipients().stream()
                .map((Recipient r) -> r.address().host().ascii())
                .distinct()
                .forEach(d -> count(d).add(entry.state(), seconds, entry.size()));
        total.add(entry.state(), seconds, entry.size());
    }

    private Count count(String domain) {
        return domains.computeIfAbsent(domain, d -> new Count());
    }

    /** Every domain, that with the most entries first. */
    public List<Row> rows() {
        return domains.entrySet().stream()
                .map(e -> e.getValue().row(e.getKey()))
                .sorted(
                        Comparator.comparingLong(Row::messages)
                                .reversed()
                                .thenComparing(Row::domain))
                .toList();
    }

    /** All entries, each once. */
    public Row total() {
        return total.row("total");
    }
}
