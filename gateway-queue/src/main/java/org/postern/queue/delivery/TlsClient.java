package org.postern.queue.delivery;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Puts TLS on a connection (RFC 3207, RFC 8314). Immutable, thread-safe. */
final class TlsClient {
    private final SSLContext context;
    private final boolean verified;

    private TlsClient(SSLContext context, boolean verified) {
        this.context = context;
        this.verified = verified;
    }

    /** Verifies the chain with this manager (null: the machine's own) and the host's name. */
    static TlsClient verifying(@Nullable X509ExtendedTrustManager trust) {
        TrustManager[] managers = trust == null ? null : new TrustManager[] {trust};
        return new TlsClient(context(managers), true);
    }

    /** Leaves everything to this manager, names too. */
    static TlsClient trusting(ServerTrust trust) {
        return new TlsClient(context(new TrustManager[] {trust}), true);
    }

    /** Encrypts towards whoever answers: better than plain text against those who only listen. */
    static TlsClient unverified() {
        return new TlsClient(context(new TrustManager[] {new Anybody()}), false);
    }

    private static SSLContext context(TrustManager @Nullable [] trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Whether who answers is known to be the host that was meant. */
    boolean verifies() {
        return verified;
    }

    /**
     * Does the handshake and lets the wire go on inside TLS.
     *
     * @return protocol and cipher suite
     * @throws IOException if it fails; the wire is only good for closing then
     */
    String start(Wire wire, String host, int port, Duration timeout) throws IOException {
        Socket socket = wire.socket();
        if (socket == null) {
            throw new IOException("no TLS on a unix socket");
        }
        SSLSocket tls =
                (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
        SSLParameters parameters = tls.getSSLParameters();
        // TLS 1.2 and 1.3 are what Java leaves switched on
        if (verified) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // names as in RFC 9525
        }
        if (isName(host)) {
            parameters.setServerNames(List.of(new SNIHostName(host)));
        }
        tls.setSSLParameters(parameters);
        wire.handshake(tls, timeout);
        wire.continueIn(tls);
        SSLSession session = tls.getSession();
        return session.getProtocol() + " " + session.getCipherSuite();
    }

    private static boolean isName(String host) {
        return host.indexOf(':') < 0
                && !host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    /** Accepts every certificate; used only where a plain connection would be accepted as well. */
    private static final class Anybody extends ServerTrust {
        @Override
        void check(X509Certificate[] chain, String type, @Nullable SSLSocket socket) {}
    }
}
