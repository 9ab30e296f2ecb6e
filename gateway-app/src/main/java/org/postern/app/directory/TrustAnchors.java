package org.postern.app.directory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom a source's certificate must come from. */
final class TrustAnchors {
    private TrustAnchors() {}

    /**
     * A context that trusts the certificates of a PEM file, or what the JDK trusts.
     *
     * @throws IOException if the file cannot be read or holds no certificate
     */
    static SSLContext context(@Nullable Path caFile) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers(caFile), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    (caFile == null ? "TLS" : "ca-file " + caFile)
                            + " is of no use: "
                            + e.getMessage(),
                    e);
        }
    }

    private static TrustManager @Nullable [] managers(@Nullable Path caFile)
            throws IOException, GeneralSecurityException {
        if (caFile == null) {
            return null;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        Collection<? extends Certificate> certificates;
        try (InputStream in = Files.newInputStream(caFile)) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
        if (certificates.isEmpty()) {
            throw new IOException("ca-file " + caFile + " holds no certificate");
        }
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("ca" + number++, certificate);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
