package org.postern.core.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
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
        RuleNames ruleNames = new RuleNames();
        domains.knowing(dnsbl, ruleNames);
        top.section("domains")
                .ifPresentOrElse(
                        domains::readDomains,
                        () ->
                                problems.error(
                                        top.place(),
                                        "domains is missing: the domains that mail is taken for"));
        DnsConfig dns = top.section("dns").map(this::dns).orElse(DnsConfig.DEFAULT);
        Limits limits =
                top.section("limits")
                        .map(s -> LimitsReader.read(s, listeners, problems))
                        .orElseGet(Limits::defaults);
        NetworksConfig networks =
                top.section("networks")
                        .map(new NetworksReader(problems)::read)
                        .orElse(NetworksConfig.NONE);
        Domain self = hostname.orElse(Domain.of("localhost"));
        AuthenticationReader checks = new AuthenticationReader(paths);
        AuthenticationConfig authentication =
                top.section("authentication")
                        .map(s -> checks.read(s, self))
                        .orElseGet(() -> AuthenticationConfig.defaults(self.ascii()));
        checks.sealingKey().ifPresent(at -> keys.put("authentication.arc-seal.key", at));
        ListsConfig lists = top.section("lists").map(this::lists).orElse(ListsConfig.NONE);
        Path dataOrHere = data.orElse(paths.directory());
        Path spoolHome = dataOrHere.resolve("spool");
        SpoolConfig spool =
                top.section("spool")
                        .map(s -> new SpoolReader(paths, problems).read(s, spoolHome))
                        .orElseGet(() -> SpoolConfig.defaults(spoolHome));
        AdminConfig admin = top.section("admin").map(this::admin).orElseGet(AdminConfig::defaults);
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
                        .map(s -> new PolicyReader(problems, dnsbl, ruleNames).read(s, paths))
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
        ruleNames.check(problems);
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
        for (String key : List.of("data", "admin", "log", "tls", "scanners")) {
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
                        s.positive(Keys.DNS_TIMEOUT),
                        s.orDefault(Keys.DNS_TRIES));
        s.finish();
        return dns;
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

    private AdminConfig admin(Section s) {
        AdminConfig admin = AdminConfig.read(s);
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
