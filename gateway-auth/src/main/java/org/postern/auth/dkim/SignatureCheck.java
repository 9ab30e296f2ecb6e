package org.postern.auth.dkim;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import org.jspecify.annotations.Nullable;

/** Verifies a signature against the body, then against the keys found (RFC 6376, 6.1.2, 6.1.3). */
public final class SignatureCheck {
    private SignatureCheck() {}

    /**
     * What the body says, before anybody is asked for a key: a problem, or null if the body is the
     * one that was signed.
     */
    public static @Nullable SignatureOutcome body(SignatureField signature, BodyHash body) {
        if (signature.exceeds(body)) {
            return SignatureOutcome.of(
                    new DkimProblem(
                            DkimReason.PERMERROR_BODY_LENGTH,
                            "l= is more than the " + body.total() + " octets that the body has"));
        }
        if (!body.matches(signature.bodyHash())) {
            return SignatureOutcome.of(
                    new DkimProblem(
                            DkimReason.FAIL_BODY_HASH, "the body is not the one that was signed"));
        }
        return null;
    }

    /**
     * What the keys say.
     *
     * @param input what was signed
     * @param unsignedBody canonical octets of the body that the signature does not cover
     */
    public static SignatureOutcome keys(
            SignatureField signature,
            SigningInput input,
            DkimKeys.Lookup lookup,
            DkimSettings settings,
            long unsignedBody) {
        return switch (lookup) {
            case DkimKeys.Lookup.Missing missing -> SignatureOutcome.of(missing.problem());
            case DkimKeys.Lookup.Records records -> {
                // RFC 6376, 6.1.2, 4: of several records each may be tried
                SignatureOutcome first = null;
                for (DkimKey key : records.keys()) {
                    SignatureOutcome outcome = key(signature, input, key, settings, unsignedBody);
                    if (outcome.passed()) {
                        yield outcome;
                    }
                    if (first == null) {
                        first = outcome;
                    }
                }
                yield first != null
                        ? first
                        : new SignatureOutcome(
                                records.problem().reason(),
                                0,
                                records.problemTesting(),
                                records.problem().detail());
            }
        };
    }

    private static SignatureOutcome key(
            SignatureField signature,
            SigningInput input,
            DkimKey key,
            DkimSettings settings,
            long unsignedBody) {
        DkimProblem problem = unfit(signature, key, settings);
        if (problem != null) {
            return new SignatureOutcome(
                    problem.reason(), key.bits(), key.testing(), problem.detail());
        }
        if (!verifies(signature, input, key)) {
            return new SignatureOutcome(
                    DkimReason.FAIL_SIGNATURE,
                    key.bits(),
                    key.testing(),
                    "the signed header fields are not those that were signed, or the key is"
                            + " another");
        }
        if (unsignedBody > 0) {
            return new SignatureOutcome(
                    DkimReason.PASS_PARTIAL_BODY,
                    key.bits(),
                    key.testing(),
                    unsignedBody + " octets of the body are not signed (l=)");
        }
        return new SignatureOutcome(DkimReason.PASS, key.bits(), key.testing(), null);
    }

    /** RFC 6376, 6.1.2, 5 to 10. */
    private static @Nullable DkimProblem unfit(
            SignatureField signature, DkimKey key, DkimSettings settings) {
        if (key.type() != signature.algorithm().keyType()) {
            return new DkimProblem(
                    DkimReason.PERMERROR_KEY_ALGORITHM,
                    "the key is k="
                            + key.type().word()
                            + ", the signature "
                            + signature.algorithm().word());
        }
        if (key.hashes() != null && !key.hashes().contains(signature.algorithm().hashWord())) {
            return new DkimProblem(
                    DkimReason.PERMERROR_KEY_HASH,
                    "h= of the key does not allow " + signature.algorithm().hashWord());
        }
        if (!key.forMail()) {
            return new DkimProblem(
                    DkimReason.PERMERROR_KEY_SERVICE, "s= of the key does not allow mail");
        }
        if (key.sameDomain() && signature.agentInSubdomain()) {
            return new DkimProblem(
                    DkimReason.PERMERROR_KEY_SUBDOMAIN,
                    "the key is t=s, and i= is in a subdomain of d=");
        }
        if (key.type() == SigningAlgorithm.KeyType.RSA && key.bits() < settings.minRsaBits()) {
            return new DkimProblem(
                    DkimReason.POLICY_SHORT_KEY,
                    "an RSA key of "
                            + key.bits()
                            + " bits, fewer than "
                            + settings.minRsaBits()
                            + " (RFC 8301)");
        }
        return null;
    }

    private static boolean verifies(SignatureField signature, SigningInput input, DkimKey key) {
        try {
            Signature check = Signature.getInstance(signature.algorithm().signature());
            check.initVerify(key.key());
            if (key.type() == SigningAlgorithm.KeyType.ED25519) {
                // RFC 8463, 3: over the hash, not over the header fields themselves
                MessageDigest digest = BodyHashes.newDigest(signature.algorithm().digest());
                digest.update(input.octets(), 0, input.size());
                check.update(digest.digest());
            } else {
                check.update(input.octets(), 0, input.size());
            }
            return check.verify(signature.signature());
        } catch (SignatureException e) {
            return false; // of the wrong length, or no point on the curve
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "this Java cannot verify " + signature.algorithm().word(), e);
        }
    }
}
