package org.postern.app.directory;

import com.unboundid.ldap.sdk.ExtendedResult;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;

/**
 * Everybody in a directory. Servers are tried in order, and the whole list comes from one of them:
 * one that fails before it has named anybody makes room for the next at once. Half a list cannot be
 * taken back, so one that fails later ends the fetch, and is asked last from then on.
 *
 * <p>No step waits longer than the source's time-out, the handshake of TLS among them, and the
 * whole twenty times that.
 */
final class LdapFeed implements RecipientFeed {
    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;
    private static final int WHOLE_IN_TIMEOUTS = 20;

    private final RecipientSourceConfig.Ldap config;
    private int first;

    LdapFeed(RecipientSourceConfig.Ldap config) {
        this.config = config;
    }

    @Override
    public void fetch(Sink sink) throws FeedException {
        List<String> troubles = new ArrayList<>();
        Exception last = new IOException("no server is named");
        int count = config.servers().size();
        for (int i = 0; i < count; i++) {
            URI server = config.servers().get((first + i) % count);
            Named named = new Named(sink);
            try {
                fetch(server, named);
                return;
            } catch (LDAPException | IOException e) {
                troubles.add(server + ": " + LdapTrouble.words(e, config, server));
                last = e;
            }
            if (named.any) {
                first = (first + i + 1) % count;
                break;
            }
        }
        throw new FeedException(String.join("; ", troubles), last);
    }

    /** Whether anybody has been named yet. */
    private static final class Named implements Sink {
        private final Sink sink;
        private boolean any;

        Named(Sink sink) {
            this.sink = sink;
        }

        @Override
        public void recipient(String text, Handling handling) throws FeedException {
            any = true;
            sink.recipient(text, handling);
        }

        @Override
        public void alias(String text, List<String> targets) throws FeedException {
            any = true;
            sink.alias(text, targets);
        }

        @Override
        public void doubt(String what) {
            sink.doubt(what);
        }

        @Override
        public void stillWanted() throws FeedException {
            sink.stillWanted();
        }
    }

    private void fetch(URI server, Sink sink) throws LDAPException, IOException, FeedException {
        boolean tls = server.getScheme().equals("ldaps");
        Duration timeout = config.sync().timeout();
        SSLContext context =
                tls || config.startTls() ? TrustAnchors.context(config.caFile()) : null;
        SocketFactory plain = SocketFactory.getDefault();
        try (LdapSockets sockets =
                        new LdapSockets(
                                tls && context != null ? context.getSocketFactory() : plain,
                                timeout);
                Cutoff _ = new Cutoff(timeout.multipliedBy(WHOLE_IN_TIMEOUTS), sockets::close);
                LDAPConnection connection = new LDAPConnection(sockets, options(timeout))) {
            int port = server.getPort() > 0 ? server.getPort() : tls ? LDAPS_PORT : LDAP_PORT;
            connection.connect(server.getHost().replaceAll("^\\[|]$", ""), port);
            if (config.startTls() && context != null) {
                startTls(connection, context);
            }
            if (config.bindDn() != null && config.password() != null) {
                connection.bind(config.bindDn(), config.password().read());
            }
            new LdapSearch(config, connection).everybody(sink);
        }
    }

    private static LDAPConnectionOptions options(Duration timeout) {
        int millis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setUseSynchronousMode(true); // no reader of its own that outlives a time-out
        options.setConnectTimeoutMillis(millis);
        options.setResponseTimeoutMillis(millis);
        options.setFollowReferrals(false);
        options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true)); // RFC 4513, 3.1.3
        return options;
    }

    private static void startTls(LDAPConnection connection, SSLContext context)
            throws LDAPException, IOException {
        ExtendedResult answer =
                connection.processExtendedOperation(new StartTLSExtendedRequest(context));
        if (!answer.getResultCode().equals(ResultCode.SUCCESS)) {
            throw new IOException("the server does no StartTLS: " + answer.getResultCode());
        }
    }
}
