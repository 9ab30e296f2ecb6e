package org.postern.core.policy;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.core.lists.AccessLists;

/**
 * Decides at each stage of a session: the stage's rules in order, the first that applies. What no
 * rule speaks against is accepted by the rule {@value #DEFAULT_RULE}. Immutable; never blocks; any
 * thread.
 *
 * <table>
 * <caption>The rules that hold without a line of policy</caption>
 * <tr><th>stage</th><th>rule</th><th>outcome</th></tr>
 * <tr><td>connect, helo, mail, rcpt, data</td><td>deny-list</td><td>554 at connect, else 550 5.7.1</td></tr>
 * <tr><td>rcpt</td><td>foreign-domain</td><td>550 5.7.1</td></tr>
 * <tr><td>rcpt</td><td>unknown-recipient</td><td>550 5.1.1</td></tr>
 * <tr><td>rcpt</td><td>directory-unavailable</td><td>451 4.3.0</td></tr>
 * <tr><td>data</td><td>dmarc-reject, dubious-from</td><td>550 5.7.1</td></tr>
 * <tr><td>data</td><td>authentication-defer</td><td>451 4.7.0</td></tr>
 * <tr><td>data</td><td>dmarc-quarantine</td><td>tag: X-Postern-Policy</td></tr>
 * </table>
 */
public final class PolicyEngine {
    /** The name under which everything goes that no rule speaks against. */
    public static final String DEFAULT_RULE = "default";

    private static final Verdict ACCEPTED = new Verdict.Accept(DEFAULT_RULE, "default.accept", "");

    private final Map<Stage, List<Rule>> rules;

    private PolicyEngine(Map<Stage, List<Rule>> rules) {
        this.rules = rules;
    }

    /** The rules that hold without a line of policy, with these lists. */
    public static PolicyEngine builtIn(AccessLists lists) {
        ListRules list = new ListRules(lists);
        Map<Stage, List<Rule>> rules = new EnumMap<>(Stage.class);
        rules.put(Stage.CONNECT, List.of(list.at(Stage.CONNECT)));
        rules.put(Stage.HELO, List.of(list.at(Stage.HELO)));
        rules.put(Stage.MAIL, List.of(list.at(Stage.MAIL)));
        rules.put(
                Stage.RCPT,
                List.of(
                        RecipientRules.FOREIGN_DOMAIN,
                        list.at(Stage.RCPT),
                        RecipientRules.UNKNOWN_RECIPIENT,
                        RecipientRules.DIRECTORY_UNAVAILABLE));
        rules.put(
                Stage.DATA,
                List.of(
                        list.at(Stage.DATA),
                        AuthenticationRules.DMARC_REJECT,
                        AuthenticationRules.DUBIOUS_FROM,
                        AuthenticationRules.AUTHENTICATION_DEFER,
                        AuthenticationRules.DMARC_QUARANTINE));
        return new PolicyEngine(rules);
    }

    /**
     * The names of all rules, {@value #DEFAULT_RULE} among them: the values of a metric's label.
     */
    public List<String> ruleNames() {
        return java.util.stream.Stream.concat(
                        rules.values().stream().flatMap(List::stream).map(Rule::ruleName),
                        java.util.stream.Stream.of(DEFAULT_RULE))
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
        for (Rule rule : rules.getOrDefault(stage, List.of())) {
            Optional<Verdict> verdict = rule.decide(facts);
            if (verdict.isPresent()) {
                return verdict.get();
            }
        }
        return ACCEPTED;
    }
}
