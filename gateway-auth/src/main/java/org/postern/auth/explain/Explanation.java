package org.postern.auth.explain;

import java.util.List;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.secondopinion.Opinion;

/**
 * A question and its answer.
 *
 * @param question what was asked
 * @param outcome what our evaluators say
 * @param opinions what others say, empty unless asked for
 */
public record Explanation(
        Question question, AuthenticationOutcome outcome, List<Opinion> opinions) {
    public Explanation {
        opinions = List.copyOf(opinions);
    }
}
