package org.postern.core.policy;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.Domain;

/**
 * Decides at each stage of a session: the stage's rules in order, the first that applies. What no
 * rule speaks against is accepted by the rule {@link #DEFAULT_RULE}. The rules of section {@code
 * policy} come after those about recipients and before the lists and those about authentication.
 * Immutable; never blocks; any thread.
 *
 * <table>
 * <caption>The rules that hold without a line of policy</caption>
 * <tr><th>stage</th><th>rule</th><th>outcome</th></tr>
 * <tr><td>rcpt</td><td>foreign-domain</td><td>550 5.7.1</td></tr>
 * <tr><td>rcpt</td><td>unknown-recipient</td><td>550 5.1.1</td></tr>
 * <tr><td>rcpt</td><td>directory-unavailable</td><td>451 4.3.0</td></tr>
 * <tr><td>all</td><td>deny-list</td><td>554 at connect, else 550 5.7.1</td></tr>
 * <tr><td>rcpt, data</td><td>dnsbl</td><td>550 5.7.1</td></tr>
 * <tr><td>data</td><td>dmarc-reject, dubious-from</td><td>550 5.7.1</td></tr>
 * <tr><td>data</td><td>authentication-defer</td><td>451 4.7.0</td></tr>
 * <tr><td>data</td><td>virus, spam</td><td>550 5.7.1</td></tr>
 * <tr><td>data</td><td>spam-defer, virus-unscanned, spam-unscanned</td><td>451 4.7.1</td></tr>
 * <tr><td>data</td><td>spam-quarantine</td><td>250, held</td></tr>
 * <tr><td>data</td><td>dmarc-quarantine</td><td>tag: X-Postern-Policy</td></tr>
 * <tr><td>data</td><td>dmarc-override</td><td>accept: an exception or a trusted sealer</td></tr>
 * </table>
 */
public final class PolicyEngine {
    /** The name under which everything goes that no rule speaks against. */
    public static final String DEFAULT_RULE = BuiltInRule.DEFAULT.ruleName();

    private static final Verdict ACCEPTED = new Verdict.Accept(DEFAULT_RULE, "default.accept", "");

    private final Map<Stage, List<Rule>> rules;
    private final Map<Domain, Map<Stage, List<Rule>>> ofDomains;
    private final Map<String, Map<Stage, List<Rule>>> ofSets;

    private PolicyEngine(
            Map<Stage, List<Rule>> rules,
            Map<Domain, Map<Stage, List<Rule>>> ofDomains,
            Map<String, Map<Stage, List<Rule>>> ofSets) {
        this.rules = rules;
        this.ofDomains = Map.copyOf(ofDomains);
        this.ofSets = Map.copyOf(ofSets);
    }

    /** The rules of a whole configuration. */
    public static PolicyEngine of(PosternConfig config, AccessLists lists, InstantSource time) {
        Map<Domain, PolicyConfig> ofDomains = new HashMap<>();
        config.domains().forEach((domain, c) -> ofDomains.put(domain, c.policy()));
        return of(config.policy(), ofDomains, config.dnsbl(), config.scanners(), lists, time);
    }

    /**
     * The rules of these sections and the built-in ones.
     *
     * @param policy the rules of section {@code policy}
     * @param domains the rules of each domain that has some, which come before those of section
     *     {@code policy} where the recipients are of that domain
     * @param lists the lists
     * @param time the clock by which rules expire
     */
    static PolicyEngine of(
            PolicyConfig policy,
            Map<Domain, PolicyConfig> domains,
            DnsblConfig dnsbl,
            List<ScannerConfig> scanners,
            AccessLists lists,
            InstantSource time) {
        Map<Domain, Map<Stage, List<Rule>>> ofDomains = new HashMap<>();
        domains.forEach((domain, own) -> {
            if (!own.rules().isEmpty()) {
                List<RuleConfig> all = new ArrayList<>(own.rules());
                all.addAll(policy.rules());
                ofDomains.put(domain, rules(all, dnsbl, scanners, lists, time));
            }
        });
        Map<String, Map<Stage, List<Rule>>> ofSets = new HashMap<>();
        policy.sets().forEach((name, set) -> ofSets.put(name, configured(set, lists, time)));
        return new PolicyEngine(
                rules(policy.rules(), dnsbl, scanners, lists, time), ofDomains, ofSets);
    }

    private static Map<Stage, List<Rule>> configured(
            List<RuleConfig> rules, AccessLists lists, InstantSource time) {
        Map<Stage, List<Rule>> byStage = new EnumMap<>(Stage.class);
        for (RuleConfig rule : rules) {
            byStage.computeIfAbsent(ConfiguredRule.stage(rule.at()), s -> new ArrayList<>())
                    .add(new ConfiguredRule(rule, lists, time));
        }
        return byStage;
    }

    private static Map<Stage, List<Rule>> rules(
            List<RuleConfig> configured,
            DnsblConfig dnsbl,
            List<ScannerConfig> scanners,
            AccessLists lists,
            InstantSource time) {
        ListRules list = new ListRules(lists);
        Map<Stage, List<Rule>> own = configured(configured, lists, time);
        Map<Stage, List<Rule>> rules = new EnumMap<>(Stage.class);
        for (Stage stage : Stage.values()) {
            List<Rule> ofStage = new ArrayList<>(own.getOrDefault(stage, List.of()));
            ofStage.add(list.at(stage));
            if ((stage == Stage.RCPT || stage == Stage.DATA) && !dnsbl.lists().isEmpty()) {
                ofStage.add(new DnsblRule(stage, dnsbl, lists));
            }
            if (stage == Stage.DATA) {
                for (AuthenticationRules rule : AuthenticationRules.values()) {
                    if (rule == AuthenticationRules.DMARC_QUARANTINE) {
                        // a tag ends the stage: what refuses comes before it
                        ofStage.addAll(ScanRules.of(scanners));
                    }
                    ofStage.add(rule);
                }
            }
            rules.put(stage, List.copyOf(ofStage));
        }
        return rules;
    }

    /** No rule of a configuration comes before these: a relay for all is never what was meant. */
    private static List<Rule> first(Stage stage) {
        return stage == Stage.RCPT ? List.of(RecipientRules.values()) : List.of();
    }

    /** The names of all rules, {@link #DEFAULT_RULE} among them. */
    List<String> ruleNames() {
        Stream<Rule> listed =
                Stream.of(Stream.of(rules), ofDomains.values().stream(), ofSets.values().stream())
                        .flatMap(maps -> maps)
                        .flatMap(byStage -> byStage.values().stream())
                        .flatMap(List::stream);
        return Stream.concat(
                        Stream.concat(Arrays.stream(RecipientRules.values()), listed)
                                .map(Rule::ruleName),
                        Stream.of(DEFAULT_RULE))
                .distinct()
                .sorted()
                .toList();
    }

    /**
     * The verdict on what is known at a stage.
     *
     * @param stage where the session stands
     * @param facts what is known; what the stage should know but does not is passed over
     */
    public Verdict decide(Stage stage, Facts facts) {
        return evaluate(stage, facts).verdict();
    }

    /** The same, with what rules in mode observe would have done. */
    public Evaluation evaluate(Stage stage, Facts facts) {
        return evaluate(stage, facts, Audience.of(facts));
    }

    /** The same, where the recipients have this in common. */
    public Evaluation evaluate(Stage stage, Facts facts, Audience audience) {
        return evaluate(stage, facts, audience, rule -> false);
    }

    /**
     * The same, with further rules in mode observe.
     *
     * @param observes whether a rule of this name only observes just now
     */
    public Evaluation evaluate(
            Stage stage, Facts facts, Audience audience, Predicate<String> observes) {
        Map<Stage, List<Rule>> ofAudience =
                audience.domain() == null
                        ? rules
                        : ofDomains.getOrDefault(audience.domain(), rules);
        Map<Stage, List<Rule>> ofSet =
                audience.set() == null ? Map.of() : ofSets.getOrDefault(audience.set(), Map.of());
        List<Verdict> observed = new ArrayList<>(0);
        Optional<Verdict> verdict =
                firstOf(first(stage), facts, observes, observed)
                        .or(() ->
                                firstOf(
                                        ofSet.getOrDefault(stage, List.of()),
                                        facts,
                                        observes,
                                        observed))
                        .or(() ->
                                firstOf(
                                        ofAudience.getOrDefault(stage, List.of()),
                                        facts,
                                        observes,
                                        observed));
        return new Evaluation(verdict.orElse(ACCEPTED), observed);
    }

    /** What the first rule says that applies and does more than observe. */
    private static Optional<Verdict> firstOf(
            List<Rule> rules, Facts facts, Predicate<String> observes, List<Verdict> observed) {
        for (Rule rule : rules) {
            Optional<Verdict> verdict = rule.decide(facts);
            if (verdict.isPresent()) {
                if (!rule.observesOnly() && !observes.test(rule.ruleName())) {
                    return verdict;
                }
                observed.add(verdict.get());
            }
        }
        return Optional.empty();
    }
}
