package org.postern.auth.dkim;

import org.postern.core.authres.AuthResult;

/**
 * What decided about a signature. The codes are stable: logs, metrics, rules and scripts hold on to
 * them. {@code docs/rfc.md} lists them with their sections.
 */
public enum DkimReason {
    /** It verifies. */
    PASS("dkim.pass", AuthResult.PASS),
    /** It verifies, and octets after {@code l=} are not signed (RFC 6376, 8.2). */
    PASS_PARTIAL_BODY("dkim.pass.partial-body", AuthResult.PASS),
    /** The body is not what was signed (RFC 6376, 6.1.3). */
    FAIL_BODY_HASH("dkim.fail.body-hash", AuthResult.FAIL),
    /** The header fields are not what was signed, or the key is not the signer's. */
    FAIL_SIGNATURE("dkim.fail.signature", AuthResult.FAIL),

    /** rsa-sha1 (RFC 8301, 3.1). */
    POLICY_SHA1("dkim.policy.sha1", AuthResult.POLICY),
    /** An RSA key below 1,024 bits (RFC 8301, 3.2). */
    POLICY_SHORT_KEY("dkim.policy.short-key", AuthResult.POLICY),
    /** An RSA key beyond what we compute for strangers (RFC 8301, 3.2 asks for 4,096). */
    POLICY_LONG_KEY("dkim.policy.long-key", AuthResult.POLICY),
    /** A field that we want signed is not (RFC 6376, 6.1.1 and 6.3). */
    POLICY_UNSIGNED_FIELD("dkim.policy.unsigned-field", AuthResult.POLICY),
    /** More signatures than are looked at (RFC 6376, 6.1). */
    POLICY_TOO_MANY("dkim.policy.too-many-signatures", AuthResult.POLICY),

    /** The tag list or a tag's value breaks the grammar (RFC 6376, 3.2, 3.5, 6.1.1). */
    PERMERROR_SYNTAX("dkim.permerror.syntax", AuthResult.PERMERROR),
    /** A tag that every signature has is missing (RFC 6376, 6.1.1). */
    PERMERROR_MISSING_TAG("dkim.permerror.missing-tag", AuthResult.PERMERROR),
    /** Not {@code v=1}. */
    PERMERROR_VERSION("dkim.permerror.version", AuthResult.PERMERROR),
    /** An {@code a=} that we do not know. */
    PERMERROR_ALGORITHM("dkim.permerror.algorithm", AuthResult.PERMERROR),
    /** A {@code c=} that we do not know. */
    PERMERROR_CANONICALIZATION("dkim.permerror.canonicalization", AuthResult.PERMERROR),
    /** A {@code q=} without {@code dns/txt}. */
    PERMERROR_QUERY_METHOD("dkim.permerror.query-method", AuthResult.PERMERROR),
    /** {@code d=} or {@code s=} is no domain name. */
    PERMERROR_DOMAIN("dkim.permerror.domain", AuthResult.PERMERROR),
    /** {@code i=} is neither {@code d=} nor beneath it (RFC 6376, 6.1.1). */
    PERMERROR_AGENT("dkim.permerror.agent-domain", AuthResult.PERMERROR),
    /** {@code h=} does not name From (RFC 6376, 5.4 and 6.1.1). */
    PERMERROR_FROM_NOT_SIGNED("dkim.permerror.from-not-signed", AuthResult.PERMERROR),
    /** The message has no From, so that there is no author to speak for (RFC 5322, 3.6). */
    PERMERROR_NO_FROM("dkim.permerror.no-from", AuthResult.PERMERROR),
    /** {@code l=} is more than the body has (RFC 6376, 3.5). */
    PERMERROR_BODY_LENGTH("dkim.permerror.body-length", AuthResult.PERMERROR),
    /** {@code x=} has passed. */
    PERMERROR_EXPIRED("dkim.permerror.expired", AuthResult.PERMERROR),
    /** {@code t=} is to come. */
    PERMERROR_FUTURE("dkim.permerror.future", AuthResult.PERMERROR),
    /** The header section is longer than its limit: fields may be missing. */
    PERMERROR_HEADER_SIZE("dkim.permerror.header-size", AuthResult.PERMERROR),

    /** No key record (RFC 6376, 6.1.2, 3). */
    PERMERROR_NO_KEY("dkim.permerror.no-key", AuthResult.PERMERROR),
    /** The key record, or the key in it, cannot be read. */
    PERMERROR_KEY_SYNTAX("dkim.permerror.key-syntax", AuthResult.PERMERROR),
    /** An empty {@code p=}: the key was withdrawn. */
    PERMERROR_KEY_REVOKED("dkim.permerror.key-revoked", AuthResult.PERMERROR),
    /** The key is of another kind than {@code a=} needs. */
    PERMERROR_KEY_ALGORITHM("dkim.permerror.key-algorithm", AuthResult.PERMERROR),
    /** {@code h=} of the key does not allow the hash. */
    PERMERROR_KEY_HASH("dkim.permerror.key-hash", AuthResult.PERMERROR),
    /** {@code s=} of the key does not allow mail. */
    PERMERROR_KEY_SERVICE("dkim.permerror.key-service", AuthResult.PERMERROR),
    /** {@code t=s} of the key, and {@code i=} is in a subdomain. */
    PERMERROR_KEY_SUBDOMAIN("dkim.permerror.key-subdomain", AuthResult.PERMERROR),

    /** The key cannot be fetched now. */
    TEMPERROR_DNS("dkim.temperror.dns", AuthResult.TEMPERROR);

    private final String code;
    private final AuthResult result;

    DkimReason(String code, AuthResult result) {
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
