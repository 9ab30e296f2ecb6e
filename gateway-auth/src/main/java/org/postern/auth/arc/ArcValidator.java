package org.postern.auth.arc;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.postern.auth.dkim.BodyHash;
import org.postern.auth.dkim.BodyHashes;
import org.postern.auth.dkim.DkimKeys;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.header.HeaderSection;
import org.postern.core.mail.Domain;

/**
 * Validates the ARC chain of messages (RFC 8617, 5.2). Thread-safe; one for the whole program. Used
 * like the DKIM verifier, beside it, on the same body hashes.
 */
public final class ArcValidator {
    private final DkimKeys keys;
    private final DkimSettings settings;

    /** A validator with these keys, usually DKIM's own. */
    public ArcValidator(DkimKeys keys, DkimSettings settings) {
        this.keys = keys;
        this.settings = settings;
    }

    /**
     * Reads the sets, checks their structure, and asks for the body hashes that the rest needs.
     *
     * @param trustedSealers sealers whose word counts, see {@code ArcResult.trustedResults}
     * @param now the time that {@code t=} and {@code x=} are compared with
     */
    public ArcValidation begin(
            HeaderSection section, BodyHashes bodies, List<Domain> trustedSealers, Instant now) {
        ArcChain chain = ArcChain.read(section, settings, now);
        List<BodyHash> hashes = new ArrayList<>();
        if (chain instanceof ArcChain.Whole whole) {
            whole.sets().forEach(set -> hashes.add(set.message().requestBody(bodies)));
        }
        return new ArcValidation(keys, settings, chain, hashes, List.copyOf(trustedSealers));
    }
}
