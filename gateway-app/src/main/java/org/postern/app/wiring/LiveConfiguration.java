package org.postern.app.wiring;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.secondopinion.SecondOpinion;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;
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
import org.postern.smtp.tls.TlsProblemException;
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
    private @Nullable Prepared prepared;

    /** A revision and the parts behind it. */
    private record Parts(Revision revision, CachingDnsClient dns, DownstreamTable downstreams) {}

    /** What a reload has made and nobody uses yet. */
    private record Prepared(Parts parts, TlsContexts tls) {}

    LiveConfiguration(
            Snapshot read, TimeSource time, Metrics metrics, RemoteDirectories directories)
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
        PosternConfig config = first.config();
        try {
            tls = TlsContexts.load(config.tls());
            CachingDnsClient dns = CachingDnsClient.of(config.dns(), time, dnsMeters);
            current =
                    new Parts(
                            revision(first, dns, null),
                            dns,
                            DownstreamTable.of(config, environment(config)));
            dnsLists.activate(config);
            countries.activate(config);
        } catch (CountryFileException e) {
            throw new StartFailure(
                    config.placeOf(PolicyConfig.COUNTRY_DATABASE) + ": " + e.getMessage(), e);
        } catch (TlsProblemException e) {
            throw new StartFailure(config.placeOf("tls") + ": " + e.getMessage(), e);
        } catch (SealingKey.SealingKeyException e) {
            throw new StartFailure(config.placeOf(SealingKey.PATH) + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new StartFailure(
                    "dns: no resolver to ask: " + e.getMessage() + "; name one under dns.servers",
                    e);
        }
    }

    private DeliveryEnvironment environment(PosternConfig config) {
        return new DeliveryEnvironment(
                config.hostname(),
                time,
                HostResolver.system(),
                new DeliveryLookups(() -> current.dns(), time));
    }

    private Revision revision(Snapshot snapshot, CachingDnsClient dns, @Nullable Scanners before)
            throws SealingKey.SealingKeyException, CountryFileException {
        PosternConfig config = snapshot.config();
        Authenticator authenticator =
                new Authenticator(
                        AuthenticatorSettings.of(config, SealingKey.read(config)), dns, time);
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
                snapshot().recipients(),
                candidate.recipients(),
                candidate.config().recipients().maxRemoval(),
                confirmed);
    }

    /**
     * Swaps in what stands on disk, or says why the old configuration stays.
     *
     * @param confirmed whether recipient files may lose as many as they were refused for
     */
    synchronized SnapshotResult reload(boolean confirmed) {
        SnapshotResult result =
                snapshots.reload(candidate -> {
                    List<Problem> problems = new ArrayList<>(removed(candidate, confirmed));
                    problems.addAll(Surroundings.check(candidate.config()));
                    problems.addAll(directories.withoutList(candidate.config()));
                    if (problems.stream().noneMatch(Problem::isError)) {
                        prepare(candidate).ifPresent(problems::add);
                    }
                    return problems;
                });
        switch (result) {
            case SnapshotResult.Refused refused -> {
                prepared = null;
                countries.abandon();
                refused.problems().all().forEach(p -> LOG.error("{}", p));
                LOG.error("reload refused, revision {} stays in force", snapshot().revision());
            }
            case SnapshotResult.Loaded loaded -> {
                loaded.warnings().forEach(p -> LOG.warn("{}", p));
                activate();
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

    /**
     * Builds everything for a configuration that nothing else speaks against.
     *
     * @return what speaks against it after all: then nothing has changed
     */
    private Optional<Problem> prepare(Snapshot next) {
        PosternConfig config = next.config();
        Parts before = current;
        CachingDnsClient dns = before.dns();
        DownstreamTable downstreams = before.downstreams();
        try {
            if (!config.dns().equals(config().dns())) {
                dns = CachingDnsClient.of(config.dns(), time, dnsMeters);
            }
            Revision revision = revision(next, dns, revision().scanners());
            downstreams = downstreams(before, config);
            TlsContexts certificates = TlsContexts.load(config.tls());
            prepared = new Prepared(new Parts(revision, dns, downstreams), certificates);
            return Optional.empty();
        } catch (IOException
                | TlsProblemException
                | CountryFileException
                | SealingKey.SealingKeyException e) {
            downstreams.closeWhatIsNotIn(before.downstreams());
            if (dns != before.dns()) {
                dns.close();
            }
            return Optional.of(
                    new Problem(
                            Place.start(config.file()),
                            Severity.ERROR,
                            String.valueOf(e.getMessage())));
        }
    }

    /** The clients of before, where they still fit; all say our name to the other side. */
    private DownstreamTable downstreams(Parts before, PosternConfig config) {
        DeliveryEnvironment environment = environment(config);
        return config.hostname().equals(config().hostname())
                ? before.downstreams().next(config, environment)
                : DownstreamTable.of(config, environment);
    }

    private void activate() {
        Prepared taken = prepared;
        prepared = null;
        if (taken == null) {
            throw new IllegalStateException("a configuration was taken that was not prepared");
        }
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
            CompletableFuture.delayedExecutor(LONGEST_SESSION.toSeconds(), TimeUnit.SECONDS)
                    .execute(before.dns()::close);
        }
    }

    @Override
    public void close() {
        current.downstreams().close();
        dnsLists.close();
        current.dns().close();
    }
}
