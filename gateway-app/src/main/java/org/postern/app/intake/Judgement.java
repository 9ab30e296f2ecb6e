package org.postern.app.intake;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticationOutcome;
import org.postern.core.policy.Verdict;
import org.postern.core.scan.ScanResult;

/**
 * What was found of a whole message, and what is to become of it.
 *
 * @param outcome what authentication found
 * @param scans what scanners found
 * @param verdict the decision
 * @param tag the mark it gets, also where it is held for another reason; or null
 */
record Judgement(
        AuthenticationOutcome outcome,
        List<ScanResult> scans,
        Verdict verdict,
        Verdict.@Nullable Tag tag) {
    Judgement {
        scans = List.copyOf(scans);
    }

    /** What becomes of it, as metrics, log and header say it. */
    String word() {
        return switch (verdict.disposition()) {
            case ACCEPT -> "accepted";
            case TAG -> "tagged";
            case QUARANTINE -> "quarantined";
            case REJECT -> "rejected";
            case DEFER -> "deferred";
        };
    }
}
