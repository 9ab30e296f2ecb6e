package org.postern.core.authres;

import java.util.Set;

/**
 * Whether a result says anything of the message. What did not run, and what had no answer, says
 * nothing: it is neither a pass nor a fail, whatever word stands for it in the header.
 */
public final class Known {
    /** Why nothing ran: {@code authentication.enabled: false}. */
    public static final String DISABLED = "authentication.disabled";

    /** Why SPF and iprev did not run: the client's address cannot be a sender's. */
    public static final String IMPLAUSIBLE = "client-address.implausible";

    private static final Set<String> NOT_RUN =
            Set.of(DISABLED, IMPLAUSIBLE, "arc.not-run", "dmarc.not-run");

    private Known() {}

    /**
     * Whether the check ran and had its answers.
     *
     * @param result the result
     * @param reason its reason
     */
    public static boolean isKnown(AuthResult result, String reason) {
        return ran(reason) && result != AuthResult.TEMPERROR;
    }

    /** Whether the check ran. */
    public static boolean ran(String reason) {
        return !NOT_RUN.contains(reason);
    }
}
