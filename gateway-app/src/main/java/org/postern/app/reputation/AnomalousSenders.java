package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.reputation.Volumes;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the mail of a sender, sender domain or client that suddenly sends far more than it ever
 * has: it is taken and held, nothing is refused or dropped. The hold ends by itself, and what a
 * person has not dropped by then is delivered; a person can release it sooner. Off unless {@code
 * reputation.anomaly-messages} is set. Thread-safe.
 */
public final class AnomalousSenders {
    /** The rule's name, with which the reason of a held entry begins. */
    public static final String RULE = "anomalous-sender";

    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final int MAX_HELD = 10_000;
    private static final int RELEASED_AT_ONCE = 1_000;

    private final Supplier<ReputationConfig> config;
    private final Metrics metrics;
    private final TimeSource time;
    private final Volumes volumes;
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
        List<String> keys = new ArrayList<>();
        keys.add("client " + Ip.text(client));
        if (from instanceof ReversePath.Mailbox mailbox) {
            keys.add("sender " + mailbox.address().key());
            keys.add("domain " + mailbox.address().host().ascii().toLowerCase(Locale.ROOT));
        }
        Optional<String> why = Optional.empty();
        for (String key : keys) {
            Optional<Volumes.Burst> burst = volumes.accepted(key);
            if (burst.isPresent()) {
                begin(key, burst.get());
            }
            if (isHeld(key)) {
                why = Optional.of(key);
            }
        }
        return why;
    }

    private boolean isHeld(String key) {
        synchronized (heldUntilNanos) {
            Long until = heldUntilNanos.get(key);
            return until != null && until - time.nanoTime() > 0;
        }
    }

    private void begin(String key, Volumes.Burst burst) {
        Duration hold = config.get().anomalyHold();
        synchronized (heldUntilNanos) {
            if (isHeld(key)) {
                return;
            }
            heldUntilNanos.remove(key);
            heldUntilNanos.put(key, time.nanoTime() + hold.toNanos());
        }
        mayHold = true;
        metrics.count("reputation.anomalies.begun", "of", key.substring(0, key.indexOf(' ')));
        LOG.error(
                "{} sent {} messages within the hour, {} at most before: its mail is held for {};"
                        + " look: postern queue list --state held --reason {}, let it go: postern"
                        + " queue release --reason {}, or drop it",
                key,
                burst.count(),
                burst.usual(),
                hold,
                RULE,
                RULE);
    }

    /** Lets go what has been held for its time. */
    void releaseExpired(Spool spool) {
        if (!mayHold) {
            return; // to look through a million held entries for nothing is not free
        }
        boolean more = held() > 0;
        Duration hold = config.get().anomalyHold();
        List<QueueId> expired = new ArrayList<>();
        try (Stream<QueueEntry> entries = spool.entries(Set.of(EntryState.HELD))) {
            for (QueueEntry e : (Iterable<QueueEntry>) entries::iterator) {
                if (e.reason().startsWith(RULE)) {
                    more = true;
                    if (e.age().compareTo(hold) >= 0 && expired.size() < RELEASED_AT_ONCE) {
                        expired.add(e.id());
                    }
                }
            }
        }
        mayHold = more;
        if (expired.isEmpty()) {
            return;
        }
        try {
            List<QueueId> released =
                    spool.change(
                            expired, new Change.Release("policy", false, "the hold has expired"));
            LOG.warn(
                    "{} messages held as anomalous are let go: their time is over",
                    released.size());
        } catch (SpoolException e) {
            LOG.error("messages whose hold is over cannot be let go: {}", e.getMessage());
        }
    }

    void load(Path folder) throws IOException {
        volumes.load(folder.resolve("volumes.tsv"));
    }

    void save(Path folder) throws IOException {
        volumes.save(folder.resolve("volumes.tsv"));
    }
}
