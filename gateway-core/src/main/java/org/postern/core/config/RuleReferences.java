package org.postern.core.config;

import java.util.Collection;
import java.util.List;
import org.postern.core.problem.ProblemCollector;

/**
 * Whether what rules ask for is configured: lists by name, and a database of countries. Looked at
 * last, since the rules of domains are read before the sections that they ask for.
 */
final class RuleReferences {
    private final PolicyConfig policy;
    private final ListsConfig lists;
    private final ProblemCollector problems;

    private RuleReferences(PolicyConfig policy, ListsConfig lists, ProblemCollector problems) {
        this.policy = policy;
        this.lists = lists;
        this.problems = problems;
    }

    /** Notes whatever is asked for and is not there, in any rule. */
    static void check(
            Collection<DomainConfig> domains,
            PolicyConfig policy,
            ListsConfig lists,
            ProblemCollector problems) {
        RuleReferences references = new RuleReferences(policy, lists, problems);
        references.rules(policy.rules());
        policy.sets().values().forEach(references::rules);
        domains.forEach(d -> references.rules(d.policy().rules()));
    }

    private void rules(List<RuleConfig> rules) {
        rules.forEach(rule -> conditions(rule.conditions()));
    }

    private void conditions(List<ConditionConfig> conditions) {
        for (ConditionConfig condition : conditions) {
            switch (condition) {
                case ConditionConfig.Not n -> conditions(n.conditions());
                case ConditionConfig.Listed l -> l.lists().forEach(list -> list(l, list));
                case ConditionConfig.Country c when policy.countryDatabase() == null ->
                        problems.error(
                                c.place(),
                                "country needs a database: name one under policy.country-database");
                default -> {
                    // it asks for nothing that could be missing
                }
            }
        }
    }

    private void list(ConditionConfig.Listed condition, String list) {
        if (!ListsConfig.BUILT_IN.contains(list) && !lists.named().containsKey(list)) {
            problems.error(
                    condition.place(),
                    "there is no list "
                            + list
                            + " in lists.named; allow and deny are those of lists.allow and"
                            + " lists.deny");
        }
    }
}
