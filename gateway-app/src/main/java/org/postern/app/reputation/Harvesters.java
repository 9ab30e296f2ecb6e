package org.postern.app.reputation;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.app.text.Human;
import org.postern.auth.dmarc.RegisteredDomain;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.reply.SmtpReply;
import org.postern.core.reputation.Banned;
import org.postern.core.reputation.Bans;
import org.postern.core.reputation.Harvest;
import org.postern.core.reputation.KnownGood;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who name recipients that do not exist: they are slowed, hung up on and kept out for a
 * while. By address for whatever they bring; by registered domain for the mail that authenticates
 * as it or a name beneath it, wherever that comes from. Who has a good history is slowed at most: a
 * network of which any domain has one, as far as addresses go, since a provider is not kept out for
 * one of its customers; a domain in that network, as far as domains go. Thread-safe; answers from
 * memory.
 */
public final class Harvesters {
    /** The rule's name in replies, logs and metrics where somebody is kept out. */
    public static final String BAN_RULE = BuiltInRule.HARVEST_BAN.ruleName();

    /** The rule's name while they are only hung up on or put off. */
    public static final String RULE = BuiltInRule.HARVEST.ruleName();

    private static final Logger LOG = LoggerFactory.getLogger("reputation");

    private final Supplier<ReputationConfig> config;
    private final Metrics metrics;
    private final KnownGood history;
    private final Harvest harvest;
    private final Bans bans;
    // who would be kept out and is known good, until it is told again
    private final Bans spared;
    private final Chronicle chronicle;
    private final TimeSource time;
    private volatile Runnable onChange = () -> {};

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
         * The recipient is answered 451, and nothing is said of whether it exists.
         *
         * @param reply 451
         * @param count how many unknown recipients there were lately
         */
        record PutOff(SmtpReply reply, int count) implements Response {}

        /**
         * The connection is closed.
         *
         * @param reply 421
         * @param count how many unknown recipients there were lately
         */
        record HangUp(SmtpReply reply, int count) implements Response {}
    }

    /**
     * A refusal.
     *
     * @param reply what the client is told
     * @param detail for the log
     */
    public record Refusal(SmtpReply reply, String detail) {}

    /**
     * @param config the settings of this moment
     * @param history who is spared
     * @param chronicle where bans are written down
     */
    Harvesters(
            Supplier<ReputationConfig> config,
            KnownGood history,
            Metrics metrics,
            Chronicle chronicle,
            TimeSource time) {
        this.config = config;
        this.history = history;
        this.metrics = metrics;
        this.chronicle = chronicle;
        this.time = time;
        this.harvest = new Harvest(config, time);
        this.bans = new Bans(time);
        this.spared = new Bans(time);
        for (String kind : List.of("client", "network", "sender-domain", "signing-domain")) {
            metrics.gauge("reputation.bans", () -> bans.size(kind), "of", kind);
            // there from the start, so that the first of each is seen as an increase
            metrics.count("reputation.bans.begun", 0, "of", kind);
            metrics.count("reputation.bans.spared", 0, "of", kind);
        }
        harvest.sizes()
                .forEach((table, size) ->
                        metrics.gauge("reputation.remembered", size::getAsInt, "table", table));
        metrics.gauge("reputation.remembered", bans::size, "table", "bans");
    }

    /** Who is kept out now. */
    public Bans bans() {
        return bans;
    }

    /** How many unknown recipients a client, or a domain it authenticated as, named lately. */
    int lately(InetAddress client, Set<Domain> authenticated) {
        return harvest.lately(client, registered(authenticated).keySet());
    }

    /** Domains by the registered name that they are or lie under: of many names one is counted. */
    private static Map<Domain, Set<Domain>> registered(Set<Domain> domains) {
        return domains.stream()
                .collect(Collectors.groupingBy(RegisteredDomain::of, Collectors.toSet()));
    }

    /** Whether anything is ever done about unknown recipients. */
    public boolean acts() {
        ReputationConfig now = config.get();
        return now.slowAfter() > 0 || now.hangUpAfter() > 0 || now.banAfter() > 0;
    }

    /** What a client that is kept out is told; empty for everybody else. */
    public Optional<Refusal> banned(InetAddress client) {
        return bans.of(client)
                .filter(ban -> config.get().banAfter() > 0)
                .filter(ban -> !history.isKnownGood(client, Set.of()))
                .map(ban -> refusal(421, ban));
    }

    /** Whether mail of a domain is kept out, if it turns out to be that domain's. */
    public boolean mayBeBanned(Domain sender) {
        return config.get().banAfter() > 0
                && bans.of(new Banned.Sender(RegisteredDomain.of(sender))).isPresent();
    }

    /**
     * What mail with a reverse-path of a domain is told.
     *
     * @param sender a domain that SPF passed for
     */
    public Optional<Refusal> bannedSender(InetAddress client, Domain sender) {
        return banned(client, sender, new Banned.Sender(RegisteredDomain.of(sender)));
    }

    /**
     * What a message that domains signed is told.
     *
     * @param signers domains whose signature passed and that SPF did not pass for
     */
    public Optional<Refusal> bannedSigner(InetAddress client, Set<Domain> signers) {
        return signers.stream()
                .flatMap(d -> banned(client, d, new Banned.Signer(RegisteredDomain.of(d))).stream())
                .findFirst();
    }

    private Optional<Refusal> banned(InetAddress client, Domain domain, Banned whom) {
        return bans.of(whom)
                .filter(ban -> config.get().banAfter() > 0)
                .filter(ban -> !history.isKnownGood(client, Set.of(domain)))
                .map(ban -> refusal(451, ban));
    }

    private Refusal refusal(int code, Bans.Ban ban) {
        bans.refused(ban.whom());
        return new Refusal(
                SmtpReply.of(
                        code,
                        "4.7.0",
                        "Too many unknown recipients from your "
                                + ban.whom().words()
                                + "; try again after "
                                + ban.until().truncatedTo(ChronoUnit.SECONDS)
                                + " ("
                                + BAN_RULE
                                + ")"),
                Chronicle.about(ban.whom().title(), ban.reason()));
    }

    /**
     * Counts an unknown recipient.
     *
     * @param nullSender whether the reverse-path is null
     * @param domain the domain that SPF passed for, or null
     */
    public Response unknown(InetAddress client, boolean nullSender, @Nullable Domain domain) {
        Harvest.Findings found =
                harvest.unknown(
                        client, nullSender, domain == null ? null : RegisteredDomain.of(domain));
        Harvest.Finding byAddress = spared(found.byAddress(), client, Set.of());
        Harvest.Finding byDomain =
                found.byDomain() == null || domain == null
                        ? byAddress
                        : spared(found.byDomain(), client, Set.of(domain));
        Harvest.Finding worst = byAddress.orHarder(byDomain);
        boolean good =
                worst.level() == Harvest.Level.SLOW
                        && (!byAddress.equals(found.byAddress())
                                || (found.byDomain() != null
                                        && !byDomain.equals(found.byDomain())));
        count(nullSender, worst, good);
        ban(byAddress);
        ban(byDomain);
        return response(worst, hardest(found));
    }

    /** What would be done if nobody were spared. */
    private static Harvest.Level hardest(Harvest.Findings found) {
        Harvest.Finding byDomain = found.byDomain();
        return (byDomain == null ? found.byAddress() : found.byAddress().orHarder(byDomain))
                .level();
    }

    private Harvest.Finding spared(
            Harvest.Finding found, InetAddress client, Set<Domain> authenticated) {
        boolean good =
                found.level().compareTo(Harvest.Level.SLOW) > 0
                        && history.isKnownGood(client, authenticated);
        if (good && found.level() == Harvest.Level.BAN) {
            tellOfSpared(found);
        }
        return good ? found.atMost(Harvest.Level.SLOW) : found;
    }

    /** Nothing keeps out who is known good: a person may, so somebody has to be told. */
    private void tellOfSpared(Harvest.Finding found) {
        Banned whom = found.whose();
        if (!spared.add(whom, config.get().window(), "")) {
            return;
        }
        metrics.count("reputation.bans.spared", "of", whom.kind());
        LOG.warn(
                "{} is known good and only slowed: {} unknown recipients lately; to keep it out:"
                        + " postern lists add deny {}{} --expires 1d",
                whom.title(),
                found.count(),
                whom instanceof Banned.Network ? whom.name() : "." + whom.name(),
                whom instanceof Banned.Network ? "" : " --kind authenticated-domain");
        chronicle.note(
                "ban-spared",
                whom.title(),
                "known good and only slowed: " + found.count() + " unknown recipients lately");
    }

    private void count(boolean nullSender, Harvest.Finding worst, boolean good) {
        metrics.count(
                "reputation.unknown.recipients",
                "response",
                nullSender
                        ? "null-sender"
                        : switch (worst.level()) {
                            case NONE -> "none";
                            case SLOW -> good ? "slow-known-good" : "slow";
                            case HANG_UP -> "hang-up";
                            case BAN -> "ban";
                        });
    }

    private Response response(Harvest.Finding finding, Harvest.Level unspared) {
        return switch (finding.level()) {
            case NONE -> Response.Answer.INSTANCE;
            case SLOW -> new Response.Late(config.get().slowBy().multipliedBy(slower(unspared)));
            case HANG_UP, BAN ->
                    finding.whose() instanceof Banned.Network
                            ? new Response.HangUp(reply(421, finding), finding.count())
                            : new Response.PutOff(reply(451, finding), finding.count());
        };
    }

    /** Who is spared is slowed the more, the further beyond the thresholds he is. */
    private static int slower(Harvest.Level unspared) {
        return switch (unspared) {
            case NONE, SLOW -> 1;
            case HANG_UP -> 2;
            case BAN -> 5;
        };
    }

    private static SmtpReply reply(int code, Harvest.Finding finding) {
        return SmtpReply.of(
                code,
                "4.7.0",
                "Too many unknown recipients from your "
                        + finding.whose().words()
                        + "; clean your list and try again later ("
                        + RULE
                        + ")");
    }

    private void ban(Harvest.Finding finding) {
        if (finding.level() != Harvest.Level.BAN) {
            return;
        }
        Duration length = config.get().ban();
        Banned whom = finding.whose();
        String why = finding.count() + " unknown recipients of its " + plain(whom);
        if (!bans.add(whom, length, why)) {
            return; // longer than it was; that was told when it began
        }
        metrics.count("reputation.bans.begun", "of", whom.kind());
        LOG.warn(
                "{} is kept out for {}: {} unknown recipients lately; to let it in: postern lists"
                        + " remove ban {}",
                whom.title(),
                Human.duration(length),
                finding.count(),
                whom.name());
        Instant until = time.instant().plus(length).truncatedTo(ChronoUnit.SECONDS);
        chronicle.note("ban", whom.title(), "kept out until " + until + ": " + why);
        onChange.run();
    }

    private static String plain(Banned whom) {
        return switch (whom) {
            case Banned.Network network -> network.words();
            case Banned.Sender sender -> "domain";
            case Banned.Signer signer -> "signing domain";
        };
    }

    /**
     * Notes how many recipients of a transaction were unknown, by the domains that signed its
     * message; that of SPF has been noted with each.
     *
     * @param signers domains whose signature passed and that SPF did not pass for
     */
    public void attribute(InetAddress client, Set<Domain> signers, int unknown) {
        Map<Domain, Set<Domain>> registered = registered(signers);
        for (Harvest.Finding found : harvest.signed(registered.keySet(), unknown)) {
            if (found.whose() instanceof Banned.Signer(Domain domain)) {
                ban(spared(found, client, registered.getOrDefault(domain, Set.of())));
            }
        }
    }

    /**
     * Lets a network in again with every client and network in it, or a client, and forgets what
     * was counted of them, so that the next unknown recipient does not keep them out at once, nor
     * their network for what they have been forgiven.
     *
     * @param by who says so
     * @return those of them who were kept out
     */
    public Set<Banned> letIn(Cidr network, String by) {
        Set<Banned> whom = new HashSet<>(Set.of(new Banned.Network(network)));
        bans.within(network).forEach(ban -> whom.add(ban.whom()));
        return letIn(whom, by);
    }

    /** The same of mail of a domain: what SPF passes for, and what it signed. */
    public Set<Banned> letIn(Domain domain, String by) {
        return letIn(Set.of(new Banned.Sender(domain), new Banned.Signer(domain)), by);
    }

    private Set<Banned> letIn(Set<Banned> whom, String by) {
        Set<Banned> lifted = new HashSet<>();
        for (Banned one : whom) {
            if (bans.lift(one)) {
                lifted.add(one);
                LOG.info("{} is let in again by {}", one.title(), by);
                chronicle.note("ban-lifted", one.title(), "let in again by " + by);
            }
        }
        harvest.forget(whom);
        if (!lifted.isEmpty()) {
            onChange.run();
        }
        return lifted;
    }

    /** Where bans are switched off nobody is kept out, nor when they are switched on again. */
    void expire() {
        if (config.get().banAfter() == 0) {
            Set<Banned> all = new HashSet<>();
            bans.all().forEach(ban -> all.add(ban.whom()));
            letIn(all, "a configuration that switches bans off");
        }
    }

    /** Run when a ban begins or is lifted, so that it is written down; must return at once. */
    void onChange(Runnable told) {
        onChange = told;
    }
}
