package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.postern.app.admin.Human;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.reputation.DeferralShares;
import org.postern.core.reputation.Volumes;
import org.postern.core.time.TimeSource;
import org.postern.queue.schedule.RelayEvent;
import org.postern.queue.schedule.RelayListener;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.surgery.Surgeon;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the mail of a sender, sender domain or client that suddenly sends far more than it ever
 * has, or of whose mail the stores put off a far greater share than ever: what comes is taken and
 * held, what is queued is held too, nothing is refused or dropped. The hold ends by itself, and
 * what a person has not dropped by then is delivered; a person can release it sooner. Off unless
 * {@code reputation.anomaly-messages} or {@code reputation.anomaly-deferrals} is set. Thread-safe.
 */
public final class AnomalousSenders implements RelayListener {
    /** The rule's name, with which the reason of a held entry begins. */
    public static final String RULE = "anomalous-sender";

    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final int MAX_HELD = 10_000;
    private static final int CHANGED_AT_ONCE = 1_000;

    private static final String REASON = ": reputation.anomaly";

    /** Before the end of a hold in the reason of an entry that was queued when the hold began. */
    private static final String UNTIL = RULE + " until ";

    private final Supplier<ReputationConfig> config;
    private final Metrics metrics;
    private final TimeSource time;
    private final Volumes volumes;
    private final DeferralShares deferrals;
    private final Set<String> begun = ConcurrentHashMap.newKeySet();
    // what an earlier run held is looked for once
    private volatile boolean mayHold = true;
    private final Map<String, Long> heldUntilNanos =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
                    return size() > MAX_HELD;
                }
            };

    /**
     * @param config the settings of this moment
     */
    public AnomalousSenders(Supplier<ReputationConfig> config, Metrics metrics, TimeSource time) {
        this.config = config;
        this.metrics = metrics;
        this.time = time;
        this.volumes = new Volumes(config, time);
        this.deferrals = new DeferralShares(config, time);
        metrics.gauge("reputation.anomalies", this::held);
    }

    /** How many are on hold now. */
    public int held() {
        synchronized (heldUntilNanos) {
            heldUntilNanos.values().removeIf(until -> until - time.nanoTime() <= 0);
            return heldUntilNanos.size();
        }
    }

    /**
     * Counts a message that is about to be accepted.
     *
     * @return why it is to be held, if it is
     */
    public Optional<String> judge(InetAddress client, ReversePath from) {
        Optional<String> why = Optional.empty();
        for (String key : keys(Ip.text(client), from)) {
            volumes.accepted(key)
                    .ifPresent(burst ->
                            begin(
                                    key,
                                    "sent "
                                            + burst.count()
                                            + " messages within the hour, "
                                            + burst.usual()
                                            + " at most before"));
            if (isHeld(key)) {
                why = Optional.of(key);
            }
        }
        return why;
    }

    private static List<String> keys(String client, ReversePath from) {
        List<String> keys = new ArrayList<>();
        keys.add("client " + client);
        if (from instanceof ReversePath.Mailbox mailbox) {
            keys.add("sender " + mailbox.address().key());
            keys.add("domain " + mailbox.address().host().ascii().toLowerCase(Locale.ROOT));
        }
        return keys;
    }

    @Override
    public void outcome(RelayEvent event) {
        ReversePath from = event.entry().envelope().reversePath();
        boolean answered = event.via().trouble().isEmpty();
        if (event.attempt() != 1 || !answered || from.isNull()) {
            return;
        }
        boolean deferred = event.outcome() == RelayEvent.Outcome.DEFERRED;
        deferrals.attempted(deferred);
        for (String key : keys(event.entry().clientAddress(), from)) {
            deferrals
                    .attempted(key, deferred)
                    .ifPresent(surge ->
                            begin(
                                    key,
                                    "the stores put off "
                                            + surge.deferred()
                                            + " of its "
                                            + surge.tried()
                                            + " messages within the hour, "
                                            + Math.round(surge.usual() * 100)
                                            + " % before"));
        }
    }

    private boolean isHeld(String key) {
        synchronized (heldUntilNanos) {
            Long until = heldUntilNanos.get(key);
            return until != null && until - time.nanoTime() > 0;
        }
    }

    private void begin(String key, String what) {
        Duration hold = config.get().anomalyHold();
        synchronized (heldUntilNanos) {
            if (isHeld(key)) {
                return;
            }
            heldUntilNanos.remove(key);
            heldUntilNanos.put(key, time.nanoTime() + hold.toNanos());
        }
        mayHold = true;
        begun.add(key);
        metrics.count("reputation.anomalies.begun", "of", key.substring(0, key.indexOf(' ')));
        LOG.error(
                "{}: {}: its mail is held for {}; look: postern queue list --state held --reason"
                        + " {}, let it go: postern queue release --reason {}, or drop it: postern"
                        + " queue drop --reason {}",
                key,
                what,
                Human.duration(hold),
                RULE,
                RULE,
                RULE);
    }

    /** Holds what was queued when a hold began, and lets go what has been held for its time. */
    void round(Spool spool) {
        holdQueued(spool);
        releaseExpired(spool);
    }

    private void holdQueued(Spool spool) {
        Set<String> keys = Set.copyOf(begun);
        if (keys.isEmpty()) {
            return;
        }
        List<QueueId> queued = new ArrayList<>();
        try (Stream<QueueEntry> entries =
                spool.entries(Set.of(EntryState.QUEUED, EntryState.DEFERRED))) {
            entries.filter(e -> isOf(e, keys))
                    .limit(CHANGED_AT_ONCE)
                    .map(QueueEntry::id)
                    .forEach(queued::add);
        }
        if (queued.size() < CHANGED_AT_ONCE) {
            begun.removeAll(keys); // else the rest is held in the next round
        }
        Instant until =
                time.instant().plus(config.get().anomalyHold()).truncatedTo(ChronoUnit.SECONDS);
        change(
                spool,
                queued,
                new Change.Hold("policy", UNTIL + until + REASON),
                "that were queued are held as anomalous");
    }

    private static boolean isOf(QueueEntry entry, Set<String> keys) {
        return keys(entry.clientAddress(), entry.envelope().reversePath()).stream()
                .anyMatch(keys::contains);
    }

    private static void change(Spool spool, List<QueueId> ids, Change change, String what) {
        if (ids.isEmpty()) {
            return;
        }
        try {
            LOG.warn("{} messages {}", spool.change(ids, change).size(), what);
        } catch (SpoolException e) {
            LOG.error("{} messages {}: failed: {}", ids.size(), what, e.getMessage());
        }
    }

    /** Not by a person; what one has dropped and brought back is where it was. */
    private static boolean isHeldByUs(QueueEntry entry) {
        return entry.reason().startsWith(RULE)
                || (RULE.equals(entry.notes().get("rule"))
                        && entry.reason().startsWith(Surgeon.UNDO));
    }

    private static boolean isOver(QueueEntry entry, Duration hold, Instant now) {
        String reason = entry.reason();
        if (!reason.startsWith(UNTIL) || !reason.endsWith(REASON)) {
            return entry.age().compareTo(hold) >= 0;
        }
        try {
            String until = reason.substring(UNTIL.length(), reason.length() - REASON.length());
            return !now.isBefore(Instant.parse(until));
        } catch (DateTimeParseException e) {
            return true; // not our words: nothing is held for ever
        }
    }

    private void releaseExpired(Spool spool) {
        if (!mayHold) {
            return; // to look through a million held entries for nothing is not free
        }
        boolean more = held() > 0;
        Duration hold = config.get().anomalyHold();
        Instant now = time.instant();
        List<QueueId> expired = new ArrayList<>();
        try (Stream<QueueEntry> entries = spool.entries(Set.of(EntryState.HELD))) {
            for (QueueEntry e : (Iterable<QueueEntry>) entries::iterator) {
                if (isHeldByUs(e)) {
                    more = true;
                    if (isOver(e, hold, now) && expired.size() < CHANGED_AT_ONCE) {
                        expired.add(e.id());
                    }
                }
            }
        }
        mayHold = more;
        change(
                spool,
                expired,
                new Change.Release("policy", false, "the hold has expired"),
                "held as anomalous are let go: their time is over");
    }

    void load(Path folder) throws IOException {
        volumes.load(folder.resolve("volumes.tsv"));
        deferrals.load(folder.resolve("deferrals.tsv"));
    }

    void save(Path folder) throws IOException {
        volumes.save(folder.resolve("volumes.tsv"));
        deferrals.save(folder.resolve("deferrals.tsv"));
    }
}
