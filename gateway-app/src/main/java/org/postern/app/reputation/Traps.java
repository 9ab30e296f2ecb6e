package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.app.lists.AddedLists;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Cidr;
import org.postern.core.recipients.RecipientDirectory;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.reputation.Banned;
import org.postern.core.reputation.Networks;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spam traps: who sends a message to an address that nobody writes to is put on the deny list for a
 * while, an added entry like any other that can be taken back. Nothing in the session gives the
 * trap away. Our own and allowed clients and those with a good history are left alone, since
 * anybody can make a mailing list write to a trap; so is who brings a bounce, since anybody can
 * forge a trap as sender. Thread-safe; the list is written in the background, and where it cannot
 * be, again every minute with all who wait.
 */
public final class Traps {
    /** The rule's name of a message that is for nobody but traps. */
    public static final String RULE = BuiltInRule.SPAM_TRAP.ruleName();

    /** Why such a message is held. */
    public static final String REASON = "reputation.trap";

    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final int MAX_WAITING = 1_000;

    /** Clients that a line of the log names. */
    private static final int NAMED = 3;

    private static final Duration RETRY = Duration.ofMinutes(1);

    private final AddedLists lists;
    private final Reputation reputation;
    private final Supplier<ReputationConfig> config;
    private final Metrics metrics;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Cidr, String> waiting = new LinkedHashMap<>();
    private final Condition pause = lock.newCondition();
    private final Duration retry;
    private final Set<String> people = ConcurrentHashMap.newKeySet();
    private boolean writing;
    private @Nullable String trouble;

    /**
     * @param config the settings of this moment
     */
    public Traps(
            AddedLists lists,
            Reputation reputation,
            Supplier<ReputationConfig> config,
            Metrics metrics,
            TimeSource time) {
        this(lists, reputation, config, metrics, time, RETRY);
    }

    /**
     * @param retry after how long a list that could not be written is written again
     */
    Traps(
            AddedLists lists,
            Reputation reputation,
            Supplier<ReputationConfig> config,
            Metrics metrics,
            TimeSource time,
            Duration retry) {
        this.lists = lists;
        this.reputation = reputation;
        this.config = config;
        this.metrics = metrics;
        this.time = time;
        this.retry = retry;
        metrics.gauge("reputation.traps.waiting", this::waiting);
    }

    /**
     * Whom mail to an address goes to, the one look-up of sessions, candidates and replays: a trap
     * is somebody, whom {@link #RULE} knows, as itself or by an address with a detail. Who stands
     * in a directory by himself is no trap, whatever the configuration says: his mail would be
     * lost; and where a directory cannot say, a trap hears what anybody would.
     *
     * @param config the settings that the session is bound to
     * @param recipients who is there, and what a detail is in the address's domain
     */
    public static RecipientLookup lookup(
            EmailAddress address, ReputationConfig config, RecipientDirectory recipients) {
        RecipientLookup lookup = recipients.lookup(address);
        return switch (lookup) {
            case RecipientLookup.Known known when !known.anybody() -> known;
            case RecipientLookup.Unavailable away -> away;
            case RecipientLookup.Known _, RecipientLookup.Unknown _, RecipientLookup.NotHosted _ ->
                    trapOf(address, config, recipients)
                            .<RecipientLookup>map(
                                    trap -> new RecipientLookup.Known(List.of(trap), RULE))
                            .orElse(lookup);
        };
    }

    /** Whether nobody but traps gets what a look-up found. */
    public static boolean isForTrapsAlone(RecipientLookup found) {
        return found instanceof RecipientLookup.Known known && known.source().equals(RULE);
    }

    /** The trap that mail to an address goes to: itself, or without its detail. */
    private static Optional<EmailAddress> trapOf(
            EmailAddress address, ReputationConfig config, RecipientDirectory recipients) {
        if (config.traps().isEmpty()) {
            return Optional.empty();
        }
        return isTrap(address, config)
                ? Optional.of(address)
                : recipients.withoutDetail(address).filter(user -> isTrap(user, config));
    }

    /** Whether the configuration has an address among the traps. */
    private static boolean isTrap(EmailAddress address, ReputationConfig config) {
        return config.traps().contains(address.key());
    }

    /**
     * Notes a message to a trap.
     *
     * @param nullSender whether it is a bounce, as it says
     * @param listed whether the client is our own or on an allow list
     */
    public void hit(InetAddress client, EmailAddress trap, boolean nullSender, boolean listed) {
        if (nullSender) {
            // an honest server's answer to who forged the trap's address: the backscatter outage
            metrics.count("reputation.traps", "response", "null-sender");
            return;
        }
        // by its network, whatever domain earned it: a provider is not kept out for one customer
        boolean good = listed || reputation.knownGood().isKnownGood(client, Set.of());
        String response = good ? "known-good" : note(Networks.host(client), trap);
        metrics.count("reputation.traps", "response", response);
    }

    /** Hears that an address which is configured as a trap is somebody's; told once. */
    public void isSomebody(EmailAddress address, String source) {
        if (people.size() < MAX_WAITING && people.add(address.key())) {
            LOG.warn(
                    "{} is among spam-traps and a recipient ({}): it is no trap, and its mail is"
                            + " delivered",
                    address,
                    source);
        }
    }

    /** Leaves a client to the writer, which is begun if none is at work. */
    private String note(Cidr who, EmailAddress trap) {
        lock.lock();
        try {
            if (waiting.size() >= MAX_WAITING && !waiting.containsKey(who)) {
                return "too-many";
            }
            waiting.put(who, "wrote to " + trap);
            if (!writing) {
                writing = true;
                Thread.ofVirtual().name("traps").start(this::write);
            }
            return "listed";
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lists who waits, all at once, until nobody does: what comes meanwhile is the next round. Who
     * could not be listed goes on waiting and is tried again, with who has come since.
     */
    private void write() {
        boolean finished = false;
        try {
            Map<Cidr, String> batch = next();
            while (!batch.isEmpty()) {
                write(batch);
                batch = next();
            }
            finished = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!finished) {
                lock.lock();
                try {
                    writing = false; // the next hit begins anew
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    /** Those that wait, who stay noted until they are listed; nobody: this writer is done. */
    private Map<Cidr, String> next() {
        lock.lock();
        try {
            writing = !waiting.isEmpty();
            return new LinkedHashMap<>(waiting);
        } finally {
            lock.unlock();
        }
    }

    private void write(Map<Cidr, String> batch) throws InterruptedException {
        String wrong = null;
        try {
            Instant until =
                    time.instant().plus(config.get().trapHold()).truncatedTo(ChronoUnit.SECONDS);
            lists.addTrapped(batch, until);
            String words = "on the deny list until " + until + ": wrote to a spam trap";
            batch.keySet()
                    .forEach(who ->
                            reputation
                                    .chronicle()
                                    .note("trap", new Banned.Network(who).title(), words));
        } catch (IOException e) {
            wrong = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            wrong = e.toString();
            LOG.error("listing who wrote to spam traps broke: a defect of ours", e);
        }
        lock.lock();
        try {
            if (wrong == null) {
                batch.forEach(waiting::remove); // whom another trap has noted meanwhile stays
                if (trouble != null) {
                    LOG.info("{} clients that wrote to spam traps are listed now", batch.size());
                }
                trouble = null;
                return;
            }
            if (!wrong.equals(trouble)) {
                LOG.warn(
                        "{} clients that wrote to spam traps are not listed, {} among them: {};"
                                + " tried again every {} s",
                        batch.size(),
                        batch.keySet().stream().limit(NAMED).toList(),
                        wrong,
                        retry.toSeconds());
            }
            trouble = wrong;
            long left = retry.toNanos();
            while (left > 0) {
                left = pause.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Clients that wrote to a trap and are not on the list yet. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** What keeps clients from being listed, for the status; empty where nothing does. */
    public Optional<String> trouble() {
        lock.lock();
        try {
            return trouble == null
                    ? Optional.empty()
                    : Optional.of(
                            "NOT LISTED: "
                                    + waiting.size()
                                    + " clients that wrote to one: "
                                    + trouble);
        } finally {
            lock.unlock();
        }
    }
}
