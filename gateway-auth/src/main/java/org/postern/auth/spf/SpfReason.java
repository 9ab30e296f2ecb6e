package org.postern.auth.spf;

import org.postern.auth.dns.DnsAnswer;
import org.postern.core.authres.AuthResult;

/**
 * The reasons of SPF results: stable codes, one for each thing that can decide. All there are:
 *
 * <ul>
 *   <li>{@code spf.pass}: a term with {@code +} holds the client
 *   <li>{@code spf.fail.M}, {@code spf.softfail.M}, {@code spf.neutral.M}: a term of mechanism
 *       {@code M} ({@code all}, {@code include}, {@code a}, {@code mx}, {@code ptr}, {@code ip4},
 *       {@code ip6}, {@code exists}) with {@code -}, {@code ~} or {@code ?} holds it
 *   <li>{@code spf.neutral.default}: no term holds it and there is no redirect (RFC 7208, 4.7)
 *   <li>{@code spf.none.*}: {@link #NONE_INVALID_DOMAIN}, {@link #NONE_NO_SUCH_DOMAIN}, {@link
 *       #NONE_NO_RECORD}
 *   <li>{@code spf.permerror.*}: {@link #PERMERROR_SYNTAX}, {@link #PERMERROR_MULTIPLE_RECORDS},
 *       {@link #PERMERROR_TOO_MANY_LOOKUPS}, {@link #PERMERROR_TOO_MANY_VOID_LOOKUPS}, {@link
 *       #PERMERROR_TOO_MANY_MX}, {@link #PERMERROR_INCLUDE_NONE}, {@link #PERMERROR_REDIRECT_NONE}
 *   <li>{@code spf.temperror.R}: the DNS gave no answer for reason {@code R}, a word of {@link
 *       DnsAnswer.Reason}
 * </ul>
 */
public final class SpfReason {
    /** The client is allowed. */
    public static final String PASS = "spf.pass";

    /** No term holds the client, and there is no redirect. */
    public static final String NEUTRAL_DEFAULT = "spf.neutral.default";

    /** What should be a domain is none that could have a record (RFC 7208, 4.3). */
    public static final String NONE_INVALID_DOMAIN = "spf.none.invalid-domain";

    /** The domain does not exist (RFC 7208, 4.3). */
    public static final String NONE_NO_SUCH_DOMAIN = "spf.none.no-such-domain";

    /** The domain exists and publishes no SPF record (RFC 7208, 4.5). */
    public static final String NONE_NO_RECORD = "spf.none.no-record";

    /** The record, or one that it includes or redirects to, breaks the grammar (4.6). */
    public static final String PERMERROR_SYNTAX = "spf.permerror.syntax";

    /** More than one SPF record at one name (4.5). */
    public static final String PERMERROR_MULTIPLE_RECORDS = "spf.permerror.multiple-records";

    /** More than 10 terms that ask the DNS (4.6.4). */
    public static final String PERMERROR_TOO_MANY_LOOKUPS = "spf.permerror.too-many-lookups";

    /** More than two terms that ask for what is not there (4.6.4). */
    public static final String PERMERROR_TOO_MANY_VOID_LOOKUPS =
            "spf.permerror.too-many-void-lookups";

    /** A term {@code mx} at a name with more than 10 exchangers (4.6.4). */
    public static final String PERMERROR_TOO_MANY_MX = "spf.permerror.too-many-mx";

    /** A term {@code include} of a domain without record (5.2). */
    public static final String PERMERROR_INCLUDE_NONE = "spf.permerror.include-none";

    /** A redirect to a domain without record (6.1). */
    public static final String PERMERROR_REDIRECT_NONE = "spf.permerror.redirect-none";

    private SpfReason() {}

    /** The DNS gave no answer. */
    static String temperror(DnsAnswer.Reason reason) {
        return "spf.temperror." + reason.word();
    }

    /** A term of this mechanism decided. */
    static String matched(AuthResult result, String mechanism) {
        return result == AuthResult.PASS ? PASS : "spf." + result.word() + "." + mechanism;
    }
}
