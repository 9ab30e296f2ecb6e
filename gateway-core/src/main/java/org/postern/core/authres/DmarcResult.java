package org.postern.core.authres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What DMARC found (RFC 9989).
 *
 * @param result none, pass, fail, temperror or permerror
 * @param authorDomain domain of the From header field whose verdict this is, or null where it gives
 *     none
 * @param policyDomain where the record was found, or null
 * @param organizationalDomain the author's organizational domain, or null
 * @param policy the policy that applies: p, sp or np, after {@code t=y}; null without a record and
 *     where it cannot be known which of them applies
 * @param disposition what the policy asks for this message; NONE on pass
 * @param alignedBy methods with an aligned pass: {@code spf}, {@code dkim}
 * @param reason stable dotted code naming both halves, such as {@code
 *     dmarc.fail.spf-fail.dkim-none}
 * @param trace records read and alignments compared, step by step, for people
 * @param authorDomains every author's domain in the order they stand, each once: none where no
 *     author can be told, above all where there are more than are checked (11.5)
 */
public record DmarcResult(
        AuthResult result,
        @Nullable String authorDomain,
        @Nullable String policyDomain,
        @Nullable String organizationalDomain,
        @Nullable Policy policy,
        Policy disposition,
        List<String> alignedBy,
        String reason,
        List<String> trace,
        List<String> authorDomains) {
    public DmarcResult {
        alignedBy = List.copyOf(alignedBy);
        trace = List.copyOf(trace);
        authorDomains = List.copyOf(authorDomains);
    }

    /** The result of a message with one author's domain, or without any. */
    public DmarcResult(
            AuthResult result,
            @Nullable String authorDomain,
            @Nullable String policyDomain,
            @Nullable String organizationalDomain,
            @Nullable Policy policy,
            Policy disposition,
            List<String> alignedBy,
            String reason,
            List<String> trace) {
        this(
                result,
                authorDomain,
                policyDomain,
                organizationalDomain,
                policy,
                disposition,
                alignedBy,
                reason,
                trace,
                authorDomain == null ? List.of() : List.of(authorDomain));
    }

    /** What a domain owner asks for (RFC 9989, 4.7). */
    public enum Policy {
        /** Nothing. */
        NONE("none"),
        /** Treat with suspicion. */
        QUARANTINE("quarantine"),
        /** Refuse. */
        REJECT("reject");

        private final String word;

        Policy(String word) {
            this.word = word;
        }

        /** The word in a record and in JSON. */
        public String word() {
            return word;
        }
    }

    /**
     * A result without evaluation: DMARC was not asked, and {@code reason} says why.
     *
     * @param trace the same for people, or nothing
     */
    public static DmarcResult notRun(String reason, List<String> trace) {
        return new DmarcResult(
                AuthResult.NONE, null, null, null, null, Policy.NONE, List.of(), reason, trace);
    }
}
