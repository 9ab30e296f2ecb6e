package org.postern.auth.arc;

import org.postern.core.authres.AuthResult;

/** What decided about a chain. The codes are stable; {@code docs/rfc.md} lists them. */
public enum ArcReason {
    /** No ARC field. */
    NONE("arc.none", AuthResult.NONE),
    /** The whole chain verifies. */
    PASS("arc.pass", AuthResult.PASS),
    /** A set is not whole, an instance is missing or stands twice (RFC 8617, 5.2, 3). */
    FAIL_STRUCTURE("arc.fail.structure", AuthResult.FAIL),
    /** More than 50 sets (RFC 8617, 4.2.1). */
    FAIL_TOO_MANY("arc.fail.too-many-sets", AuthResult.FAIL),
    /** The last sealer found the chain broken, {@code cv=fail} (RFC 8617, 5.2, 2). */
    FAIL_SEALED("arc.fail.sealed-as-fail", AuthResult.FAIL),
    /** A {@code cv=} that cannot stand there (RFC 8617, 5.2, 3). */
    FAIL_CV("arc.fail.cv", AuthResult.FAIL),
    /** A field breaks the grammar, or cannot be verified whatever the key. */
    FAIL_SYNTAX("arc.fail.syntax", AuthResult.FAIL),
    /** The newest ARC-Message-Signature: the body is not what was signed. */
    FAIL_BODY_HASH("arc.fail.body-hash", AuthResult.FAIL),
    /** The newest ARC-Message-Signature does not verify, has expired or is from the future. */
    FAIL_MESSAGE_SIGNATURE("arc.fail.message-signature", AuthResult.FAIL),
    /** An ARC-Seal does not verify. */
    FAIL_SEAL("arc.fail.seal", AuthResult.FAIL),
    /** A key is missing, revoked, too short or of the wrong kind. */
    FAIL_KEY("arc.fail.key", AuthResult.FAIL),
    /** The header section is longer than its limit: sets may be missing. */
    FAIL_HEADER_SIZE("arc.fail.header-size", AuthResult.FAIL),
    /** A key cannot be fetched now. */
    TEMPERROR_DNS("arc.temperror.dns", AuthResult.TEMPERROR);

    private final String code;
    private final AuthResult result;

    ArcReason(String code, AuthResult result) {
        this.code = code;
        this.result = result;
    }

    /** The stable code. */
    public String code() {
        return code;
    }

    /** The result it stands under. */
    public AuthResult result() {
        return result;
    }
}
