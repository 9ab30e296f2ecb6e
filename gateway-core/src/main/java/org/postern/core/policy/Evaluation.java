package org.postern.core.policy;

import java.util.List;

/**
 * What the rules of a stage said.
 *
 * @param verdict what holds
 * @param observed what rules in mode observe would have done on the way there, in their order; each
 *     is counted and logged, and nothing else
 */
public record Evaluation(Verdict verdict, List<Verdict> observed) {
    public Evaluation {
        observed = List.copyOf(observed);
    }
}
