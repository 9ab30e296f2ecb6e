package org.postern.app.telemetry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.postern.core.mail.Domain;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.EntryBrief;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Route;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for each domain and each downstream, and whether one sender makes up most of it: from
 * the index, looked through every few seconds while somebody asks, and counted on between. Answers
 * from memory at once; the first look is taken in the background, until which nothing waits.
 *
 * <p>Thread-safe. Memory grows with the number of recipients' domains, not with the queue.
 */
public final class QueueLoads {
    private static final Logger LOG = LoggerFactory.getLogger(QueueLoads.class);
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** A look that took so long is not repeated before that many times its length. */
    private static final int PAUSE_FACTOR = 20;

    /** Entries that are read to find out who sends most: within 5 percent nearly always. */
    private static final int SAMPLE = 400;

    private static final Set<EntryState> WAITING =
            Set.of(EntryState.QUEUED, EntryState.DEFERRED, EntryState.HELD);

    private final Spool spool;
    private final Function<Domain, Optional<String>> route;
    private final Predicate<String> known;
    private final Metrics metrics;
    private final TimeSource time;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final AtomicBoolean looking = new AtomicBoolean();
    private final Set<String> gauges = ConcurrentHashMap.newKeySet();
    private volatile Look last;

    /**
     * What waits.
     *
     * @param messages entries
     * @param bytes their content
     */
    public record Load(long messages, long bytes) {}

    private static final class Sum {
        private final LongAdder messages = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        void add(long size) {
            messages.increment();
            bytes.add(size);
        }
    }

    /** One look, and what was accepted since. */
    private static final class Look {
        private final long atNanos;
        private final Map<String, Sum> domains = new ConcurrentHashMap<>();
        private final Map<String, Integer> oldest = new HashMap<>();
        private double topSenderShare;
        private long tookNanos;

        Look(long atNanos) {
            this.atNanos = atNanos;
        }

        void add(String domain, long size) {
            domains.computeIfAbsent(domain, d -> new Sum()).add(size);
        }
    }

    /**
     * @param route the downstream of a domain
     * @param known whether there is a downstream of this name now
     */
    public QueueLoads(
            Spool spool,
            Function<Domain, Optional<String>> route,
            Predicate<String> known,
            Metrics metrics,
            TimeSource time) {
        this.spool = spool;
        this.route = route;
        this.known = known;
        this.metrics = metrics;
        this.time = time;
        this.last = new Look(time.nanoTime() - FRESH.toNanos());
        metrics.gauge("queue.top.sender.share", this::topSenderShare);
        refreshIfOld();
    }

    /** Shows the oldest age of these downstreams, those known before too. */
    public void show(Iterable<String> downstreams) {
        for (String name : downstreams) {
            if (gauges.add(name)) {
                metrics.gauge(
                        "queue.oldest.age.seconds",
                        () -> oldestAgeSeconds(name),
                        "downstream",
                        name);
            }
        }
    }

    /** What waits for a domain, in A-labels. */
    public Load of(String domain) {
        refreshIfOld();
        Sum sum = last.domains.get(domain);
        return sum == null ? new Load(0, 0) : new Load(sum.messages.sum(), sum.bytes.sum());
    }

    /** A message was accepted. */
    public void accepted(Envelope envelope, long size) {
        Look look = last;
        if (envelope.recipients().size() == 1) {
            look.add(envelope.recipients().getFirst().address().host().ascii(), size);
            return;
        }
        Set<String> domains = new HashSet<>();
        for (Recipient r : envelope.recipients()) {
            domains.add(r.address().host().ascii());
        }
        domains.forEach(d -> look.add(d, size));
    }

    /** Age of the oldest entry that waits for a downstream, 0 when there is none. */
    public double oldestAgeSeconds(String downstream) {
        refreshIfOld();
        return last.oldest.getOrDefault(downstream, 0);
    }

    /** The share of the most frequent sender in what waits, 0 to 1, by a sample of it. */
    public double topSenderShare() {
        refreshIfOld();
        return last.topSenderShare;
    }

    private void refreshIfOld() {
        Look look = last;
        long due = Math.max(FRESH.toNanos(), PAUSE_FACTOR * look.tookNanos);
        if (time.nanoTime() - look.atNanos >= due && looking.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("queue-loads")
                    .start(() -> {
                        try {
                            refresh();
                        } catch (RuntimeException e) {
                            LOG.warn("what waits could not be counted: {}", e.getMessage(), e);
                        } finally {
                            looking.set(false);
                        }
                    });
        }
    }

    /** Looks through the index, here and now. */
    void refresh() {
        Look look = new Look(time.nanoTime());
        Map<String, String> downstreamOf = new HashMap<>();
        List<QueueId> sample = new ArrayList<>(SAMPLE);
        long[] total = {0};
        spool.survey(
                WAITING,
                entry -> {
                    count(look, entry, downstreamOf);
                    // each entry has the same chance to be in the sample, however many follow
                    long seen = ++total[0];
                    if (sample.size() < SAMPLE) {
                        sample.add(entry.id());
                    } else if (random.nextLong(seen) < SAMPLE) {
                        sample.set(random.nextInt(SAMPLE), entry.id());
                    }
                });
        look.topSenderShare = topShare(sample);
        look.tookNanos = time.nanoTime() - look.atNanos;
        last = look;
    }

    private void count(Look look, EntryBrief entry, Map<String, String> downstreamOf) {
        for (String domain : Route.hosts(entry.route())) {
            look.add(domain, entry.size());
        }
        if (entry.state() != EntryState.HELD) {
            for (String part : Route.parts(entry.route())) {
                String downstream = downstreamOf.computeIfAbsent(part, this::downstream);
                look.oldest.merge(downstream, entry.ageSeconds(), Math::max);
            }
        }
    }

    private String downstream(String part) {
        String own = Route.downstream(part);
        if (own != null && known.test(own)) {
            return own;
        }
        try {
            return route.apply(Domain.parse(Route.host(part))).orElse("");
        } catch (InvalidAddressException e) {
            return ""; // an address literal, or a route that the index has no room for
        }
    }

    private double topShare(List<QueueId> sample) {
        Map<String, Integer> senders = new HashMap<>();
        int read = 0;
        for (QueueId id : sample) {
            try {
                Optional<QueueEntry> entry = spool.find(id);
                if (entry.isPresent()) {
                    read++;
                    senders.merge(entry.get().envelope().reversePath().toString(), 1, Integer::sum);
                }
            } catch (SpoolException e) {
                LOG.debug("{} cannot be read, and is left out: {}", id, e.getMessage(), e);
            }
        }
        int most = senders.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return read == 0 ? 0 : (double) most / read;
    }
}
