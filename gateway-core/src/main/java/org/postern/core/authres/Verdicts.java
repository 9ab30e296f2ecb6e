package org.postern.core.authres;

import java.util.List;

/**
 * Every method's result for one message. A method that did not run says so by {@code none} and its
 * reason; no method's failure is ever reported as another's.
 *
 * @param spf SPF for the reverse-path
 * @param heloSpf SPF for the HELO name
 * @param iprev forward-confirmed reverse look-up of the client
 * @param dkim one result per signature, in the order they stand; empty when there is none
 * @param arc the ARC chain
 * @param dmarc the author domain's policy
 */
public record Verdicts(
        SpfResult spf,
        SpfResult heloSpf,
        IprevResult iprev,
        List<DkimResult> dkim,
        ArcResult arc,
        DmarcResult dmarc) {
    public Verdicts {
        dkim = List.copyOf(dkim);
    }

    /** The result that stands for all signatures: pass if one passes, none without any. */
    public AuthResult dkimResult() {
        AuthResult first = AuthResult.NONE;
        for (DkimResult one : dkim) {
            if (one.result() == AuthResult.PASS) {
                return AuthResult.PASS;
            }
            first = first == AuthResult.NONE ? one.result() : first;
        }
        return first;
    }
}
