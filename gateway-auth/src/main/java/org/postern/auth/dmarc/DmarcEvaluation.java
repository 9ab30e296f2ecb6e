package org.postern.auth.dmarc;

import java.util.List;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;

/**
 * What DMARC found, and the DKIM results with their alignment filled in.
 *
 * @param result the verdict
 * @param dkim the signatures' results in their order, {@code aligned} set
 */
public record DmarcEvaluation(DmarcResult result, List<DkimResult> dkim) {
    public DmarcEvaluation {
        dkim = List.copyOf(dkim);
    }
}
