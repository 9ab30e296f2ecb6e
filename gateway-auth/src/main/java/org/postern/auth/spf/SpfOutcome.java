package org.postern.auth.spf;

import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.core.authres.AuthResult;

/**
 * What {@code check_host()} returns.
 *
 * @param mechanism the directive that decided, "default", or null
 * @param exp the explanation's domain-spec, if the record that decided has one
 * @param domain the domain whose record decided, for the macros of the explanation
 */
record SpfOutcome(
        AuthResult result,
        String reason,
        @Nullable String mechanism,
        @Nullable MacroString exp,
        String domain) {
    static SpfOutcome of(AuthResult result, String reason) {
        return new SpfOutcome(result, reason, null, null, "");
    }

    static SpfOutcome permerror(String reason) {
        return of(AuthResult.PERMERROR, reason);
    }

    static SpfOutcome temperror(DnsAnswer.Reason reason) {
        return of(AuthResult.TEMPERROR, SpfReason.temperror(reason));
    }
}
