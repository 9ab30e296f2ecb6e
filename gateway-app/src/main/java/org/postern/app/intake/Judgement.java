package org.postern.app.intake;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticationOutcome;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Verdict;
import org.postern.core.scan.ScanResult;

/**
 * What was found of a whole message, and what is to become of it.
 *
 * @param outcome what authentication found
 * @param facts all that the decision could rest on
 * @param verdict the decision
 * @param tag the mark it gets, also where it is held for another reason; or null
 */
record Judgement(
        AuthenticationOutcome outcome, Facts facts, Verdict verdict, Verdict.@Nullable Tag tag) {
    /** What scanners found. */
    List<ScanResult> scans() {
        return facts.scans();
    }

    /** Whether every scanner that there is has looked at it and found nothing. */
    boolean isCleanAsFarAsScanned() {
        return scans().stream().allMatch(s -> s.outcome() == ScanResult.Outcome.CLEAN);
    }

    /** What becomes of it, as metrics, log and header say it. */
    String word() {
        return verdict.disposition().outcome();
    }
}
