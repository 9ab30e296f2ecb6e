package org.postern.auth.dmarc;

import java.util.List;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.SpfResult;

/** The reason codes of DMARC. A failure names both halves; neither ever stands for the other. */
final class DmarcReasons {
    /** No record applies. */
    static final String NO_RECORD = "dmarc.none.no-record";

    /** There are records, several at one name, so that none counts. */
    static final String SEVERAL_RECORDS = "dmarc.none.several-records";

    /** The record that applies states no policy and asks for no reports. */
    static final String NO_POLICY = "dmarc.none.no-policy";

    /** The record that applies has a broken policy and asks for no reports. */
    static final String BROKEN_RECORD = "dmarc.permerror.record";

    /** Whether a record applies cannot be known now. */
    static final String RECORD_UNKNOWN = "dmarc.temperror.record";

    /** Whether the author's domain exists, and so which policy applies, cannot be known now. */
    static final String EXISTENCE_UNKNOWN = "dmarc.temperror.existence";

    /** What begins the reason of a From field that names no single author. */
    static final String DUBIOUS_FROM = "dmarc.permerror.";

    private DmarcReasons() {}

    /** {@code dmarc.pass.dkim} or {@code dmarc.pass.spf}; DKIM first, it survives forwarding. */
    static String pass(List<String> alignedBy) {
        return alignedBy.contains("dkim") ? "dmarc.pass.dkim" : "dmarc.pass.spf";
    }

    /** {@code dmarc.fail.spf-softfail.dkim-none} and the like. */
    static String halves(AuthResult result, SpfResult spf, List<DkimResult> dkim) {
        return "dmarc." + result.word() + ".spf-" + half(spf) + ".dkim-" + half(dkim);
    }

    /** One word on SPF where it gave no aligned pass. */
    static String half(SpfResult spf) {
        if (isImplausible(spf)) {
            return "implausible";
        }
        return spf.result() == AuthResult.PASS ? "unaligned" : spf.result().word();
    }

    /**
     * One word on DKIM where it gave no aligned pass: that of the signature nearest to one. Its
     * results must be marked as aligned or not.
     */
    static String half(List<DkimResult> dkim) {
        AuthResult nearest = AuthResult.NONE;
        for (DkimResult result : dkim) {
            if (result.result() == AuthResult.PASS && result.aligned()) {
                return "partial-body"; // else DMARC would have passed (RFC 6376, 8.2)
            }
            if (rank(result.result()) > rank(nearest)) {
                nearest = result.result();
            }
        }
        return nearest == AuthResult.PASS ? "unaligned" : nearest.word();
    }

    private static int rank(AuthResult result) {
        return switch (result) {
            case NONE -> 0;
            case PERMERROR -> 1;
            case NEUTRAL, SOFTFAIL -> 2;
            case POLICY -> 3;
            case FAIL -> 4;
            case TEMPERROR -> 5;
            case PASS -> 6;
        };
    }

    /** Whether SPF did not run because the client's true address is not known. */
    static boolean isImplausible(SpfResult spf) {
        return spf.result() == AuthResult.NONE && spf.reason().startsWith("client-address.");
    }
}
