package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.postern.app.telemetry.Metrics;
import org.postern.app.text.Human;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.ReputationConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.reputation.DeferralShares;
import org.postern.core.reputation.Volumes;
import org.postern.core.time.TimeSource;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.schedule.RelayEvent;
import org.postern.queue.schedule.RelayListener;
import org.postern.queue.spool.QueueEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the mail of a sender, sender domain or client that suddenly sends far more than it ever
 * has, or of whose mail the stores put off a far greater share than ever: what comes is taken and
 * held, what is queued is held too ({@link QueuedHolds}), nothing is refused or dropped. The hold
 * ends by itself, and what a person has not dropped by then is delivered; a person can end it
 * sooner.
 *
 * <p>The narrowest cause is held: what a sender explains is taken out of what is counted for its
 * domain and its client. What is counted while somebody is on hold is never part of the past that
 * it is measured by, so who goes on is held, and told of, again. In mode observe all of it is told
 * and nothing is held; the mode of the moment counts, so a hold that has begun to be observed takes
 * mail once the mode is enforce. Off where {@code reputation.anomaly-messages} and {@code
 * reputation.anomaly-deferrals} are 0; a hold that is there by then holds nothing more.
 * Thread-safe; answers from memory.
 */
public final class AnomalousSenders implements RelayListener {
    /** The rule's name, with which the reason of a held entry begins. */
    public static final String RULE = BuiltInRule.ANOMALOUS_SENDER.ruleName();

    /** The note of a message held at acceptance: for how many seconds, by the setting of then. */
    public static final String HELD_SECONDS = "anomaly-hold-seconds";

    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final int ENTRIES_REMEMBERED = 10_000;

    private final Supplier<ReputationConfig> config;
    private final Predicate<InetAddress> carries;
    private final Metrics metrics;
    private final Chronicle chronicle;
    private final Volumes volumes;
    private final DeferralShares deferrals;
    private final Holds holds;
    private final Set<HoldKey> begun = ConcurrentHashMap.newKeySet();
    private volatile Runnable onBegin = () -> {};
    // whether an entry's first attempt has been counted, and as put off
    private final Map<Tried, Boolean> counted =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Tried, Boolean> eldest) {
                    return size() > ENTRIES_REMEMBERED;
                }
            };

    private record Tried(QueueId id, String store) {}

    /**
     * @param config the settings of this moment
     * @param carries whose address says nothing about who sends
     */
    AnomalousSenders(
            Supplier<ReputationConfig> config,
            Predicate<InetAddress> carries,
            Metrics metrics,
            Chronicle chronicle,
            TimeSource time) {
        this.config = config;
        this.carries = carries;
        this.metrics = metrics;
        this.chronicle = chronicle;
        this.volumes = new Volumes(config, time);
        this.deferrals = new DeferralShares(config, time);
        this.holds = new Holds(time);
        metrics.gauge("reputation.anomalies", this::held);
        metrics.gauge("reputation.anomalies.observed", this::observed);
    }

    /**
     * What is to be done with a message.
     *
     * @param why why it is to be held
     * @param enforced false where the mode is observe: it would be held, and is not
     */
    public record Judged(String why, boolean enforced) {}

    /** For how long a message is held that is taken now. */
    public Duration heldFor() {
        return config.get().anomalyHold();
    }

    /** How many are on hold now. */
    public int held() {
        return enforces() ? holds.all().size() : 0;
    }

    /** How many would be on hold now, in mode observe. */
    public int observed() {
        return enforces() ? 0 : holds.all().size();
    }

    /** Whether mail is held, and not only told of. */
    public boolean enforces() {
        return config.get().anomalyMode() == RuleConfig.Mode.ENFORCE;
    }

    /** Who is on hold now. */
    public Holds holds() {
        return holds;
    }

    /** Run whenever a hold begins; must return at once. */
    void onBegin(Runnable told) {
        onBegin = told;
    }

    /** Whose hold has begun and whose queued mail is still to be held. */
    Set<HoldKey> begun() {
        return begun;
    }

    private boolean isOff() {
        ReputationConfig now = config.get();
        return now.anomalyMessages() == 0 && now.anomalyDeferrals() == 0;
    }

    /**
     * Counts a message that is about to be accepted.
     *
     * @param vouched whether SPF or a signature vouches for the reverse-path
     * @return why it is to be held, if it is
     */
    public Optional<Judged> judge(InetAddress client, ReversePath from, boolean vouched) {
        List<HoldKey> keys = HoldKey.of(Ip.text(client), from, vouched, !carries.test(client));
        // what is switched off learns all the same, so that there is a past when it is switched on
        Optional<Holds.Hold> hold = isOff() ? Optional.empty() : heldOf(keys);
        if (hold.isEmpty()) {
            hold = count(keys);
        }
        hold.ifPresent(h -> holds.took(h.whose(), 1));
        return hold.map(h -> new Judged(told(h), enforces()));
    }

    /** What is said of a hold in the reason of each message that it takes. */
    static String told(Holds.Hold hold) {
        return Chronicle.about(
                hold.whose().words(), hold.why() + "; on hold until " + hold.until());
    }

    private Optional<Holds.Hold> heldOf(List<HoldKey> keys) {
        return keys.stream().flatMap(k -> holds.of(k).stream()).findFirst();
    }

    /** Counts it for all keys; the narrowest that is anomalous is held. */
    private Optional<Holds.Hold> count(List<HoldKey> keys) {
        Map<HoldKey, Volumes.Burst> bursts = new LinkedHashMap<>();
        for (HoldKey key : keys) {
            volumes.accepted(key.text()).ifPresent(burst -> bursts.put(key, burst));
        }
        if (bursts.isEmpty()) {
            return Optional.empty();
        }
        var narrowest = bursts.entrySet().iterator().next();
        int sent = narrowest.getValue().count();
        keys.subList(keys.indexOf(narrowest.getKey()), keys.size())
                .forEach(k -> volumes.discount(k.text(), sent));
        List<String> others = new ArrayList<>();
        bursts.forEach((key, burst) -> {
            if (!key.equals(narrowest.getKey())) {
                others.add(key.words() + " " + burst.count() + ", " + burst.usual() + " before");
            }
        });
        String what =
                "sent "
                        + sent
                        + " messages within the hour, "
                        + narrowest.getValue().usual()
                        + " at most before";
        return begin(narrowest.getKey(), what, others, new Holds.Figures(sent, 0, 0));
    }

    @Override
    public void outcome(RelayEvent event) {
        QueueEntry entry = event.entry();
        ReversePath from = entry.envelope().reversePath();
        // what we answer ourselves says nothing about senders, nor does a store that is away
        boolean answered = event.via().trouble().isEmpty() && !event.ours();
        if (event.attempt() != 1 || !answered || from.isNull()) {
            return;
        }
        boolean deferred = event.outcome() == RelayEvent.Outcome.DEFERRED;
        Boolean before;
        Tried one = new Tried(entry.id(), event.downstream());
        synchronized (counted) {
            before = counted.get(one);
            counted.put(one, deferred || Boolean.TRUE.equals(before));
        }
        // a message counts once, however many recipients it has, and as put off if it was for one
        int tried = before == null ? 1 : 0;
        int putOff = deferred && !Boolean.TRUE.equals(before) ? 1 : 0;
        if (tried + putOff > 0) {
            attempted(keysOf(entry), event.downstream(), tried, putOff);
        }
    }

    /** The keys of an entry. */
    List<HoldKey> keysOf(QueueEntry entry) {
        boolean vouched =
                SenderAuthentication.ofWord(
                                entry.notes()
                                        .getOrDefault(
                                                SenderAuthentication.NOTE,
                                                SenderAuthentication.NONE.word()))
                        != SenderAuthentication.NONE;
        return HoldKey.of(
                entry.clientAddress(),
                entry.envelope().reversePath(),
                vouched,
                !isCarrier(entry.clientAddress()));
    }

    private boolean isCarrier(String client) {
        try {
            return carries.test(InetAddress.ofLiteral(client));
        } catch (IllegalArgumentException e) {
            return true; // no address: it says nothing about anybody
        }
    }

    private void attempted(List<HoldKey> keys, String store, int tried, int putOff) {
        if (heldOf(keys).isPresent()) {
            return;
        }
        deferrals.attempted(store, tried, putOff);
        Map<HoldKey, DeferralShares.Surge> surges = new LinkedHashMap<>();
        for (HoldKey key : keys) {
            deferrals
                    .attempted(key.text(), store, tried, putOff)
                    .ifPresent(surge -> surges.put(key, surge));
        }
        if (surges.isEmpty()) {
            return;
        }
        var narrowest = surges.entrySet().iterator().next();
        DeferralShares.Surge surge = narrowest.getValue();
        keys.subList(keys.indexOf(narrowest.getKey()), keys.size())
                .forEach(k -> deferrals.discount(k.text(), store, surge));
        String what =
                "had "
                        + surge.deferred()
                        + " of its "
                        + surge.tried()
                        + " messages within the hour put off by "
                        + store
                        + ", "
                        + Math.round(surge.usual() * 100)
                        + " % before";
        begin(
                narrowest.getKey(),
                what,
                surges.keySet().stream().skip(1).map(HoldKey::words).toList(),
                new Holds.Figures(0, surge.tried(), surge.deferred()));
    }

    private Optional<Holds.Hold> begin(
            HoldKey key, String what, List<String> others, Holds.Figures figures) {
        Duration length = heldFor();
        Optional<Holds.Hold> hold = holds.begin(key, length, what, figures);
        if (hold.isEmpty()) {
            Optional<Holds.Hold> there = holds.of(key);
            if (there.isEmpty()) {
                metrics.count("reputation.anomalies.begun", "of", "too-many");
                LOG.error("{} {}, and is not held: {} holds are on", key.words(), what, Holds.MAX);
            }
            return there;
        }
        begun.add(key);
        String also =
                others.isEmpty() ? "" : " (beyond theirs too: " + String.join("; ", others) + ")";
        boolean enforced = enforces();
        if (enforced) {
            metrics.count("reputation.anomalies.begun", "of", key.kind().word());
            String those = "--reason " + RULE + " " + key.selection();
            LOG.error(
                    "{} {}{}: its mail is held for {}; look: postern queue list --state held {};"
                            + " it is good: postern lists remove hold {}, then postern queue"
                            + " release {}; it is not: postern queue drop {}",
                    key.words(),
                    what,
                    also,
                    Human.duration(length),
                    those,
                    key.name(),
                    those,
                    those);
        } else {
            LOG.warn(
                    "{} {}{}: its mail would be held for {}, and is delivered, since"
                            + " reputation.anomaly-mode is observe; look: postern trace --since 1h"
                            + " {}; it is good: postern lists remove hold {}",
                    key.words(),
                    what,
                    also,
                    Human.duration(length),
                    key.selection(),
                    key.name());
        }
        chronicle.note(
                enforced ? "hold" : "hold-observed",
                key.words(),
                what
                        + also
                        + (enforced ? "; on hold until " : "; would be on hold until ")
                        + hold.get().until());
        onBegin.run();
        return hold;
    }

    /**
     * Ends the holds of this name at once; what was sent is usual from now on. What is held already
     * stays so until it is released by plan, or its time is over.
     *
     * @param name an address, a domain or a client
     * @param by who says so
     * @return those that ended
     */
    public List<Holds.Hold> end(String name, String by) {
        List<Holds.Hold> ended = holds.end(name);
        for (Holds.Hold hold : ended) {
            Holds.Figures f = hold.figures();
            String key = hold.whose().text();
            volumes.acknowledge(key, f.sent());
            deferrals.acknowledge(key, f.tried(), f.deferred());
            begun.remove(hold.whose());
            LOG.info("the hold of {} is ended by {}", hold.whose().words(), by);
            chronicle.note("hold-ended", hold.whose().words(), "ended by " + by);
        }
        return ended;
    }

    /** Tells of holds whose time is over; all are where anomalies are switched off. */
    void expire() {
        if (isOff()) {
            holds.all().stream()
                    .map(h -> h.whose().name())
                    .distinct()
                    .forEach(name -> end(name, "a configuration that switches anomalies off"));
        }
        for (Holds.Hold hold : holds.over()) {
            begun.remove(hold.whose());
            LOG.warn(
                    "the hold of {} is over, {}; it {}",
                    hold.whose().words(),
                    enforces()
                            ? "what is held of it is delivered"
                            : "which was observed only: nothing waits for it",
                    hold.why());
            chronicle.note("hold-ended", hold.whose().words(), "its time is over");
        }
    }

    /** How much everybody usually sends. */
    Volumes volumes() {
        return volumes;
    }

    /** Which share of everybody's mail is usually put off. */
    DeferralShares deferrals() {
        return deferrals;
    }

    /** Reads the holds of an earlier run. */
    void loadHolds(Path file) throws IOException {
        holds.load(file, heldFor());
        holds.all().forEach(h -> begun.add(h.whose())); // a crash may have come before their mail
    }
}
