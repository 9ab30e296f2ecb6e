package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.app.journal.AcceptedPast;
import org.postern.app.telemetry.Metrics;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.QueueId;
import org.postern.core.reputation.History;
import org.postern.core.reputation.KnownGood;
import org.postern.core.reputation.Standing;
import org.postern.core.time.Rounds;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.postern.queue.surgery.SurgeryListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the gateway learns of those who send, and what that calls for: harvesters are slowed, hung
 * up on and banned for a while; who has a good history is slowed at most. Bans and holds are
 * written to {@code data/reputation} when one begins or is ended and every minute, what is learned
 * every five, and all of it at the end. Thread-safe; answers from memory.
 */
public final class Reputation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final Duration SAVE_EVERY = Duration.ofMinutes(1);
    private static final Duration SAVE_LEARNED_EVERY = Duration.ofMinutes(5);
    private static final long REST_MILLIS = 200;

    private final Supplier<ReputationConfig> config;
    private final Predicate<InetAddress> carries;
    private final Path folder;
    private final History history;
    private final Harvesters harvesters;
    private final Chronicle chronicle = new Chronicle();
    private final AnomalousSenders anomalies;
    private final TimeSource time;
    private final List<Kept> kept = new ArrayList<>();
    private final Semaphore wake = new Semaphore(0);
    private final AtomicBoolean toHold = new AtomicBoolean();
    private volatile boolean closing;
    private long learnedNanos;
    private final boolean historyIsLost;
    // half of a history is not written: it would be taken for all of it
    private volatile boolean learningAgain;
    private @Nullable Thread keeper;

    /** Reads or writes a file. */
    @FunctionalInterface
    private interface Access {
        void access(Path file) throws IOException;
    }

    private record Kept(Path file, Access write, boolean learned) {}

    /**
     * What an earlier run has left in the data directory is read at once.
     *
     * @param config the settings of this moment
     * @param carries whose address says nothing about who sends
     */
    public Reputation(
            Path data,
            Supplier<ReputationConfig> config,
            Predicate<InetAddress> carries,
            Metrics metrics,
            TimeSource time) {
        this.config = config;
        this.carries = carries;
        this.folder = data.resolve("reputation");
        this.history = new History(config, time);
        this.harvesters = new Harvesters(config, history, metrics, chronicle, time);
        this.anomalies = new AnomalousSenders(config, carries, metrics, chronicle, time);
        this.time = time;
        this.learnedNanos = time.nanoTime();
        keep("bans.tsv", harvesters.bans()::load, harvesters.bans()::save, false);
        keep("holds.tsv", anomalies::loadHolds, anomalies.holds()::save, false);
        keep("history.tsv", history::load, history::save, true);
        this.historyIsLost = !Files.exists(historyFile());
        keep("volumes.tsv", anomalies.volumes()::load, anomalies.volumes()::save, true);
        keep("deferrals.tsv", anomalies.deferrals()::load, anomalies.deferrals()::save, true);
        metrics.gauge("reputation.networks", history::size);
        metrics.gauge("reputation.remembered", history::size, "table", "history");
        metrics.gauge("reputation.remembered", anomalies.volumes()::size, "table", "volumes");
        metrics.gauge("reputation.remembered", anomalies.deferrals()::size, "table", "deferrals");
        metrics.gauge(
                "reputation.remembered", () -> anomalies.holds().all().size(), "table", "holds");
    }

    private Path historyFile() {
        return folder.resolve("history.tsv");
    }

    /** Reads a file, or says why not and puts it aside: the others are read all the same. */
    private void keep(String name, Access read, Access write, boolean learned) {
        Path file = folder.resolve(name);
        try {
            read.access(file);
        } catch (IOException | RuntimeException e) {
            LOG.error("{} cannot be read and begins anew: {}", file, e.toString());
            putAside(file);
        }
        kept.add(new Kept(file, write, learned));
    }

    private static void putAside(Path file) {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
            LOG.error("what is there is kept as {}", aside);
        } catch (IOException e) {
            LOG.error("{} cannot be put aside: {}", file, e.toString());
        }
    }

    /**
     * Begins to write down what is learned, and to let go what was held for its time.
     *
     * @param queue where mail is held and let go
     */
    synchronized void start(QueuedHolds queue) {
        anomalies.onBegin(() -> {
            toHold.set(true);
            wake.release();
        });
        harvesters.onChange(() -> wake.release()); // a crash a second later must not end it
        keeper = Thread.ofVirtual().name("reputation").start(() -> run(queue));
    }

    /**
     * The same.
     *
     * @param spool where mail is held and let go
     * @param listener is told which entries were
     * @param undecided is told of entries of which nothing is left to deliver
     * @param past tells what the history is learned from again, where there is none
     */
    public void start(
            Spool spool, SurgeryListener listener, Consumer<QueueId> undecided, Past past) {
        if (historyIsLost) {
            learningAgain = true;
            Instant begun = time.instant();
            // of its own and no virtual one: the journal's library holds on to its carrier
            Thread.ofPlatform().name("history").daemon().start(() -> learnAgain(past, begun));
        }
        start(new QueuedHolds(anomalies, spool, listener, undecided, time));
    }

    /** Tells of mail that was accepted. */
    @FunctionalInterface
    public interface Past {
        /**
         * Tells of all that was accepted before a time.
         *
         * @return how many messages
         * @throws IOException if it cannot be read
         */
        long tell(Instant before, AcceptedPast.Learner learner) throws IOException;
    }

    private void learnAgain(Past past, Instant before) {
        try {
            long messages =
                    past.tell(
                            before,
                            (client, domains, count, first, last) -> {
                                if (!carries.test(client)) {
                                    history.learn(client, domains, count, first, last);
                                }
                            });
            if (messages > 0) {
                LOG.warn(
                        "the history of senders was missing and is learned again from {} messages"
                                + " of the journal: {} networks",
                        messages,
                        history.size());
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("the history of senders is missing, and so is the journal: {}", e.toString());
        }
        learningAgain = false;
    }

    private void run(QueuedHolds queue) {
        try {
            while (!closing) {
                boolean woken = wake.tryAcquire(pause().toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
                // each by itself: what cannot be written must not keep mail held
                if (toHold.getAndSet(false) || !woken) {
                    Rounds.survives(
                            LOG,
                            "holding senders and letting them go",
                            () -> queue.round(config.get().anomalyHold()));
                    Rounds.survives(LOG, "letting senders in", harvesters::expire);
                }
                Rounds.survives(LOG, "writing down what is known of senders", () -> save(false));
                if (woken && !closing) {
                    // a flood of bans is written down a few times a second, not once for each
                    TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration pause() {
        Duration often = config.get().anomalyHold().dividedBy(4);
        return often.compareTo(SAVE_EVERY) < 0 ? often : SAVE_EVERY;
    }

    private void save(boolean everything) {
        boolean learned =
                everything || time.nanoTime() - learnedNanos > SAVE_LEARNED_EVERY.toNanos();
        for (Kept one : kept) {
            boolean half = learningAgain && one.file().equals(historyFile());
            if ((learned || !one.learned()) && !half) {
                try {
                    one.write().access(one.file());
                } catch (IOException | RuntimeException e) {
                    LOG.warn("{} cannot be written: {}", one.file(), e.toString());
                }
            }
        }
        if (learned) {
            learnedNanos = time.nanoTime();
        }
    }

    /** Whose mail is held since it is far more than ever. */
    public AnomalousSenders anomalies() {
        return anomalies;
    }

    /** Those who name recipients that do not exist. */
    public Harvesters harvesters() {
        return harvesters;
    }

    /** Where it is written down whom something began or ended for. */
    public Chronicle chronicle() {
        return chronicle;
    }

    /** Who has a good history. */
    public KnownGood knownGood() {
        return history;
    }

    /** Learns from a message that was accepted, unless its address stands for others'. */
    public void accepted(InetAddress client, Verdicts verdicts) {
        if (!carries.test(client)) {
            history.learn(client, authenticated(verdicts));
        }
    }

    /**
     * What the past says of a client.
     *
     * @param verdicts what authentication found, or null before it has
     */
    public Standing standing(InetAddress client, @Nullable Verdicts verdicts) {
        Set<Domain> domains = verdicts == null ? Set.of() : authenticated(verdicts);
        boolean good =
                (verdicts == null || !domains.isEmpty()) && history.isKnownGood(client, domains);
        return new Standing(good, harvesters.lately(client, domains));
    }

    /** The domains that SPF passed for or a signature vouches for. */
    static Set<Domain> authenticated(Verdicts verdicts) {
        Set<Domain> domains = new HashSet<>();
        if (verdicts.spf().result() == AuthResult.PASS) {
            domain(verdicts.spf().domain()).ifPresent(domains::add);
        }
        for (DkimResult signature : verdicts.dkim()) {
            if (signature.vouches()) {
                domain(signature.domain()).ifPresent(domains::add);
            }
        }
        return domains;
    }

    /** Those of them that a signature vouches for and that SPF did not pass for. */
    public static Set<Domain> signers(Verdicts verdicts) {
        Set<Domain> signers = authenticated(verdicts);
        if (verdicts.spf().result() == AuthResult.PASS) {
            domain(verdicts.spf().domain()).ifPresent(signers::remove);
        }
        return signers;
    }

    /** A domain's name as a domain; an address literal that passed SPF is none to remember. */
    public static Optional<Domain> domain(@Nullable String name) {
        try {
            return name == null ? Optional.empty() : Optional.of(Domain.parse(name));
        } catch (InvalidAddressException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        Thread running;
        synchronized (this) {
            closing = true;
            running = keeper;
        }
        wake.release();
        if (running != null) {
            try {
                running.join(); // two that write one file must take turns
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        save(true);
    }
}
