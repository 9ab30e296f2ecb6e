package org.postern.queue.delivery;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Trusts the holder of a known key; the handshake proves the holding. */
final class PinnedTrust extends ServerTrust {
    private final List<String> pins;

    /**
     * @param pins SHA-256 of public keys, lower-case hex digits
     */
    PinnedTrust(List<String> pins) {
        this.pins = List.copyOf(pins);
    }

    @Override
    void check(X509Certificate[] chain, String type, @Nullable SSLSocket socket)
            throws CertificateException {
        String key = Certificates.digest("SHA-256", chain[0].getPublicKey().getEncoded());
        if (!pins.contains(key)) {
            throw new CertificateException("its key is not pinned; its SHA-256 is " + key);
        }
    }
}
