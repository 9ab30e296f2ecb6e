package org.postern.core.authres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What ARC found (RFC 8617).
 *
 * @param result none, pass, fail or temperror
 * @param chain number of sets, 0 where there is none
 * @param sealers the {@code d=} of each ARC-Seal, oldest first
 * @param oldestPass on pass, the lowest instance whose ARC-Message-Signature still verifies, 0
 *     where all do (RFC 8617, 5.2); otherwise 0
 * @param trustedResults on pass, the ARC-Authentication-Results payload of the earliest sealer from
 *     which on every sealer is trusted: what was found nearest to the author, with nobody in
 *     between whose word is not taken; null where the last sealer is not trusted or left From or a
 *     part of the body unsigned
 * @param reason stable dotted code, such as {@code arc.fail.seal}
 */
public record ArcResult(
        AuthResult result,
        int chain,
        List<String> sealers,
        int oldestPass,
        @Nullable String trustedResults,
        String reason) {
    public ArcResult {
        sealers = List.copyOf(sealers);
    }

    /** No chain. */
    public static final ArcResult NONE =
            new ArcResult(AuthResult.NONE, 0, List.of(), 0, null, "arc.none");

    /** A result without evaluation: ARC was not asked, and {@code reason} says why. */
    public static ArcResult notRun(String reason) {
        return new ArcResult(AuthResult.NONE, 0, List.of(), 0, null, reason);
    }
}
