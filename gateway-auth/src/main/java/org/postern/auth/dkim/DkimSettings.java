package org.postern.auth.dkim;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a verifier allows.
 *
 * @param maxSignatures how many signatures of a message are verified; further ones are {@code
 *     dkim.policy.too-many-signatures} (RFC 6376, 6.1)
 * @param clockSkew by how much the signer's clock may differ from ours, for {@code t=} and {@code
 *     x=}
 * @param minRsaBits RSA keys below are {@code dkim.policy.short-key}; never below 1,024 in a
 *     gateway (RFC 8301, 3.2)
 * @param mustBeSigned fields that a signature must name in {@code h=} if the message has them, in
 *     lower case; From always is one
 * @param allowSha1 whether rsa-sha1 is verified as if it were sound. Not for a gateway (RFC 8301,
 *     3.1): old test collections need it
 */
public record DkimSettings(
        int maxSignatures,
        Duration clockSkew,
        int minRsaBits,
        List<String> mustBeSigned,
        boolean allowSha1) {
    /** What RFC 6376 and 8301 say: 20 signatures, 5 minutes, 1,024 bits. */
    public static final DkimSettings DEFAULT =
            new DkimSettings(20, Duration.ofMinutes(5), 1024, List.of(), false);

    /** Names are taken to lower case. */
    public DkimSettings {
        mustBeSigned = mustBeSigned.stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
        if (maxSignatures < 1) {
            throw new IllegalArgumentException("maxSignatures " + maxSignatures);
        }
    }
}
