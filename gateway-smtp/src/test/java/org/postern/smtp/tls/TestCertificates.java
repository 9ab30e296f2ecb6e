package org.postern.smtp.tls;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.postern.core.config.TlsConfig;

/** The certificates under src/test/resources/tls: ec, rsa, other, wild and client. */
public final class TestCertificates {
    private TestCertificates() {}

    /** A configuration of these, in this order. */
    public static TlsConfig config(String... names) {
        List<TlsConfig.Certificate> all =
                Arrays.stream(names).map(n -> new TlsConfig.Certificate(chain(n), key(n))).toList();
        return new TlsConfig(all);
    }

    /** A chain. */
    public static Path chain(String name) {
        return file(name + ".chain.pem");
    }

    /** A key. */
    public static Path key(String name) {
        return file(name + ".key.pem");
    }

    /** A client's side that takes any certificate, and shows one of these keys if it is asked. */
    public static SSLContext trustingAny(KeyManager... keys) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                keys,
                new TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                new SecureRandom());
        return context;
    }

    private static Path file(String name) {
        URL url = Objects.requireNonNull(TestCertificates.class.getResource("/tls/" + name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
