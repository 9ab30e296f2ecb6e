package org.postern.core.authres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What SPF found for one identity (RFC 7208).
 *
 * @param result none, neutral, pass, fail, softfail, temperror or permerror
 * @param identity which identity was checked
 * @param domain the domain checked, in A-labels, or as given where it is no domain
 * @param mechanism the directive that matched as it stands in the record, {@code default} where
 *     none did, or null where no record was evaluated
 * @param reason stable dotted code of what decided, such as {@code spf.fail.all}
 * @param explanation the sender's {@code exp=} text, only for fail, or null
 * @param trace what was looked up and decided, step by step, for people
 * @param lookups terms that counted against the limit of 10 (RFC 7208, 4.6.4)
 * @param voidLookups look-ups that found nothing, limit 2
 * @param nanos time the evaluation took
 */
public record SpfResult(
        AuthResult result,
        Identity identity,
        String domain,
        @Nullable String mechanism,
        String reason,
        @Nullable String explanation,
        List<String> trace,
        int lookups,
        int voidLookups,
        long nanos) {
    public SpfResult {
        trace = List.copyOf(trace);
    }

    /** The identity that an SPF check is about (RFC 7208, 2.3 and 2.4). */
    public enum Identity {
        /** The EHLO or HELO name. */
        HELO("helo"),
        /** The domain of the reverse-path, or postmaster at the HELO name where it is null. */
        MAILFROM("mailfrom");

        private final String word;

        Identity(String word) {
            this.word = word;
        }

        /** The word in JSON and in Authentication-Results. */
        public String word() {
            return word;
        }
    }

    /** A result without evaluation: the check did not run, and {@code reason} says why. */
    public static SpfResult notRun(
            AuthResult result, Identity identity, String domain, String reason) {
        return new SpfResult(result, identity, domain, null, reason, null, List.of(), 0, 0, 0);
    }
}
