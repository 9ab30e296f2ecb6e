package org.postern.core.config;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.ConditionConfig.AddressOf;
import org.postern.core.config.ConditionConfig.DomainOf;
import org.postern.core.config.ConditionConfig.DomainPattern;
import org.postern.core.config.ConditionConfig.Method;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/**
 * Reads section {@code policy}. A rule that could never apply, because its stage comes before what
 * it asks for is known, or that does what its stage cannot, is an error and not a silent nothing.
 */
final class PolicyReader {
    /** The most rules, so that one look at a message stays cheap. */
    private static final int MAX_RULES = 1_000;

    private static final FileReference NOT_THERE =
            new FileReference(Path.of("/"), Path.of("/"), Place.start(Path.of("/")));

    private final ProblemCollector problems;
    private final List<String> dnsLists;
    private final RuleNames names;

    PolicyReader(ProblemCollector problems, DnsblConfig dnsbl, RuleNames names) {
        this.problems = problems;
        this.names = names;
        this.dnsLists = dnsbl.lists().stream().map(DnsListConfig::name).toList();
    }

    /** Reads the rules of one domain: they are about its recipients, so they begin at rcpt. */
    PolicyConfig readOfDomain(Section section) {
        PolicyConfig policy = rules(section, PolicyConfig.Guard.ALARM, Map.of());
        afterMail(policy.rules(), "a domain", section.place());
        return policy;
    }

    /** Who is asked for must be known: before RCPT no recipient is. */
    private void afterMail(List<RuleConfig> rules, String whose, Place place) {
        for (RuleConfig rule : rules) {
            if (rule.at().compareTo(RuleConfig.At.RCPT) < 0) {
                problems.error(
                        place,
                        "rule "
                                + rule.name()
                                + " of "
                                + whose
                                + " must have stage rcpt or data: before that no recipient is"
                                + " known");
            }
        }
    }

    PolicyConfig read(Section section, PathResolver paths) {
        Map<String, List<RuleConfig>> sets = new LinkedHashMap<>();
        section.section("sets")
                .ifPresent(all -> {
                    for (YamlNode.Entry entry : all.all()) {
                        set(entry, sets);
                    }
                });
        Optional<Path> countries =
                section.one(PolicyKeys.COUNTRY_DATABASE)
                        .flatMap(f -> {
                            Place place = section.placeOf(PolicyKeys.COUNTRY_DATABASE);
                            return paths.readable(f, place).isPresent()
                                    ? paths.resolve(f, place)
                                    : Optional.of(NOT_THERE); // said once, not for each rule
                        })
                        .map(FileReference::absolute);
        PolicyConfig read = rules(section, section.orDefault(PolicyKeys.GUARD), sets);
        return new PolicyConfig(read.rules(), read.guard(), sets, countries.orElse(null));
    }

    private void set(YamlNode.Entry entry, Map<String, List<RuleConfig>> sets) {
        try {
            ValueTypes.RULE_NAME.read(new YamlNode.Scalar(entry.keyPlace(), entry.key(), true));
        } catch (BadValueException e) {
            problems.error(entry.keyPlace(), "the name of a set of rules " + e.getMessage());
            return;
        }
        List<RuleConfig> rules = new ArrayList<>();
        readAll(entry.value(), "policy.sets." + entry.key(), rules);
        afterMail(rules, "a set", entry.keyPlace());
        sets.put(entry.key(), rules);
    }

    private PolicyConfig rules(
            Section section, PolicyConfig.Guard guard, Map<String, List<RuleConfig>> sets) {
        List<RuleConfig> rules = new ArrayList<>();
        section.entry("rules")
                .ifPresent(entry -> readAll(entry.value(), section.name() + ".rules", rules));
        section.finish();
        return new PolicyConfig(rules, guard, sets, null);
    }

    private void readAll(YamlNode value, String section, List<RuleConfig> rules) {
        if (value instanceof YamlNode.Scalar s && s.isNull()) {
            return;
        }
        if (!(value instanceof YamlNode.Sequence list)) {
            problems.error(
                    value.place(), section + " must be a list of rules, found " + value.kind());
            return;
        }
        if (list.items().size() > MAX_RULES) {
            problems.error(list.place(), section + " has more than " + MAX_RULES + " rules");
            return;
        }
        for (YamlNode item : list.items()) {
            Section s = Section.of(section, item, problems);
            Optional<String> name = s.one(PolicyKeys.RULE_NAME);
            name.ifPresent(n -> names.take(n, s.placeOf(PolicyKeys.RULE_NAME), section));
            rule(s, name).ifPresent(rules::add);
        }
    }

    private Optional<RuleConfig> rule(Section s, Optional<String> name) {
        Optional<RuleConfig.At> at = s.one(PolicyKeys.RULE_STAGE);
        Optional<RuleConfig.Action> action = s.one(PolicyKeys.RULE_ACTION);
        RuleConfig.Mode mode = s.orDefault(PolicyKeys.RULE_MODE);
        Optional<Instant> expires = s.one(PolicyKeys.RULE_EXPIRES);
        Optional<String> reply = s.one(PolicyKeys.RULE_REPLY);
        List<ConditionConfig> conditions = new ArrayList<>();
        s.section("when")
                .ifPresent(when -> {
                    conditions.addAll(conditions(when, at.orElse(RuleConfig.At.DATA)));
                    if (when.isEmpty()) {
                        // its conditions commented out it would apply to everybody
                        problems.error(
                                when.place(),
                                "when has no condition; a rule for everybody has no when");
                    }
                });
        s.finish();
        if (at.isEmpty() || action.isEmpty() || name.isEmpty()) {
            return Optional.empty();
        }
        checkAction(s, at.get(), action.get(), reply);
        return Optional.of(
                new RuleConfig(
                        name.get(),
                        at.get(),
                        conditions,
                        action.get(),
                        mode,
                        expires.orElse(null),
                        reply.orElse(null),
                        s.placeOf(
                                expires.isPresent()
                                        ? PolicyKeys.RULE_EXPIRES
                                        : PolicyKeys.RULE_NAME)));
    }

    private void checkAction(
            Section s, RuleConfig.At at, RuleConfig.Action action, Optional<String> reply) {
        boolean possible =
                switch (action) {
                    case TAG, QUARANTINE -> at == RuleConfig.At.DATA;
                    // RFC 5321, 3.1: a greeting is 220 or 554
                    case DEFER -> at != RuleConfig.At.CONNECT;
                    case ACCEPT, REJECT -> true;
                };
        if (!possible) {
            problems.error(
                    s.placeOf(PolicyKeys.RULE_ACTION),
                    action == RuleConfig.Action.DEFER
                            ? "a client cannot be deferred at connect; use stage helo or mail"
                            : "a message can be tagged or quarantined at stage data alone");
        }
        boolean answered = action == RuleConfig.Action.REJECT || action == RuleConfig.Action.DEFER;
        if (reply.isPresent() && !answered) {
            problems.error(
                    s.placeOf(PolicyKeys.RULE_REPLY), "reply goes with reject and defer alone");
        }
    }

    private List<ConditionConfig> conditions(Section s, RuleConfig.At at) {
        for (YamlNode.Entry entry : s.emptyLists()) {
            problems.error(
                    entry.value().place(),
                    entry.key()
                            + " names nothing: no message could meet it, and every one its not");
        }
        List<ConditionConfig> all = new ArrayList<>();
        if (s.has(PolicyKeys.WHEN_CLIENT)) {
            all.add(new ConditionConfig.Client(s.values(PolicyKeys.WHEN_CLIENT)));
        }
        if (s.has(PolicyKeys.WHEN_COUNTRY)) {
            all.add(
                    new ConditionConfig.Country(
                            Set.copyOf(s.values(PolicyKeys.WHEN_COUNTRY)),
                            s.placeOf(PolicyKeys.WHEN_COUNTRY)));
        }
        if (s.has(PolicyKeys.WHEN_LIST)) {
            all.add(
                    new ConditionConfig.Listed(
                            Set.copyOf(s.values(PolicyKeys.WHEN_LIST)),
                            s.placeOf(PolicyKeys.WHEN_LIST)));
        }
        s.one(PolicyKeys.WHEN_KNOWN_GOOD).ifPresent(v -> all.add(new ConditionConfig.KnownGood(v)));
        s.one(PolicyKeys.WHEN_UNKNOWN_OVER)
                .ifPresent(v -> all.add(new ConditionConfig.UnknownRecipientsOver(v)));
        known(s, PolicyKeys.WHEN_TLS, at, RuleConfig.At.HELO);
        s.one(PolicyKeys.WHEN_TLS).ifPresent(v -> all.add(new ConditionConfig.Encrypted(v)));
        known(s, PolicyKeys.WHEN_NULL_SENDER, at, RuleConfig.At.MAIL);
        s.one(PolicyKeys.WHEN_NULL_SENDER)
                .ifPresent(v -> all.add(new ConditionConfig.NullSender(v)));
        address(s, PolicyKeys.WHEN_SENDER, AddressOf.SENDER, at, all);
        address(s, PolicyKeys.WHEN_RECIPIENT, AddressOf.RECIPIENT, at, all);
        domain(s, PolicyKeys.WHEN_HELO, DomainOf.HELO, at, all);
        domain(s, PolicyKeys.WHEN_SENDER_DOMAIN, DomainOf.SENDER, at, all);
        domain(s, PolicyKeys.WHEN_RECIPIENT_DOMAIN, DomainOf.RECIPIENT, at, all);
        domain(s, PolicyKeys.WHEN_REVERSE_NAME, DomainOf.REVERSE_NAME, at, all);
        domain(s, PolicyKeys.WHEN_AUTHOR_DOMAIN, DomainOf.AUTHOR, at, all);
        domain(s, PolicyKeys.WHEN_AUTHENTICATED_DOMAIN, DomainOf.AUTHENTICATED, at, all);
        result(s, PolicyKeys.WHEN_SPF, Method.SPF, at, all);
        result(s, PolicyKeys.WHEN_HELO_SPF, Method.HELO_SPF, at, all);
        result(s, PolicyKeys.WHEN_IPREV, Method.IPREV, at, all);
        result(s, PolicyKeys.WHEN_DKIM, Method.DKIM, at, all);
        result(s, PolicyKeys.WHEN_ARC, Method.ARC, at, all);
        result(s, PolicyKeys.WHEN_DMARC, Method.DMARC, at, all);
        if (s.has(PolicyKeys.WHEN_REASON)) {
            known(s, PolicyKeys.WHEN_REASON, at, RuleConfig.At.DATA);
            all.add(new ConditionConfig.Reason(s.values(PolicyKeys.WHEN_REASON)));
        }
        known(s, PolicyKeys.WHEN_SIZE_OVER, at, RuleConfig.At.DATA);
        s.one(PolicyKeys.WHEN_SIZE_OVER).ifPresent(v -> all.add(new ConditionConfig.SizeOver(v)));
        if (s.has(PolicyKeys.WHEN_DNSBL)) {
            known(s, PolicyKeys.WHEN_DNSBL, at, RuleConfig.At.RCPT);
            for (Section.Placed<String> list : s.list(PolicyKeys.WHEN_DNSBL)) {
                if (!dnsLists.contains(list.value())) {
                    problems.error(
                            list.place(), "there is no list " + list.value() + " in dnsbl.lists");
                }
            }
            all.add(new ConditionConfig.DnsList(Set.copyOf(s.values(PolicyKeys.WHEN_DNSBL))));
        }
        known(s, PolicyKeys.WHEN_DNSBL_SCORE_OVER, at, RuleConfig.At.RCPT);
        s.one(PolicyKeys.WHEN_DNSBL_SCORE_OVER)
                .ifPresent(v -> all.add(new ConditionConfig.DnsblScoreOver(v)));
        if (s.has(PolicyKeys.WHEN_SCAN)) {
            known(s, PolicyKeys.WHEN_SCAN, at, RuleConfig.At.DATA);
            all.add(new ConditionConfig.Scan(Set.copyOf(s.values(PolicyKeys.WHEN_SCAN))));
        }
        known(s, PolicyKeys.WHEN_SPAM_SCORE_OVER, at, RuleConfig.At.DATA);
        s.one(PolicyKeys.WHEN_SPAM_SCORE_OVER)
                .ifPresent(v -> all.add(new ConditionConfig.SpamScoreOver(v)));
        s.section("not")
                .ifPresent(n -> {
                    List<ConditionConfig> none = conditions(n, at);
                    if (none.isEmpty()) {
                        problems.error(n.place(), "not needs at least one condition");
                    }
                    all.add(new ConditionConfig.Not(none));
                });
        s.finish();
        return all;
    }

    private void address(
            Section s, Key<String> key, AddressOf of, RuleConfig.At at, List<ConditionConfig> all) {
        if (s.has(key)) {
            if (of == AddressOf.RECIPIENT) {
                onlyAtRcpt(s, key, at);
            } else {
                known(s, key, at, RuleConfig.At.MAIL);
            }
            all.add(new ConditionConfig.Address(of, new HashSet<>(s.values(key))));
        }
    }

    private void domain(
            Section s,
            Key<DomainPattern> key,
            DomainOf of,
            RuleConfig.At at,
            List<ConditionConfig> all) {
        if (!s.has(key)) {
            return;
        }
        switch (of) {
            case HELO -> known(s, key, at, RuleConfig.At.HELO);
            case SENDER -> known(s, key, at, RuleConfig.At.MAIL);
            case RECIPIENT -> onlyAtRcpt(s, key, at);
            case REVERSE_NAME, AUTHOR, AUTHENTICATED -> known(s, key, at, RuleConfig.At.DATA);
        }
        all.add(new ConditionConfig.DomainName(of, s.values(key)));
    }

    private void result(
            Section s,
            Key<AuthResult> key,
            Method of,
            RuleConfig.At at,
            List<ConditionConfig> all) {
        if (s.has(key)) {
            known(s, key, at, RuleConfig.At.DATA);
            Set<AuthResult> results = EnumSet.noneOf(AuthResult.class);
            results.addAll(s.values(key));
            all.add(new ConditionConfig.Result(of, results));
        }
    }

    private void known(Section s, Key<?> key, RuleConfig.At at, RuleConfig.At from) {
        if (s.has(key) && at.compareTo(from) < 0) {
            problems.error(
                    s.placeOf(key),
                    key.name()
                            + " is known from stage "
                            + from.name().toLowerCase(java.util.Locale.ROOT)
                            + " on; this rule's stage is "
                            + at.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private void onlyAtRcpt(Section s, Key<?> key, RuleConfig.At at) {
        if (at != RuleConfig.At.RCPT) {
            problems.error(
                    s.placeOf(key),
                    key.name() + " can be asked at stage rcpt alone: a message has many");
        }
    }
}
