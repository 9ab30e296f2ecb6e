package org.postern.app.directory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.app.telemetry.NamedGauges;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Problem;
import org.postern.core.problem.Problem.Severity;
import org.postern.core.recipients.CalloutDirectory;
import org.postern.core.recipients.RecipientDirectory;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.recipients.Recipients;
import org.postern.core.recipients.SyncedDirectory;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryEnvironment;
import org.postern.queue.delivery.RecipientCallout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recipient sources over the network: made once for each that a configuration names, kept over
 * reloads, synchronised in the background, stopped when no configuration names them any more.
 * Thread-safe.
 */
public final class RemoteDirectories implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");

    private final Path folder;
    private final TimeSource time;
    private final Metrics metrics;
    private final Map<Key, Source> sources = new HashMap<>();
    private Set<Key> inUse = Set.of();
    private final Map<String, Source> active = new ConcurrentHashMap<>();
    private final NamedGauges gauges;
    private volatile @Nullable PosternConfig live;
    private volatile Set<Domain> hosted = Set.of();
    private volatile double maxRemoval;

    /** What makes two sources one: the same question, at a call-out to the same store. */
    private record Key(
            RecipientSourceConfig.Remote config, @Nullable DownstreamConfig downstream) {}

    /** A source and who looks after it. */
    private record Source(
            RecipientSourceConfig.Remote config,
            RecipientDirectory directory,
            SourceKeeper keeper) {}

    /**
     * Where a source stands.
     *
     * @param name its name
     * @param kind {@code ldap}, {@code sql}, {@code http} or {@code callout}
     * @param place where it is asked
     * @param entries how many recipients are known, or remembered; -1 if it was never loaded
     * @param good when it last answered well, or null
     * @param away since when a call-out's store has not answered, or null
     * @param error what is wrong, or empty
     * @param refused how many recipients wait to be taken away; of a call-out, how many whom the
     *     store knew it says no to, and is not believed
     * @param invalid how many values of the last list were of no use
     * @param example the first of them and what is wrong with it, or empty
     * @param standIn the sources whose last lists are served until this one is loaded, or empty
     * @param without domains of which its list names nobody
     */
    public record View(
            String name,
            String kind,
            String place,
            int entries,
            @Nullable Instant good,
            @Nullable Instant away,
            String error,
            int refused,
            int invalid,
            String example,
            String standIn,
            List<String> without) {
        public View {
            without = List.copyOf(without);
        }
    }

    /**
     * @param data the data directory; the last good lists lie beneath it
     */
    public RemoteDirectories(Path data, TimeSource time, Metrics metrics) {
        this.folder = folder(data);
        this.time = time;
        this.metrics = metrics;
        this.gauges =
                new NamedGauges(metrics)
                        .gauge("recipients.entries", of(View::entries), "source")
                        .gauge("recipients.staleness.seconds", of(this::staleness), "source")
                        .gauge("recipients.sync.refused", of(View::refused), "source")
                        .andCounter("recipients.syncs", "source");
        SyncedDirectory.removeUnfinished(folder);
    }

    /** Where the last good lists and the memories of call-outs lie. */
    static Path folder(Path data) {
        return data.resolve("recipients");
    }

    /**
     * The snapshot with its sources bound; nobody is asked yet. What an earlier candidate has
     * brought that never came into force is made anew: it holds what lay on disk at its hour.
     */
    public synchronized Snapshot bind(Snapshot snapshot) {
        sources.entrySet().removeIf(entry -> !inUse.contains(entry.getKey()) && ended(entry));
        return snapshot.withRecipients(
                snapshot.recipients()
                        .bound(config ->
                                source(key(config, snapshot.config()), snapshot.config())
                                        .directory()));
    }

    /** What a directory knows by itself: a call-out is answered from what is remembered. */
    private static RecipientDirectory unmoved(RecipientDirectory directory) {
        return directory instanceof CalloutDirectory callout ? new Remembered(callout) : directory;
    }

    /** A call-out that asks nobody. */
    private record Remembered(CalloutDirectory callout) implements RecipientDirectory {
        @Override
        public RecipientLookup lookup(EmailAddress address) {
            return callout.fromMemory(address);
        }

        @Override
        public String name() {
            return callout.name();
        }
    }

    /**
     * The snapshot with those of its sources bound that are in use already, and no others; nobody
     * is asked for it.
     */
    public synchronized Snapshot bindToActive(Snapshot snapshot) {
        return snapshot.withRecipients(
                snapshot.recipients()
                        .bound(config -> {
                            Key key = key(config, snapshot.config());
                            Source source = inUse.contains(key) ? sources.get(key) : null;
                            return source == null
                                    ? Recipients.unasked(config)
                                    : unmoved(source.directory());
                        }));
    }

    /**
     * A warning for each source that is not in use yet and has no last good list: the mail of its
     * domains waits until it has been loaded.
     */
    public synchronized List<Problem> withoutList(PosternConfig config) {
        Map<String, RecipientSourceConfig.Synced> fresh = new TreeMap<>();
        for (DomainConfig domain : config.domains().values()) {
            for (RecipientSourceConfig source : domain.recipients()) {
                if (source instanceof RecipientSourceConfig.Synced synced
                        && !active.containsKey(synced.name())
                        && !Files.exists(SyncedDirectory.listOf(folder, synced))) {
                    fresh.put(synced.name(), synced);
                }
            }
        }
        return fresh.values().stream()
                .map(source -> {
                    String before =
                            replaced(source, config).keySet().stream()
                                    .map(s -> s.config().name())
                                    .collect(Collectors.joining(", "));
                    return new Problem(
                            config.placeOf("recipients." + source.name()),
                            Severity.WARNING,
                            source.name()
                                    + " is a new source and has no list yet: mail for "
                                    + SourcesByDomain.of(source.name(), config).stream()
                                            .map(Domain::ascii)
                                            .sorted()
                                            .collect(Collectors.joining(", "))
                                    + " waits (451) until it has been loaded"
                                    + (before.isEmpty()
                                            ? ""
                                            : ", but for whom the last list of " + before + " has")
                                    + "; postern recipients status tells");
                })
                .toList();
    }

    private static Key key(RecipientSourceConfig.Remote config, PosternConfig all) {
        return new Key(
                config,
                config instanceof RecipientSourceConfig.Callout c
                        ? all.downstreams().get(c.downstream())
                        : null);
    }

    private Source source(Key key, PosternConfig all) {
        return sources.computeIfAbsent(key, k -> make(k, all));
    }

    private Source make(Key key, PosternConfig all) {
        return switch (key.config()) {
            case RecipientSourceConfig.Ldap c -> synced(c, new LdapFeed(c), all);
            case RecipientSourceConfig.Sql c -> synced(c, new SqlFeed(c), all);
            case RecipientSourceConfig.Http c -> synced(c, new HttpFeed(c, time), all);
            case RecipientSourceConfig.Callout c -> callout(c, key.downstream(), all);
        };
    }

    private Source synced(
            RecipientSourceConfig.Synced config, RecipientFeed feed, PosternConfig all) {
        if (hosted.isEmpty()) {
            hosted = all.domains().keySet();
        }
        SyncedDirectory directory =
                new SyncedDirectory(config, feed, folder, () -> maxRemoval, () -> hosted, time);
        if (directory.status().entries() < 0) {
            replaced(config, all)
                    .forEach((before, domains) -> {
                        if (before.directory() instanceof SyncedDirectory list) {
                            directory.replaces(list, domains);
                        }
                    });
        }
        return new Source(
                config, directory, new SyncKeeper(directory, () -> without(config), metrics));
    }

    /** The sources in use that are gone from a domain for which a new one is there. */
    private Map<Source, Set<Domain>> replaced(
            RecipientSourceConfig.Synced fresh, PosternConfig next) {
        PosternConfig now = live;
        Map<Source, Set<Domain>> found = new LinkedHashMap<>();
        if (now != null) {
            SourcesByDomain.replacedBy(fresh.name(), now, next)
                    .forEach((name, domains) -> {
                        Source source = active.get(name);
                        if (source != null) {
                            found.put(source, domains);
                        }
                    });
        }
        return found;
    }

    /** How many recipients a source has of each domain that names it; goes through its list. */
    public Map<Domain, Integer> counts(String name) {
        Source source = active.get(name);
        PosternConfig now = live;
        return now != null && source != null && source.directory() instanceof SyncedDirectory list
                ? list.counts(SourcesByDomain.of(name, now))
                : Map.of();
    }

    /** The domains of which a list names nobody, by name. */
    private List<String> without(RecipientSourceConfig.Synced config) {
        return counts(config.name()).entrySet().stream()
                .filter(count -> count.getValue() == 0)
                .map(count -> count.getKey().ascii())
                .sorted()
                .toList();
    }

    private Source callout(
            RecipientSourceConfig.Callout config,
            @Nullable DownstreamConfig downstream,
            PosternConfig all) {
        if (downstream == null) {
            throw new IllegalStateException("no downstream " + config.downstream());
        }
        RecipientCallout probe =
                new RecipientCallout(
                        downstream, config.timeout(), DeliveryEnvironment.system(all.hostname()));
        CalloutDirectory directory =
                new CalloutDirectory(config, probe, folder, () -> maxRemoval, time);
        try {
            directory.load();
        } catch (IOException e) {
            LOG.warn("{}: what was remembered is lost: {}", config.name(), e.getMessage());
        }
        return new Source(config, directory, new CalloutKeeper(directory, probe));
    }

    /** Begins to look after the sources of a snapshot that is in force, and ends the others. */
    public synchronized void activate(Snapshot snapshot) {
        PosternConfig config = snapshot.config();
        boolean otherDomains = !hosted.equals(config.domains().keySet());
        hosted = config.domains().keySet();
        live = config;
        maxRemoval = config.recipients().maxRemoval();
        Set<Key> wanted = new HashSet<>();
        for (DomainConfig domain : config.domains().values()) {
            for (RecipientSourceConfig source : domain.recipients()) {
                if (source instanceof RecipientSourceConfig.Remote remote) {
                    wanted.add(key(remote, config));
                }
            }
        }
        sources.entrySet().removeIf(entry -> !wanted.contains(entry.getKey()) && ended(entry));
        inUse = Set.copyOf(wanted);
        active.clear();
        for (Source source : sources.values()) {
            active.put(source.config().name(), source);
            if (source.directory() instanceof SyncedDirectory list) {
                list.keepStandIns();
            }
            source.keeper().start();
            if (otherDomains) {
                source.keeper().wake();
            }
        }
        gauges.show(active.keySet());
    }

    private static boolean ended(Map.Entry<Key, Source> entry) {
        entry.getValue().keeper().close();
        return true;
    }

    /** A call-out is asked when somebody comes: it is stale only while its store is away. */
    private double staleness(View view) {
        if (view.kind().equals("callout")) {
            Instant away = view.away();
            return away == null ? 0 : Duration.between(away, time.instant()).toMillis() / 1000.0;
        }
        return view.good() == null
                ? Double.POSITIVE_INFINITY
                : Duration.between(view.good(), time.instant()).toMillis() / 1000.0;
    }

    private ToDoubleFunction<String> of(ToDoubleFunction<View> value) {
        return name ->
                Optional.ofNullable(active.get(name))
                        .map(RemoteDirectories::view)
                        .map(value::applyAsDouble)
                        .orElse(Double.NaN);
    }

    private static View view(Source source) {
        RecipientSourceConfig.Remote c = source.config();
        return switch (source.directory()) {
            case SyncedDirectory synced -> {
                SyncedDirectory.Status s = synced.status();
                yield new View(
                        c.name(),
                        c.kind(),
                        c.place(),
                        s.entries(),
                        s.loadedAt(),
                        null,
                        s.error(),
                        s.refused(),
                        s.invalid(),
                        s.example(),
                        s.standIn(),
                        source.keeper() instanceof SyncKeeper keeper
                                ? keeper.without()
                                : List.of());
            }
            case CalloutDirectory callout ->
                    new View(
                            c.name(),
                            c.kind(),
                            c.place(),
                            callout.size(),
                            callout.lastAnswer(),
                            callout.troubleSince(),
                            callout.error(),
                            callout.missing(),
                            0,
                            "",
                            "",
                            List.of());
            default -> throw new IllegalStateException("no source: " + source.directory());
        };
    }

    /** Every source in use, by name. */
    public List<View> status() {
        return active.values().stream()
                .map(RemoteDirectories::view)
                .sorted(Comparator.comparing(View::name))
                .toList();
    }

    /**
     * Synchronises now and waits for it. A call-out has nothing to fetch: its store is asked in the
     * background whether it refuses anybody.
     *
     * @param name a source, or null for all
     * @param confirmed whether a refused list may now take recipients away
     * @return what became of each; empty if there is no such source
     */
    public Map<String, SyncedDirectory.Outcome> sync(@Nullable String name, boolean confirmed) {
        List<Source> asked = new ArrayList<>(active.values());
        asked.removeIf(s -> name != null && !name.equals(s.config().name()));
        Map<String, SyncedDirectory.Outcome> outcomes = new ConcurrentHashMap<>();
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Source source : asked) {
                if (source.keeper() instanceof SyncKeeper keeper) {
                    each.execute(
                            () -> outcomes.put(source.config().name(), keeper.sync(confirmed)));
                } else {
                    source.keeper().wake();
                }
            }
        }
        return outcomes;
    }

    /**
     * Asks a call-out's store anew about everybody who was not there, at once and in the
     * background.
     *
     * @param name a source
     * @param confirmed whether those who are missing are gone
     * @return how many were missing and are confirmed, and of how many it was remembered that they
     *     do not exist; empty if there is no such call-out
     */
    public Optional<AskedAnew> askAnew(String name, boolean confirmed) {
        Source source = active.get(name);
        if (source == null || !(source.directory() instanceof CalloutDirectory callout)) {
            return Optional.empty();
        }
        int gone = confirmed ? callout.confirm() : 0;
        AskedAnew result = new AskedAnew(gone, callout.askAnew(), callout.config().positive());
        source.keeper().wake();
        return Optional.of(result);
    }

    /**
     * What became of a call-out that is asked anew.
     *
     * @param confirmed how many were missing and are believed to be gone
     * @param forgotten of how many it was remembered that they do not exist
     * @param believed how long the store is believed after a confirmation
     */
    public record AskedAnew(int confirmed, int forgotten, Duration believed) {}

    @Override
    public synchronized void close() {
        sources.values().forEach(s -> s.keeper().close());
    }
}
