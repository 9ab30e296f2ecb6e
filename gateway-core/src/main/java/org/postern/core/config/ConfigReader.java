package org.postern.core.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/**
 * Turns the tree of a configuration file into records, noting everything that is wrong on the way:
 * a bad value is left out or replaced by its default so that the reading can go on, and the result
 * is thrown away in the end if there was any error. Used once.
 */
final class ConfigReader {
    private final Path file;
    private final ProblemCollector problems;
    private final PathResolver paths;
    private final DomainsReader domains;
    private final ListenersReader front;
    private final Map<String, Place> keys = new LinkedHashMap<>();
    private List<FileReference> allow = List.of();
    private List<FileReference> deny = List.of();
    private Map<String, List<FileReference>> named = Map.of();

    ConfigReader(Path file, ProblemCollector problems) {
        this.file = file;
        this.problems = problems;
        this.paths = new PathResolver(file, problems);
        this.domains = new DomainsReader(paths, problems);
        this.front = new ListenersReader(paths, problems);
    }

    ConfigDraft read(YamlNode root) {
        int before = problems.errorCount();
        if (root instanceof YamlNode.Scalar s && s.isNull()) {
            problems.error(root.place(), "file is empty");
            return ConfigDraft.NOTHING;
        }
        Section top = Section.of("", root, problems);
        @Nullable PosternConfig config = root instanceof YamlNode.Mapping ? readTop(top) : null;
        boolean good = problems.errorCount() == before;
        return new ConfigDraft(
                good ? Optional.ofNullable(config) : Optional.empty(),
                allow,
                deny,
                named,
                domains.recipientFiles());
    }

    private @Nullable PosternConfig readTop(Section top) {
        Optional<Domain> hostname = top.one(Keys.HOSTNAME);
        hostname.filter(h -> h.ascii().indexOf('.') < 0)
                .ifPresent(h ->
                        problems.warning(
                                top.placeOf(Keys.HOSTNAME),
                                "hostname should be a full name such as mx1.example.net"
                                        + " (RFC 5321, 4.1.1.1)"));
        Optional<Path> data =
                top.one(Keys.DATA)
                        .flatMap(d -> paths.resolve(d, top.placeOf(Keys.DATA)))
                        .map(FileReference::absolute);
        TlsConfig tls = top.section("tls").map(front::tls).orElse(TlsConfig.NONE);
        List<ListenerConfig> listeners = front.listeners(top, tls);
        top.section("downstreams").ifPresent(domains::readDownstreams);
        DnsblConfig dnsbl =
                top.section("dnsbl").map(new DnsblReader(problems)::read).orElse(DnsblConfig.NONE);
        domains.knowing(dnsbl);
        top.section("domains")
                .ifPresentOrElse(
                        domains::readDomains,
                        () ->
                                problems.error(
                                        top.place(),
                                        "domains is missing: the domains that mail is taken for"));
        DnsConfig dns = top.section("dns").map(this::dns).orElse(DnsConfig.DEFAULT);
        Limits limits =
                top.section("limits").map(s -> limits(s, listeners)).orElseGet(Limits::defaults);
        NetworksConfig networks =
                top.section("networks").map(this::networks).orElse(NetworksConfig.NONE);
        Domain self = hostname.orElse(Domain.of("localhost"));
        AuthenticationConfig authentication =
                top.section("authentication")
                        .map(s -> authentication(s, self))
                        .orElseGet(() -> AuthenticationConfig.defaults(self.ascii()));
        ListsConfig lists = top.section("lists").map(this::lists).orElse(ListsConfig.NONE);
        Path dataOrHere = data.orElse(paths.directory());
        Path spoolHome = dataOrHere.resolve("spool");
        SpoolConfig spool =
                top.section("spool")
                        .map(s -> spool(s, spoolHome))
                        .orElseGet(() -> SpoolConfig.defaults(spoolHome));
        AdminConfig admin =
                top.section("admin")
                        .map(this::admin)
                        .orElseGet(() ->
                                new AdminConfig(
                                        Keys.ADMIN_ADDRESS.fallbackValue(),
                                        AdminConfig.DEFAULT_PORT));
        LogConfig log =
                top.section("log")
                        .map(this::log)
                        .orElseGet(() -> new LogConfig(Keys.LOG_LEVEL.fallbackValue(), null));
        GreylistingConfig greylisting =
                top.section("greylisting")
                        .map(s -> GreylistingKeys.read(s, problems))
                        .orElse(GreylistingConfig.OFF);
        List<ScannerConfig> scanners =
                top.section("scanners").map(s -> ScannerKeys.read(s, problems)).orElse(List.of());
        PolicyConfig policy =
                top.section("policy")
                        .map(s -> new PolicyReader(problems, dnsbl).read(s, paths))
                        .orElse(PolicyConfig.NONE);
        top.section("policy")
                .filter(s -> s.has(PolicyKeys.COUNTRY_DATABASE))
                .ifPresent(s ->
                        keys.put(
                                PolicyConfig.COUNTRY_DATABASE,
                                s.placeOf(PolicyKeys.COUNTRY_DATABASE)));
        RelayReader relays = new RelayReader(problems);
        RelayConfig relay =
                top.section("relay").map(relays::relay).orElseGet(RelayConfig::defaults);
        NotificationsConfig notifications =
                top.section("notifications")
                        .map(s -> relays.notifications(s, domains.downstreams()))
                        .orElseGet(NotificationsConfig::defaults);
        RecipientsConfig recipients =
                top.section("recipients")
                        .map(ConfigReader::recipients)
                        .orElseGet(RecipientsConfig::defaults);
        boolean countsUnknown = limits.unknownRecipients() > 0;
        ReputationConfig reputation =
                top.section("reputation")
                        .map(s ->
                                new ReputationReader(problems)
                                        .read(s, domains.domains().keySet(), countsUnknown))
                        .orElseGet(() -> ReputationConfig.defaults(countsUnknown));
        EvidenceReader evidence = new EvidenceReader(problems);
        JournalConfig journal =
                top.section("journal").map(evidence::journal).orElse(JournalConfig.DEFAULT);
        AlertsConfig alerts =
                top.section("alerts")
                        .map(new AlertsReader(paths, problems)::read)
                        .orElse(AlertsConfig.NONE);
        ProbeConfig probe =
                top.section("probe")
                        .flatMap(p -> new ProbeReader(paths, problems).read(p, domains.domains()))
                        .orElse(null);
        RuleReferences.check(domains.domains().values(), policy, lists, problems);
        refuseLaterSections(top);
        top.finish();
        return new PosternConfig(
                file.toAbsolutePath().normalize(),
                self,
                dataOrHere,
                listeners,
                domains.domains(),
                tls,
                dns,
                limits,
                networks,
                authentication,
                lists,
                spool,
                domains.downstreams(),
                admin,
                log,
                policy,
                relay,
                notifications,
                recipients,
                reputation,
                dnsbl,
                journal,
                alerts,
                probe,
                greylisting,
                scanners,
                places(top));
    }

    private static RecipientsConfig recipients(Section s) {
        RecipientsConfig recipients = new RecipientsConfig(s.orDefault(SourceKeys.MAX_REMOVAL));
        s.finish();
        return recipients;
    }

    private Map<String, Place> places(Section top) {
        Map<String, Place> places = new LinkedHashMap<>(domains.places());
        places.putAll(keys);
        for (String key : List.of("data", "admin", "log", "tls")) {
            top.entry(key).ifPresent(e -> places.put(key, e.value().place()));
        }
        top.entry("listeners")
                .map(YamlNode.Entry::value)
                .ifPresent(value -> {
                    if (value instanceof YamlNode.Sequence list) {
                        for (int i = 0; i < list.items().size(); i++) {
                            places.put("listeners." + i, list.items().get(i).place());
                        }
                    }
                });
        return places;
    }

    private void refuseLaterSections(Section top) {
        for (String later : Keys.NOT_YET) {
            if (top.has(later)) {
                top.entry(later)
                        .ifPresent(e ->
                                problems.error(
                                        e.keyPlace(),
                                        "section "
                                                + later
                                                + " is not supported in this version;"
                                                + " remove it"));
            }
        }
    }

    private DnsConfig dns(Section s) {
        DnsConfig dns =
                new DnsConfig(
                        s.values(Keys.DNS_SERVERS),
                        positive(s, Keys.DNS_TIMEOUT),
                        s.orDefault(Keys.DNS_TRIES));
        s.finish();
        return dns;
    }

    private Limits limits(Section s, List<ListenerConfig> listeners) {
        Limits limits = LimitsReader.read(s, problems);
        boolean open = listeners.stream().anyMatch(l -> !l.address().isLoopbackAddress());
        for (Key<?> key : Keys.ALL) {
            boolean bound =
                    key.section().equals("limits")
                            && !key.equals(Keys.GREET_DELAY)
                            && !key.equals(Keys.BARE_NEWLINE);
            if (open && bound && s.isZero(key)) {
                problems.warning(
                        s.placeOf(key),
                        key.path() + " is 0, no limit, on a listener that is open to others");
            }
        }
        return limits;
    }

    private NetworksConfig networks(Section s) {
        Map<Cidr, InetAddress> secondary = new LinkedHashMap<>();
        s.section(Keys.SECONDARY.name())
                .ifPresent(part -> {
                    for (YamlNode.Entry entry : part.all()) {
                        secondary(entry, secondary);
                    }
                });
        NetworksConfig networks =
                new NetworksConfig(
                        s.values(Keys.INTERNAL),
                        s.values(Keys.TRUSTED_RELAYS),
                        s.values(Keys.LOAD_BALANCERS),
                        s.values(Keys.PUBLIC),
                        secondary);
        s.finish();
        return networks;
    }

    private void secondary(YamlNode.Entry entry, Map<Cidr, InetAddress> secondary) {
        Place place = entry.keyPlace();
        try {
            Cidr network = ValueTypes.CIDR.parser().parse(entry.key());
            place = entry.value().place();
            InetAddress address = ValueTypes.IP.read(entry.value());
            secondary.put(network, address);
        } catch (BadValueException e) {
            problems.error(place, "networks.secondary: " + e.getMessage());
        }
    }

    private AuthenticationConfig authentication(Section s, Domain hostname) {
        AuthenticationConfig authentication =
                new AuthenticationConfig(
                        s.orDefault(Keys.AUTHENTICATION_ENABLED),
                        s.one(Keys.AUTHSERV_ID).orElse(hostname).ascii(),
                        positive(s, Keys.AUTHENTICATION_DEADLINE),
                        s.values(Keys.DMARC_EXCEPTIONS),
                        s.orDefault(Keys.DMARC_REJECT),
                        s.values(Keys.TRUSTED_SEALERS),
                        s.section("arc-seal").flatMap(this::arcSeal).orElse(null),
                        s.orDefault(Keys.RECEIVED_SPF),
                        s.orDefault(Keys.SECOND_OPINION));
        s.finish();
        return authentication;
    }

    private Optional<AuthenticationConfig.ArcSeal> arcSeal(Section s) {
        Optional<Domain> domain = s.one(Keys.ARC_SEAL_DOMAIN);
        Optional<String> selector = s.one(Keys.ARC_SEAL_SELECTOR);
        Optional<Path> key =
                s.one(Keys.ARC_SEAL_KEY)
                        .flatMap(k -> paths.readable(k, s.placeOf(Keys.ARC_SEAL_KEY)))
                        .map(FileReference::absolute);
        keys.put("authentication.arc-seal.key", s.placeOf(Keys.ARC_SEAL_KEY));
        s.finish();
        return domain.isEmpty() || selector.isEmpty()
                ? Optional.empty()
                : key.map(k -> new AuthenticationConfig.ArcSeal(domain.get(), selector.get(), k));
    }

    private ListsConfig lists(Section s) {
        allow = references(s, Keys.LISTS_ALLOW);
        deny = references(s, Keys.LISTS_DENY);
        named = NamedListsReader.read(s, paths, problems);
        s.finish();
        Map<String, List<Path>> files = new LinkedHashMap<>();
        named.forEach(
                (name, of) -> files.put(name, of.stream().map(FileReference::absolute).toList()));
        return new ListsConfig(
                allow.stream().map(FileReference::absolute).toList(),
                deny.stream().map(FileReference::absolute).toList(),
                files);
    }

    private List<FileReference> references(Section s, Key<String> key) {
        return s.list(key).stream().flatMap(p -> paths.resolve(p).stream()).toList();
    }

    private SpoolConfig spool(Section s, Path usual) {
        Path directory =
                s.one(Keys.SPOOL_DIRECTORY)
                        .flatMap(d -> paths.resolve(d, s.placeOf(Keys.SPOOL_DIRECTORY)))
                        .map(FileReference::absolute)
                        .orElse(usual);
        long segment = s.orDefault(Keys.SPOOL_SEGMENT_SIZE);
        if (segment < 1L << 20 || segment > 1L << 30) {
            problems.error(
                    s.placeOf(Keys.SPOOL_SEGMENT_SIZE),
                    "spool.segment-size must be from 1MB to 1GB");
        }
        SpoolConfig defaults = SpoolConfig.defaults(directory);
        SpoolConfig amounts =
                new SpoolConfig(
                        directory,
                        segment,
                        s.orDefault(Keys.SPOOL_MIN_FREE),
                        s.orDefault(Keys.SPOOL_MIN_FREE_INODES),
                        s.orDefault(Keys.SPOOL_INDEX_MEMORY),
                        s.orDefault(Keys.SPOOL_COMPACTION_RATE),
                        defaults.retryFirst(),
                        defaults.retryMax(),
                        defaults.retryExpire());
        SpoolConfig spool = s.section("retry").map(r -> retry(r, amounts)).orElse(amounts);
        s.finish();
        return spool;
    }

    private SpoolConfig retry(Section r, SpoolConfig amounts) {
        Duration first = positive(r, Keys.RETRY_FIRST);
        Duration max = positive(r, Keys.RETRY_MAX);
        Duration expire = positive(r, Keys.RETRY_EXPIRE);
        r.finish();
        if (first.compareTo(max) > 0) {
            problems.error(
                    r.placeOf(r.has("first") ? Keys.RETRY_FIRST : Keys.RETRY_MAX),
                    "spool.retry.first must not be longer than spool.retry.max");
        }
        if (max.compareTo(expire) > 0) {
            problems.error(
                    r.placeOf(r.has("max") ? Keys.RETRY_MAX : Keys.RETRY_EXPIRE),
                    "spool.retry.max must not be longer than spool.retry.expire");
        }
        return new SpoolConfig(
                amounts.directory(),
                amounts.segmentBytes(),
                amounts.minFreeBytes(),
                amounts.minFreeInodes(),
                amounts.indexBytes(),
                amounts.compactionBytes(),
                first,
                max,
                expire);
    }

    private Duration positive(Section s, Key<Duration> key) {
        Duration value = s.orDefault(key);
        if (value.isZero()) {
            problems.error(s.placeOf(key), key.path() + " must be longer than 0");
        }
        return value;
    }

    private AdminConfig admin(Section s) {
        AdminConfig admin =
                new AdminConfig(s.orDefault(Keys.ADMIN_ADDRESS), s.orDefault(Keys.ADMIN_PORT));
        if (!admin.address().isLoopbackAddress()) {
            problems.warning(
                    s.placeOf(Keys.ADMIN_ADDRESS),
                    "metrics and health can be read by anybody who reaches this address");
        }
        s.finish();
        return admin;
    }

    private LogConfig log(Section s) {
        String level = s.orDefault(Keys.LOG_LEVEL);
        Optional<Path> json =
                s.one(Keys.LOG_JSON_FILE)
                        .flatMap(f -> paths.resolve(f, s.placeOf(Keys.LOG_JSON_FILE)))
                        .map(FileReference::absolute);
        s.finish();
        return new LogConfig(level, json.orElse(null));
    }
}
