package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.reputation.History;
import org.postern.core.reputation.KnownGood;
import org.postern.core.reputation.Standing;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the gateway learns of those who send, and what that calls for: harvesters are slowed, hung
 * up on and banned for a while; who has a good history is slowed at most. The history and the bans
 * are written to {@code data/reputation} every minute and at the end. Thread-safe; answers from
 * memory.
 */
public final class Reputation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final Duration SAVE_EVERY = Duration.ofMinutes(1);

    private final Supplier<ReputationConfig> config;
    private final Path folder;
    private final History history;
    private final Harvesters harvesters;
    private final Chronicle chronicle = new Chronicle();
    private final AnomalousSenders anomalies;
    private @Nullable Thread keeper;

    /**
     * What an earlier run has left in the data directory is read at once.
     *
     * @param config the settings of this moment
     */
    public Reputation(
            Path data, Supplier<ReputationConfig> config, Metrics metrics, TimeSource time) {
        this.config = config;
        this.folder = data.resolve("reputation");
        this.history = new History(config, time);
        this.harvesters = new Harvesters(config, history, metrics, chronicle, time);
        this.anomalies = new AnomalousSenders(config, metrics, time);
        try {
            anomalies.load(folder);
            history.load(historyFile());
            harvesters.bans().load(bansFile());
        } catch (IOException e) {
            LOG.warn("what was learned of senders is lost: {}", e.getMessage());
        }
        metrics.gauge("reputation.networks", history::size);
    }

    private Path historyFile() {
        return folder.resolve("history.tsv");
    }

    private Path bansFile() {
        return folder.resolve("bans.tsv");
    }

    /** Begins to write down what is learned, and to let go what was held for its time. */
    public synchronized void start(Spool spool) {
        keeper =
                Thread.ofVirtual()
                        .name("reputation")
                        .start(() -> {
                            try {
                                while (true) {
                                    Thread.sleep(pause());
                                    round(spool);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt(); // closed
                            }
                        });
    }

    private Duration pause() {
        Duration often = config.get().anomalyHold().dividedBy(4);
        return often.compareTo(SAVE_EVERY) < 0 ? often : SAVE_EVERY;
    }

    /** One round; a defect in it costs the round and is told, and the next one comes. */
    private void round(Spool spool) {
        try {
            save();
            anomalies.round(spool);
        } catch (RuntimeException e) {
            LOG.error("looking after what was learned of senders failed", e);
        }
    }

    private void save() {
        try {
            history.save(historyFile());
            harvesters.bans().save(bansFile());
            anomalies.save(folder);
        } catch (IOException e) {
            LOG.warn("what was learned of senders cannot be written: {}", e.getMessage());
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

    /** Learns from a message that was accepted. */
    public void accepted(InetAddress client, Verdicts verdicts) {
        history.learn(client, authenticated(verdicts));
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

    /** The domains that SPF or DKIM passed for. */
    static Set<Domain> authenticated(Verdicts verdicts) {
        Set<Domain> domains = new HashSet<>();
        if (verdicts.spf().result() == AuthResult.PASS) {
            domain(verdicts.spf().domain()).ifPresent(domains::add);
        }
        for (DkimResult signature : verdicts.dkim()) {
            if (signature.result() == AuthResult.PASS) {
                domain(signature.domain()).ifPresent(domains::add);
            }
        }
        return domains;
    }

    /** Those of them whose signature passed and that SPF did not pass for. */
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
    public synchronized void close() {
        if (keeper != null) {
            keeper.interrupt();
        }
        save();
    }
}
