package org.postern.smtp.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.postern.core.config.TlsConfig;

/**
 * One generation of certificates.
 *
 * @param context what handshakes use
 * @param earliestExpiry when the first certificate of any chain expires
 */
record Loaded(SSLContext context, Instant earliestExpiry) {
    static Loaded from(TlsConfig config) throws TlsProblemException {
        List<ChainAndKey> entries = new ArrayList<>();
        Instant expiry = Instant.MAX;
        for (TlsConfig.Certificate c : config.certificates()) {
            List<X509Certificate> chain = PemFiles.chain(c.chain());
            PrivateKey key = PemFiles.key(c.key());
            PemFiles.requireMatch(c.key(), key, chain.getFirst());
            entries.add(ChainAndKey.of(c.chain(), chain, key));
            for (X509Certificate certificate : chain) {
                Instant notAfter = certificate.getNotAfter().toInstant();
                expiry = notAfter.isBefore(expiry) ? notAfter : expiry;
            }
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new SniKeyManager(entries)},
                    new TrustManager[] {new RecordingTrustManager()},
                    new SecureRandom());
            return new Loaded(context, expiry);
        } catch (GeneralSecurityException e) {
            throw new TlsProblemException(
                    config.certificates().getFirst().chain(),
                    "cannot be used for TLS: " + e.getMessage(),
                    e);
        }
    }
}
