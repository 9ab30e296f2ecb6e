package org.postern.app.wiring;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postern.app.country.CountryDatabases;
import org.postern.app.country.CountryFileException;
import org.postern.app.directory.RecipientFiles;
import org.postern.app.directory.RemoteDirectories;
import org.postern.app.intake.Revision;
import org.postern.app.scan.Scanners;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.DnsMeters;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.Authenticator;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.dkim.SigningKey;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.secondopinion.SecondOpinion;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Problem;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.Recipients;
import org.postern.core.scan.ScanResult;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryEnvironment;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.HostResolver;
import org.postern.smtp.tls.TlsContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force together with what is built from it: evaluators, DNS client,
 * downstreams and certificates. A reload builds the new parts, swaps one reference and closes what
 * is no longer used; if anything is wrong the old ones stay. Reading is one volatile read; reloads
 * run one at a time.
 */
final class LiveConfiguration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("config");

    /** After this the DNS client of an earlier revision is closed; sessions end long before. */
    private static final Duration LONGEST_SESSION = Duration.ofHours(2);

    private final Snapshots snapshots;
    private final TimeSource time;
    private final Metrics metrics;
    private final DnsMeters dnsMeters;
    private final DnsListParts dnsLists;
    private final CountryDatabases countries;
    private final TlsContexts tls;
    private final RemoteDirectories directories;
    private final RecipientFiles recipientFiles;
    private volatile Parts current;

    /** A revision and the parts behind it. */
    private record Parts(Revision revision, CachingDnsClient dns, DownstreamTable downstreams) {
        PosternConfig config() {
            return revision.snapshot().config();
        }
    }

    /** What a reload has made and nobody uses yet. */
    private record Prepared(Parts parts, TlsContexts tls) {}

    /**
     * The first configuration.
     *
     * @param seen what was loaded for it, without an error
     */
    LiveConfiguration(
            Snapshot read,
            Surroundings.Seen seen,
            TimeSource time,
            Metrics metrics,
            RemoteDirectories directories)
            throws StartFailure {
        this.directories = directories;
        this.recipientFiles =
                new RecipientFiles(read.config().data(), read.recipients(), time, metrics);
        this.snapshots = new Snapshots(read, time, directories::bind);
        Snapshot first = snapshots.current();
        this.time = time;
        this.metrics = metrics;
        this.dnsMeters = new DnsMeters(metrics);
        this.dnsLists = new DnsListParts(time, metrics);
        this.countries = new CountryDatabases(metrics, time);
        for (ScanResult.Scanner which : ScanResult.Scanner.values()) {
            metrics.gauge(
                    "scan.places.used",
                    () -> revision().scanners().inUse(which),
                    "scanner",
                    which.word());
        }
        this.tls = seen.loadedCertificates();
        PosternConfig config = first.config();
        try {
            current = make(first, seen.sealingKey(), null);
            dnsLists.activate(config);
            countries.activate(config);
        } catch (CountryFileException e) {
            throw new StartFailure(Surroundings.about(config, e).toString(), e);
        } catch (IOException e) {
            throw new StartFailure(Surroundings.about(config, e).toString(), e);
        }
    }

    /**
     * Everything for a configuration, with what of the one before still fits; nothing of it where
     * that ends in an exception.
     */
    private Parts make(Snapshot next, @Nullable SigningKey sealingKey, @Nullable Parts before)
            throws IOException, CountryFileException {
        PosternConfig config = next.config();
        boolean sameDns = before != null && before.config().dns().equals(config.dns());
        CachingDnsClient dns =
                before != null && sameDns
                        ? before.dns()
                        : CachingDnsClient.of(config.dns(), time, dnsMeters);
        boolean made = false;
        try {
            Scanners scanners = before == null ? null : before.revision().scanners();
            Parts parts =
                    new Parts(
                            revision(next, dns, sealingKey, scanners),
                            dns,
                            downstreams(before, config));
            made = true;
            return parts;
        } finally {
            if (!made) {
                countries.abandon();
                if (!sameDns) {
                    dns.close();
                }
            }
        }
    }

    private DeliveryEnvironment environment(PosternConfig config) {
        return new DeliveryEnvironment(
                config.hostname(),
                time,
                HostResolver.system(),
                new DeliveryLookups(() -> current.dns(), time));
    }

    private Revision revision(
            Snapshot snapshot,
            CachingDnsClient dns,
            @Nullable SigningKey sealingKey,
            @Nullable Scanners before)
            throws CountryFileException {
        PosternConfig config = snapshot.config();
        Authenticator authenticator =
                new Authenticator(AuthenticatorSettings.of(config, sealingKey), dns, time);
        return new Revision(
                snapshot,
                authenticator,
                dnsLists.lists(config, dns),
                new Scanners(config, before, metrics, time),
                countries.prepare(config));
    }

    /** How the services of others are that decisions lean on. */
    List<GatewayState.Helper> helpers() {
        List<GatewayState.Helper> all = new ArrayList<>(dnsLists.states());
        all.addAll(revision().scanners().states());
        all.addAll(countries.states());
        return all;
    }

    /** Other implementations' opinions, asked with the DNS client in force. */
    SecondOpinion secondOpinion() {
        return new SecondOpinion(current.dns(), time, config().authentication().deadline());
    }

    /** What a session pins. */
    Revision revision() {
        return current.revision();
    }

    Snapshot snapshot() {
        return current.revision().snapshot();
    }

    PosternConfig config() {
        return snapshot().config();
    }

    /** The databases of countries in use. */
    CountryDatabases countries() {
        return countries;
    }

    /** The recipient files in use, and their last good copies. */
    RecipientFiles recipientFiles() {
        return recipientFiles;
    }

    /** The DNS client in force. */
    CachingDnsClient dns() {
        return current.dns();
    }

    TlsContexts tls() {
        return tls;
    }

    /** The last reload if it was refused. */
    Optional<Snapshots.Refusal> refusal() {
        return snapshots.refusal();
    }

    /** All downstreams as they are configured now. */
    Map<String, Downstream> downstreamsByName() {
        return current.downstreams().byName();
    }

    /** All downstreams as they are configured now, by name. */
    List<Downstream> downstreams() {
        return current.downstreams().all();
    }

    /** Where a domain's mail goes now; empty when the domain is no longer ours. */
    Optional<String> route(Domain domain) {
        return Optional.ofNullable(config().domains().get(domain)).map(DomainConfig::downstream);
    }

    /** Where the mail of one recipient goes in place of its domain's, if it does. */
    Optional<String> ownRoute(EmailAddress recipient) {
        return snapshot()
                .recipients()
                .handling(recipient)
                .map(Handling::downstream)
                .filter(config().downstreams()::containsKey);
    }

    /**
     * Whether {@link #ownRoute} can be believed: the source is loaded, and asks for what is there.
     */
    boolean canRoute(EmailAddress recipient) {
        Recipients recipients = snapshot().recipients();
        return recipients.tellsHandling(recipient)
                && recipients
                        .handling(recipient)
                        .map(Handling::downstream)
                        .map(config().downstreams()::containsKey)
                        .orElse(true);
    }

    private List<Problem> removed(Snapshot candidate, boolean confirmed) {
        return recipientFiles.check(
                snapshot().recipients(), candidate.recipients(), candidate.config(), confirmed);
    }

    /**
     * Swaps in what stands on disk, or says why the old configuration stays.
     *
     * @param confirmed whether recipient files may lose as many as they were refused for
     */
    synchronized SnapshotResult reload(boolean confirmed) {
        AtomicReference<@Nullable Prepared> prepared = new AtomicReference<>();
        SnapshotResult result =
                snapshots.reload(candidate -> {
                    List<Problem> problems = new ArrayList<>(removed(candidate, confirmed));
                    Surroundings.Seen seen = Surroundings.look(candidate.config());
                    problems.addAll(seen.problems());
                    problems.addAll(directories.withoutList(candidate.config()));
                    if (problems.stream().noneMatch(Problem::isError)) {
                        // the last that can refuse it: what it makes comes into force
                        try {
                            prepared.set(
                                    new Prepared(
                                            make(candidate, seen.sealingKey(), current),
                                            seen.loadedCertificates()));
                        } catch (CountryFileException e) {
                            problems.add(Surroundings.about(candidate.config(), e));
                        } catch (IOException e) {
                            problems.add(Surroundings.about(candidate.config(), e));
                        }
                    }
                    return problems;
                });
        switch (result) {
            case SnapshotResult.Refused refused -> {
                refused.problems().all().forEach(p -> LOG.error("{}", p));
                LOG.error("reload refused, revision {} stays in force", snapshot().revision());
            }
            case SnapshotResult.Loaded loaded -> {
                loaded.warnings().forEach(p -> LOG.warn("{}", p));
                activate(Objects.requireNonNull(prepared.get(), "taken and not prepared"));
                LOG.info("revision {} is in force", loaded.snapshot().revision());
            }
        }
        return result;
    }

    /** Puts the added list entries as they stand on disk into force, and nothing else. */
    synchronized SnapshotResult refreshLists() {
        SnapshotResult result = snapshots.refreshAdded();
        if (result instanceof SnapshotResult.Loaded loaded) {
            Parts before = current;
            current =
                    new Parts(
                            before.revision().with(loaded.snapshot()),
                            before.dns(),
                            before.downstreams());
        }
        return result;
    }

    /** The clients of before, where they still fit; all say our name to the other side. */
    private DownstreamTable downstreams(@Nullable Parts before, PosternConfig config) {
        DeliveryEnvironment environment = environment(config);
        return before != null && config.hostname().equals(before.config().hostname())
                ? before.downstreams().next(config, environment)
                : DownstreamTable.of(config, environment);
    }

    private void activate(Prepared taken) {
        Parts next = taken.parts();
        Parts before = current;
        current = next;
        tls.become(taken.tls());
        try {
            dnsLists.activate(next.revision().snapshot().config());
        } catch (IOException e) {
            // the resolvers were there when this configuration was prepared
            LOG.error("DNS lists are watched as before: {}", e.getMessage(), e);
        }
        countries.activate(next.revision().snapshot().config());
        before.downstreams().closeWhatIsNotIn(next.downstreams());
        directories.activate(next.revision().snapshot());
        recipientFiles.activate(next.revision().snapshot().recipients());
        if (next.dns() != before.dns()) {
            // sessions that are open keep what they began with: it goes when the last must be over
            closeLater(before.dns(), LONGEST_SESSION);
        }
    }

    /** Closes a DNS client that nobody begins to ask any more, when its last question is over. */
    static void closeLater(CachingDnsClient dns, Duration after) {
        CompletableFuture.delayedExecutor(after.toSeconds(), TimeUnit.SECONDS).execute(dns::close);
    }

    @Override
    public void close() {
        current.downstreams().close();
        dnsLists.close();
        current.dns().close();
    }
}
