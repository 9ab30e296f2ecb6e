package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
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
import org.postern.core.reply.SmtpReply;
import org.postern.core.reputation.Bans;
import org.postern.core.reputation.Harvest;
import org.postern.core.reputation.History;
import org.postern.core.reputation.KnownGood;
import org.postern.core.reputation.Networks;
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
    private final Metrics metrics;
    private final Path folder;
    private final History history;
    private final Harvest harvest;
    private final Bans bans;
    private final AnomalousSenders anomalies;
    private @Nullable Thread keeper;

    /** What an unknown recipient calls for. */
    public sealed interface Response {
        /** The answer is given at once. */
        enum Answer implements Response {
            /** Nothing more. */
            INSTANCE
        }

        /**
         * The answer is given late.
         *
         * @param delay how late
         */
        record Late(Duration delay) implements Response {}

        /**
         * The connection is closed.
         *
         * @param reply 421
         * @param count how many unknown recipients there were lately
         */
        record HangUp(SmtpReply reply, int count) implements Response {}
    }

    /**
     * What an earlier run has left in the data directory is read at once.
     *
     * @param config the settings of this moment
     */
    public Reputation(
            Path data, Supplier<ReputationConfig> config, Metrics metrics, TimeSource time) {
        this.config = config;
        this.metrics = metrics;
        this.folder = data.resolve("reputation");
        this.history = new History(config, time);
        this.harvest = new Harvest(config, time);
        this.bans = new Bans(time);
        this.anomalies = new AnomalousSenders(config, metrics, time);
        try {
            anomalies.load(folder);
            history.load(historyFile());
            bans.load(bansFile());
        } catch (IOException e) {
            LOG.warn("what was learned of senders is lost: {}", e.getMessage());
        }
        metrics.gauge("reputation.networks", history::size);
        metrics.gauge("reputation.bans", () -> bans.all().size());
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
            bans.save(bansFile());
            anomalies.save(folder);
        } catch (IOException e) {
            LOG.warn("what was learned of senders cannot be written: {}", e.getMessage());
        }
    }

    /** Whose mail is held since it is far more than ever. */
    public AnomalousSenders anomalies() {
        return anomalies;
    }

    /** Who is kept out now. */
    public Bans bans() {
        return bans;
    }

    /** Who has a good history. */
    public KnownGood knownGood() {
        return history;
    }

    /** What a client that is kept out is told; empty for everybody else. */
    public Optional<Refusal> banned(InetAddress client) {
        return bans.of(client)
                .map(ban ->
                        new Refusal(
                                SmtpReply.of(
                                        421,
                                        "4.7.0",
                                        "Too many unknown recipients from your "
                                                + (ban.network().equals(Networks.alone(client))
                                                        ? "address"
                                                        : "network")
                                                + "; try again after "
                                                + ban.until().truncatedTo(ChronoUnit.SECONDS)
                                                + " (harvest-ban)"),
                                ban.network() + " " + ban.reason()));
    }

    /**
     * A refusal.
     *
     * @param reply what the client is told
     * @param detail for the log
     */
    public record Refusal(SmtpReply reply, String detail) {}

    /** Whether anything is ever done about unknown recipients. */
    public boolean actsOnUnknown() {
        ReputationConfig now = config.get();
        return now.slowAfter() > 0 || now.hangUpAfter() > 0 || now.banAfter() > 0;
    }

    /**
     * Counts an unknown recipient.
     *
     * @param nullSender whether the reverse-path is null
     * @param exempt whether the client is ours or on an allow list
     * @param domain the domain that SPF passed for, or null
     */
    public Response unknown(
            InetAddress client, boolean nullSender, boolean exempt, @Nullable Domain domain) {
        if (exempt) {
            return Response.Answer.INSTANCE;
        }
        Harvest.Finding finding = harvest.unknown(client, nullSender, domain);
        Harvest.Level level = finding.level();
        boolean good =
                level.compareTo(Harvest.Level.SLOW) > 0
                        && history.isKnownGood(client, domain == null ? Set.of() : Set.of(domain));
        if (good) {
            level = Harvest.Level.SLOW;
        }
        metrics.count(
                "reputation.unknown.recipients",
                "response",
                nullSender
                        ? "null-sender"
                        : switch (level) {
                            case NONE -> "none";
                            case SLOW -> good ? "slow-known-good" : "slow";
                            case HANG_UP -> "hang-up";
                            case BAN -> "ban";
                        });
        return switch (level) {
            case NONE -> Response.Answer.INSTANCE;
            case SLOW -> new Response.Late(config.get().slowBy());
            case HANG_UP -> hangUp(finding);
            case BAN -> {
                ban(client, finding);
                yield hangUp(finding);
            }
        };
    }

    private static Response hangUp(Harvest.Finding finding) {
        return new Response.HangUp(
                SmtpReply.of(
                        421,
                        "4.7.0",
                        "Too many unknown recipients from your "
                                + whose(finding)
                                + "; clean your list and try again later (harvest)"),
                finding.count());
    }

    private static String whose(Harvest.Finding finding) {
        return switch (finding.who()) {
            case CLIENT -> "address";
            case NETWORK -> "network";
            case DOMAIN -> "domain";
        };
    }

    private void ban(InetAddress client, Harvest.Finding finding) {
        ReputationConfig now = config.get();
        var who =
                finding.who() == Harvest.Who.NETWORK ? Networks.of(client) : Networks.alone(client);
        bans.add(who, now.ban(), finding.count() + " unknown recipients of its " + whose(finding));
        LOG.warn(
                "{} is kept out for {}: {} unknown recipients lately; to let it in: postern lists"
                        + " remove ban {}",
                who,
                now.ban(),
                finding.count(),
                who);
    }

    /**
     * Notes how many recipients of a transaction were unknown, by the domains that signed its
     * message; that of SPF has been noted with each. Who comes with a domain that has gone too far
     * is kept out, unless it is known good.
     *
     * @param exempt whether the client is ours or on an allow list
     */
    public void attribute(InetAddress client, Verdicts verdicts, int unknown, boolean exempt) {
        Set<Domain> signed = authenticated(verdicts);
        if (verdicts.spf().result() == AuthResult.PASS) {
            domain(verdicts.spf().domain()).ifPresent(signed::remove);
        }
        if (exempt || signed.isEmpty()) {
            return;
        }
        Harvest.Finding finding = harvest.attribute(signed, unknown);
        if (finding.level() == Harvest.Level.BAN
                && !history.isKnownGood(client, authenticated(verdicts))) {
            ban(client, finding);
        }
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
        return new Standing(good, harvest.lately(client, domains));
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
