package org.postern.app.directory;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;

/**
 * Everybody in a directory, page by page (RFC 4511, RFC 2696): one search beneath the base. Servers
 * are tried in order; the whole list comes from one of them. Values with a scheme, as in {@code
 * proxyAddresses}, count where it is {@code smtp:}.
 *
 * <p>Any result but success, a page that does not come, and an attribute that the server gives only
 * in part are failures: never a shorter list.
 */
final class LdapFeed implements RecipientFeed {
    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;

    private final RecipientSourceConfig.Ldap config;

    LdapFeed(RecipientSourceConfig.Ldap config) {
        this.config = config;
    }

    @Override
    public void fetch(Sink sink) throws FeedException {
        FeedException last = new FeedException("no server is named");
        for (URI server : config.servers()) {
            try (LDAPConnection connection = connect(server)) {
                search(connection, server, sink);
                return;
            } catch (Unreachable e) {
                last = new FeedException(server + ": " + e.getMessage(), e);
            }
        }
        throw last;
    }

    /** The server could not be asked at all: the next one may be. */
    private static final class Unreachable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreachable(@Nullable String message, Throwable cause) {
            super(message, cause);
        }
    }

    private LDAPConnection connect(URI server) throws Unreachable {
        boolean tls = server.getScheme().equals("ldaps");
        int port = server.getPort() > 0 ? server.getPort() : tls ? LDAPS_PORT : LDAP_PORT;
        String host = server.getHost().replaceAll("^\\[|]$", "");
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        int millis = (int) Math.min(Integer.MAX_VALUE, config.sync().timeout().toMillis());
        options.setConnectTimeoutMillis(millis);
        options.setResponseTimeoutMillis(millis);
        options.setFollowReferrals(false);
        options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true)); // RFC 4513, 3.1.3
        LDAPConnection connection = null;
        try {
            SSLContext context =
                    tls || config.startTls() ? TrustAnchors.context(config.caFile()) : null;
            connection =
                    tls && context != null
                            ? new LDAPConnection(context.getSocketFactory(), options)
                            : new LDAPConnection(options);
            connection.connect(host, port, millis);
            if (config.startTls() && context != null) {
                var answer =
                        connection.processExtendedOperation(new StartTLSExtendedRequest(context));
                if (!answer.getResultCode().equals(com.unboundid.ldap.sdk.ResultCode.SUCCESS)) {
                    throw new IOException("no StartTLS: " + answer.getResultCode());
                }
            }
            if (config.bindDn() != null && config.password() != null) {
                connection.bind(config.bindDn(), config.password().read());
            }
            return connection;
        } catch (LDAPException | IOException e) {
            if (connection != null) {
                connection.close();
            }
            throw new Unreachable(
                    e instanceof LDAPException ldap ? words(ldap) : e.getMessage(), e);
        }
    }

    private static String words(LDAPException e) {
        return e.getResultCode().getName() + ": " + e.getMessage();
    }

    private void search(LDAPConnection connection, URI server, Sink sink) throws FeedException {
        try (Cutoff _ = new Cutoff(config.sync().timeout().multipliedBy(20), connection::close)) {
            ASN1OctetString cookie = null;
            do {
                SearchRequest request =
                        new SearchRequest(
                                config.base(), SearchScope.SUB, config.filter(), wanted());
                request.setControls(new SimplePagedResultsControl(config.pageSize(), cookie, true));
                SearchResult page = connection.search(request);
                List<SearchResultEntry> entries = page.getSearchEntries();
                if (entries == null) {
                    throw new FeedException(server + ": a page without entries");
                }
                for (SearchResultEntry entry : entries) {
                    entry(entry, server, sink);
                }
                sink.stillWanted();
                SimplePagedResultsControl answer = SimplePagedResultsControl.get(page);
                cookie = answer == null ? null : answer.getCookie();
            } while (cookie != null && cookie.getValueLength() > 0);
        } catch (LDAPException e) {
            throw new FeedException(server + ": " + words(e), e);
        }
    }

    private String[] wanted() {
        return Stream.concat(
                        config.attributes().stream(),
                        Stream.of(
                                        Optional.ofNullable(config.downstreamAttribute()),
                                        Optional.ofNullable(config.policyAttribute()))
                                .flatMap(Optional::stream))
                .toArray(String[]::new);
    }

    private static @Nullable String only(SearchResultEntry entry, @Nullable String attribute) {
        return attribute == null ? null : entry.getAttributeValue(attribute);
    }

    private void entry(SearchResultEntry entry, URI server, Sink sink) throws FeedException {
        for (Attribute attribute : entry.getAttributes()) {
            String name = attribute.getName().toLowerCase(Locale.ROOT);
            if (name.contains(";range=") && !name.endsWith("-*")) {
                throw new FeedException(
                        server
                                + ": "
                                + entry.getDN()
                                + " has more values than the server gives at once: "
                                + attribute.getName());
            }
        }
        Handling handling =
                Handling.of(
                        only(entry, config.downstreamAttribute()),
                        only(entry, config.policyAttribute()));
        for (String wanted : config.attributes()) {
            for (Attribute attribute : entry.getAttributes()) {
                if (!attribute.getBaseName().equalsIgnoreCase(wanted)) {
                    continue;
                }
                for (String value : attribute.getValues()) {
                    value(value, handling, sink);
                }
            }
        }
    }

    private static void value(String value, Handling handling, Sink sink) throws FeedException {
        int colon = value.indexOf(':');
        if (colon < 0) {
            sink.recipient(value, handling);
        } else if (value.substring(0, colon).equalsIgnoreCase("smtp")) {
            sink.recipient(value.substring(colon + 1), handling);
        }
    }
}
