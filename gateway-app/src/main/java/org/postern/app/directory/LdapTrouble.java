package org.postern.app.directory;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;

/** What went wrong with a directory server, in words that say what to look at. */
final class LdapTrouble {
    /** What Active Directory says beside "invalid credentials". */
    private static final Pattern DATA = Pattern.compile("data ([0-9a-f]{3})\\b");

    private static final Map<String, String> OF_ACTIVE_DIRECTORY =
            Map.of(
                    "525", "there is no such user",
                    "52e", "bind-dn or password is wrong",
                    "530", "the account may not log on at this hour",
                    "531", "the account may not log on from here",
                    "532", "the account's password has expired",
                    "533", "the account is disabled",
                    "701", "the account has expired",
                    "773", "the account must change its password first",
                    "775", "the account is locked");

    private LdapTrouble() {}

    /** One line, without any secret. */
    static String words(Exception e, RecipientSourceConfig.Ldap config, URI server) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
        if (isTimeout(e)) {
            return "no answer within " + seconds(config);
        }
        @Nullable String tls = ofTls(e, message, config, server);
        if (tls != null) {
            return tls;
        }
        if (cause(e, UnknownHostException.class) != null) {
            return "the name " + server.getHost() + " has no address";
        }
        @Nullable ConnectException refused = cause(e, ConnectException.class);
        if (refused != null) {
            return String.valueOf(refused.getMessage()).toLowerCase(Locale.ROOT);
        }
        return e instanceof LDAPException ldap ? ofResult(ldap, message, config) : message;
    }

    private static String seconds(RecipientSourceConfig.Ldap config) {
        long millis = config.sync().timeout().toMillis();
        return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
    }

    private static boolean isTimeout(Exception e) {
        return (e instanceof LDAPException ldap && ldap.getResultCode().equals(ResultCode.TIMEOUT))
                || cause(e, SocketTimeoutException.class) != null;
    }

    private static @Nullable String ofTls(
            Exception e, String message, RecipientSourceConfig.Ldap config, URI server) {
        if (message.contains("Hostname verification failed")) {
            int certificate = message.indexOf("'subject=");
            return "the certificate is not for "
                    + server.getHost()
                    + (certificate < 0
                            ? ""
                            : ", but for "
                                    + message.substring(certificate + 1)
                                            .replaceAll("'?'\\..*|'', ldapSDK.*", "'"));
        }
        if (message.contains("peer not authenticated")) {
            return "no answer to the TLS handshake within " + seconds(config);
        }
        if (message.contains("PKIX")
                || cause(e, CertificateException.class) != null
                || message.contains("certificate_unknown")) {
            return "the certificate is not signed by "
                    + (config.caFile() == null
                            ? "an authority that this machine trusts; name yours as ca-file"
                            : "ca-file " + config.caFile())
                    + (message.contains("validity") ? ", or has expired" : "");
        }
        if (cause(e, SSLException.class) != null || message.contains("SSLHandshake")) {
            return "no TLS with the server; is that port for ldaps://? "
                    + innermost(e).getMessage();
        }
        return null;
    }

    private static String ofResult(
            LDAPException e, String message, RecipientSourceConfig.Ldap config) {
        return switch (e.getResultCode().intValue()) {
            case ResultCode.SIZE_LIMIT_EXCEEDED_INT_VALUE ->
                    "size limit exceeded: the server gives "
                            + account(config)
                            + " no more entries; raise its limit there (slapd: size.prtotal)";
            case ResultCode.TIME_LIMIT_EXCEEDED_INT_VALUE,
                    ResultCode.ADMIN_LIMIT_EXCEEDED_INT_VALUE ->
                    e.getResultCode().getName() + ": raise it for " + account(config);
            case ResultCode.INVALID_CREDENTIALS_INT_VALUE -> credentials(message);
            case ResultCode.NO_SUCH_OBJECT_INT_VALUE ->
                    "base "
                            + config.base()
                            + " is not there"
                            + (e.getMatchedDN() == null || e.getMatchedDN().isEmpty()
                                    ? ""
                                    : " (" + e.getMatchedDN() + " is)")
                            + ", or "
                            + account(config)
                            + " may not see it";
            case ResultCode.REFERRAL_INT_VALUE ->
                    "base "
                            + config.base()
                            + " is not on this server, which names "
                            + String.join(", ", e.getReferralURLs());
            case ResultCode.CONFIDENTIALITY_REQUIRED_INT_VALUE,
                    ResultCode.STRONG_AUTH_REQUIRED_INT_VALUE ->
                    "the server wants TLS: use ldaps://, or start-tls: true";
            case ResultCode.UNAVAILABLE_CRITICAL_EXTENSION_INT_VALUE ->
                    "the server knows no pages (RFC 2696)";
            case ResultCode.INSUFFICIENT_ACCESS_RIGHTS_INT_VALUE ->
                    account(config) + " may not read there";
            case ResultCode.OPERATIONS_ERROR_INT_VALUE ->
                    message.contains("successful bind")
                            ? "the server wants to know who asks: give bind-dn and password"
                            : "operations error: " + message;
            case ResultCode.SERVER_DOWN_INT_VALUE, ResultCode.DECODING_ERROR_INT_VALUE ->
                    "the connection broke off";
            default -> e.getResultCode().getName() + ": " + message;
        };
    }

    private static String account(RecipientSourceConfig.Ldap config) {
        return config.bindDn() == null ? "who asks without bind-dn" : config.bindDn();
    }

    private static String credentials(String message) {
        Matcher data = DATA.matcher(message);
        String more = data.find() ? OF_ACTIVE_DIRECTORY.getOrDefault(data.group(1), "") : "";
        return "invalid credentials: " + (more.isEmpty() ? "bind-dn or password is wrong" : more);
    }

    private static Throwable innermost(Throwable e) {
        Throwable at = e;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> kind) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (kind.isInstance(at)) {
                return kind.cast(at);
            }
        }
        return null;
    }
}
