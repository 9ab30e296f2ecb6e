package org.postern.auth.arc;

import org.postern.auth.dkim.SignatureField;
import org.postern.auth.header.HeaderField;

/**
 * One hop's three fields (RFC 8617, 4.2).
 *
 * @param instance {@code i=}, from 1
 * @param results ARC-Authentication-Results
 * @param payload what stands in it after {@code i=N;}, unfolded
 * @param message ARC-Message-Signature
 * @param seal ARC-Seal
 * @param validation {@code cv=} of the seal
 */
record ArcSet(
        int instance,
        HeaderField results,
        String payload,
        SignatureField message,
        SignatureField seal,
        Validation validation) {

    /** {@code cv=}: what the sealer found of the chain before it. */
    enum Validation {
        NONE,
        PASS,
        FAIL
    }
}
