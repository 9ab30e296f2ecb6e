package org.postern.core.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/** Reads sections {@code domains} and {@code downstreams}, which name each other. */
final class DomainsReader {
    private static final String RECIPIENTS_FORMS =
            "{ file: lists/recipients.yaml }, { static: [alice@example.net] }, { ldap: … }, {"
                    + " sql: … }, { http: … }, { callout: {} } or { accept-all: true }, or a list"
                    + " of them";

    private final ProblemCollector problems;
    private final PathResolver paths;
    private final Map<String, DownstreamConfig> downstreams = new LinkedHashMap<>();
    private final Map<Domain, DomainConfig> domains = new LinkedHashMap<>();
    private final Map<Domain, List<FileReference>> files = new LinkedHashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final SourcesReader sources;

    private DnsblConfig dnsbl = DnsblConfig.NONE;
    private RuleNames ruleNames = new RuleNames();

    DomainsReader(PathResolver paths, ProblemCollector problems) {
        this.paths = paths;
        this.problems = problems;
        this.sources = new SourcesReader(paths, problems);
    }

    /** Rules of domains may ask for the lists of this section, and share names with no other. */
    void knowing(DnsblConfig read, RuleNames taken) {
        dnsbl = read;
        ruleNames = taken;
    }

    Map<String, DownstreamConfig> downstreams() {
        return downstreams;
    }

    /** Where each downstream's URI stands, by {@code downstreams.NAME}, and what of sources. */
    Map<String, Place> places() {
        places.putAll(sources.places());
        return places;
    }

    Map<Domain, DomainConfig> domains() {
        return domains;
    }

    Map<Domain, List<FileReference>> recipientFiles() {
        return files;
    }

    /** Reads {@code downstreams}; to be called first. */
    void readDownstreams(Section section) {
        for (YamlNode.Entry entry : section.all()) {
            if (DownstreamUri.isUri(entry.key())) {
                problems.error(
                        entry.keyPlace(),
                        "a downstream's name holds no colon; the URI is its value");
                continue;
            }
            if (entry.key().equals(NotificationsConfig.MX_ROUTE)) {
                problems.error(
                        entry.keyPlace(),
                        "no downstream may be called "
                                + entry.key()
                                + ": so is the way that notices take to senders");
                continue;
            }
            if (entry.value() instanceof YamlNode.Scalar s && !s.isNull()) {
                places.put("downstreams." + entry.key(), s.place());
                Optional<DownstreamConfig.Target> target = target(s.text(), s.place());
                target.ifPresent(t -> downstreams.put(entry.key(), plain(entry.key(), t)));
                continue;
            }
            named(entry.key(), Section.of("downstreams." + entry.key(), entry.value(), problems));
        }
    }

    private void named(String name, Section s) {
        Optional<DownstreamConfig.Target> target =
                s.one(DownstreamKeys.URI)
                        .flatMap(uri -> target(uri, s.placeOf(DownstreamKeys.URI)));
        places.put("downstreams." + name, s.placeOf(DownstreamKeys.URI));
        Optional<DownstreamConfig.Tls> tls = s.one(DownstreamKeys.TLS);
        int connections = s.orDefault(DownstreamKeys.CONNECTIONS);
        java.time.Duration timeout = s.orDefault(DownstreamKeys.TIMEOUT);
        boolean mx = s.orDefault(DownstreamKeys.MX);
        boolean xclient = s.orDefault(DownstreamKeys.XCLIENT);
        DownstreamConfig.Tls mode =
                tls.orElseGet(() ->
                        target.map(DomainsReader::usualTls).orElse(DownstreamConfig.Tls.NONE));
        DownstreamConfig.Trust trust = new TrustReader(paths, problems).read(s, mode);
        if (mx && target.isPresent() && !isPlainSmtp(target.get())) {
            problems.error(s.placeOf(DownstreamKeys.MX), "mx: true needs a uri of smtp://");
        }
        s.finish();
        target.ifPresent(t ->
                downstreams.put(
                        name,
                        new DownstreamConfig(
                                name, t, mode, connections, timeout, trust, mx, xclient)));
    }

    private static boolean isPlainSmtp(DownstreamConfig.Target target) {
        return target instanceof DownstreamConfig.Target.Smtp smtp && !smtp.implicitTls();
    }

    private static DownstreamConfig plain(String name, DownstreamConfig.Target target) {
        return new DownstreamConfig(
                name,
                target,
                usualTls(target),
                DownstreamConfig.DEFAULT_CONNECTIONS,
                DownstreamConfig.DEFAULT_TIMEOUT);
    }

    private static DownstreamConfig.Tls usualTls(DownstreamConfig.Target target) {
        return switch (target) {
            case DownstreamConfig.Target.Smtp s when s.implicitTls() ->
                    DownstreamConfig.Tls.REQUIRED;
            case DownstreamConfig.Target.Smtp s -> DownstreamConfig.Tls.OPPORTUNISTIC;
            case DownstreamConfig.Target.Lmtp l -> DownstreamConfig.Tls.OPPORTUNISTIC;
            case DownstreamConfig.Target.LmtpUnix u -> DownstreamConfig.Tls.NONE;
            case DownstreamConfig.Target.Maildir m -> DownstreamConfig.Tls.NONE;
        };
    }

    private Optional<DownstreamConfig.Target> target(String uri, Place place) {
        try {
            return Optional.of(DownstreamUri.parse(uri, paths.directory()));
        } catch (BadValueException e) {
            problems.error(place.right(e.position()), "downstream " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Reads {@code domains}. */
    void readDomains(Section section) {
        Map<Domain, Place> seen = new HashMap<>();
        for (YamlNode.Entry entry : section.all()) {
            Domain domain;
            try {
                domain = ValueTypes.DOMAIN.parser().parse(entry.key());
            } catch (BadValueException e) {
                problems.error(
                        entry.keyPlace().right(e.position()), "a key of domains " + e.getMessage());
                continue;
            }
            Place first = seen.putIfAbsent(domain, entry.keyPlace());
            if (first != null) {
                problems.error(
                        entry.keyPlace(),
                        "domain " + domain + " stands already in line " + first.line());
                continue;
            }
            readDomain(domain, Section.of("domains." + domain, entry.value(), problems));
        }
        if (seen.isEmpty()) {
            problems.error(section.place(), "domains must name at least one domain");
        }
    }

    private static String recipientsOf(Domain domain) {
        return "domains." + domain + ".recipients";
    }

    private void readDomain(Domain domain, Section s) {
        Optional<String> downstream =
                s.one(Keys.DOMAIN_DOWNSTREAM)
                        .flatMap(d -> downstream(d, s.placeOf(Keys.DOMAIN_DOWNSTREAM)));
        List<RecipientSourceConfig> sources = new ArrayList<>();
        Optional<YamlNode.Entry> recipients = s.entry("recipients");
        recipients.ifPresent(e -> places.put(recipientsOf(domain), e.value().place()));
        if (recipients.isEmpty()) {
            problems.error(
                    s.place(),
                    "recipients is missing in domains." + domain + ": " + RECIPIENTS_FORMS);
        } else if (recipients.get().value() instanceof YamlNode.Sequence list) {
            list.items().forEach(item -> readSource(domain, item, downstream, sources));
            if (list.items().isEmpty()) {
                problems.error(list.place(), "recipients must be " + RECIPIENTS_FORMS);
            }
        } else {
            readSource(domain, recipients.get().value(), downstream, sources);
        }
        QuotaConfig quota = s.section("quota").map(RelayReader::quota).orElse(QuotaConfig.NONE);
        PolicyConfig policy =
                s.section("policy")
                        .map(new PolicyReader(problems, dnsbl, ruleNames)::readOfDomain)
                        .orElse(PolicyConfig.NONE);
        s.finish();
        domains.put(
                domain, new DomainConfig(domain, sources, downstream.orElse(""), quota, policy));
    }

    private void readSource(
            Domain domain,
            YamlNode node,
            Optional<String> domainDownstream,
            List<RecipientSourceConfig> sources) {
        if (!(node instanceof YamlNode.Mapping)) {
            problems.error(
                    node.place(),
                    "recipients must be " + RECIPIENTS_FORMS + ", found " + node.kind());
            return;
        }
        Section s = Section.of("domains." + domain + ".recipients", node, problems);
        int before = sources.size();
        int errors = problems.errorCount();
        for (Section.Placed<String> file : s.list(Keys.RECIPIENTS_FILE)) {
            paths.resolve(file)
                    .ifPresent(f -> {
                        sources.add(new RecipientSourceConfig.FromFile(f.absolute()));
                        files.computeIfAbsent(domain, d -> new ArrayList<>()).add(f);
                    });
        }
        List<EmailAddress> fixed = new ArrayList<>();
        for (Section.Placed<EmailAddress> address : s.list(Keys.RECIPIENTS_STATIC)) {
            if (address.value().host().equals(domain)) {
                fixed.add(address.value());
            } else {
                problems.error(
                        address.place(),
                        address.value()
                                + " is no address of "
                                + domain
                                + ", whose recipients these are");
            }
        }
        if (s.has(Keys.RECIPIENTS_STATIC.name())) {
            sources.add(new RecipientSourceConfig.Static(fixed));
            if (fixed.isEmpty()) {
                problems.warning(
                        s.placeOf(Keys.RECIPIENTS_STATIC),
                        "static lists nobody; where no other source knows an address of "
                                + domain
                                + ", it is refused");
            }
        }
        s.one(Keys.RECIPIENTS_ACCEPT_ALL)
                .filter(yes -> yes)
                .ifPresent(yes -> {
                    problems.warning(
                            s.placeOf(Keys.RECIPIENTS_ACCEPT_ALL),
                            "accept-all takes mail for addresses of "
                                    + domain
                                    + " that do not exist; list them instead");
                    sources.add(new RecipientSourceConfig.AcceptAll());
                });
        s.section("ldap").flatMap(this.sources::ldap).ifPresent(sources::add);
        s.section("sql").flatMap(this.sources::sql).ifPresent(sources::add);
        s.section("http").flatMap(this.sources::http).ifPresent(sources::add);
        s.section("callout").ifPresent(callout -> sources.add(callout(callout, domainDownstream)));
        s.finish();
        for (RecipientSourceConfig source : sources.subList(before, sources.size())) {
            if (source instanceof RecipientSourceConfig.Remote remote) {
                this.sources.one(domain, remote, node.place());
            }
        }
        if (sources.size() == before && problems.errorCount() == errors) {
            // a template that left nothing here would have all mail refused for good
            problems.error(
                    node.place(),
                    "recipients of " + domain + " names no source; it must be " + RECIPIENTS_FORMS);
        }
    }

    private RecipientSourceConfig.Callout callout(Section s, Optional<String> domainDownstream) {
        Place place = s.placeOf(SourceKeys.CALLOUT_DOWNSTREAM);
        Optional<String> named = s.one(SourceKeys.CALLOUT_DOWNSTREAM);
        Optional<String> asked =
                named.isPresent() ? downstream(named.get(), place) : domainDownstream;
        asked.map(downstreams::get)
                .filter(d -> d.target() instanceof DownstreamConfig.Target.Maildir || d.mx())
                .ifPresent(d ->
                        problems.error(
                                place,
                                "callout asks a store over lmtp or smtp, which "
                                        + d.name()
                                        + " is not"));
        return sources.callout(s, asked.orElse(""));
    }

    /** The name under which the downstream stands in the table. */
    private Optional<String> downstream(String value, Place place) {
        if (!DownstreamUri.isUri(value)) {
            if (!downstreams.containsKey(value)) {
                String known =
                        downstreams.isEmpty()
                                ? "; downstreams names none"
                                : "; downstreams has " + String.join(", ", downstreams.keySet());
                problems.error(
                        place,
                        "no downstream is called "
                                + ValueType.shortened(value)
                                + known
                                + "; a URI such as lmtp://127.0.0.1:24 can stand here as well");
                return Optional.empty();
            }
            return Optional.of(value);
        }
        return target(value, place)
                .map(t -> {
                    downstreams.putIfAbsent(value, plain(value, t));
                    places.putIfAbsent("downstreams." + value, place);
                    return value;
                });
    }
}
