package org.postern.core.authres;

import org.jspecify.annotations.Nullable;

/**
 * What DKIM found for one signature (RFC 6376).
 *
 * @param result none, pass, fail, policy, neutral, temperror or permerror
 * @param domain {@code d=}, or null where the signature names none
 * @param selector {@code s=}, or null
 * @param algorithm {@code a=}, or null
 * @param keyBits size of the public key, 0 where none was read
 * @param agent {@code i=} as it stands or its default, or null
 * @param signaturePrefix the first octets of {@code b=}, for header.b, or null
 * @param testing whether the key says {@code t=y}
 * @param unsignedBodyBytes octets after {@code l=}, 0 where all is signed
 * @param aligned whether the domain aligns with the author's, set by DMARC
 * @param reason stable dotted code, such as {@code dkim.fail.body-hash}
 * @param detail one line for people, or null
 */
public record DkimResult(
        AuthResult result,
        @Nullable String domain,
        @Nullable String selector,
        @Nullable String algorithm,
        int keyBits,
        @Nullable String agent,
        @Nullable String signaturePrefix,
        boolean testing,
        long unsignedBodyBytes,
        boolean aligned,
        String reason,
        @Nullable String detail) {

    /**
     * Whether the signature makes its domain one that the message authenticated as: it passes, and
     * over the whole body. Of octets after {@code l=} it says nothing, and they may be all that a
     * reader sees (RFC 6376, 8.2); the result is still a pass (6.1.3).
     */
    public boolean vouches() {
        return result == AuthResult.PASS && unsignedBodyBytes == 0;
    }

    /** The same with {@code aligned} set. */
    public DkimResult withAligned(boolean nowAligned) {
        return new DkimResult(
                result,
                domain,
                selector,
                algorithm,
                keyBits,
                agent,
                signaturePrefix,
                testing,
                unsignedBodyBytes,
                nowAligned,
                reason,
                detail);
    }
}
