package org.postern.core.journal;

import org.postern.core.policy.Disposition;
import org.postern.core.policy.Verdict;

/**
 * What was decided, and by what.
 *
 * @param disposition what becomes of the thing decided on
 * @param rule name of the rule
 * @param reason stable dotted code, of a bounded set
 * @param detail one line for people: which entry of which list; may be empty
 */
public record Ruling(Disposition disposition, String rule, String reason, String detail) {
    /** That of a policy's verdict. */
    public static Ruling of(Verdict verdict) {
        return new Ruling(
                verdict.disposition(), verdict.rule(), verdict.reason(), verdict.detail());
    }
}
