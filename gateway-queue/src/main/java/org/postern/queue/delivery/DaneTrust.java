package org.postern.queue.delivery;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.postern.queue.delivery.DeliveryDns.TlsaRecord;

/**
 * Trusts what TLSA records say (RFC 7672, 3.1 and 3.2): of usage 3 the server's own certificate or
 * key, whatever its name and dates; of usage 2 a certificate of the chain that the server sends,
 * beneath which chain, dates and name must hold.
 */
final class DaneTrust extends ServerTrust {
    private final List<TlsaRecord> records;

    /**
     * @param records usable ones only
     */
    DaneTrust(List<TlsaRecord> records) {
        this.records = List.copyOf(records);
    }

    /** Those that can be used for SMTP: known usage, selector and matching type. */
    static List<TlsaRecord> usable(List<TlsaRecord> records) {
        return records.stream()
                .filter(r -> r.usage() == 2 || r.usage() == 3) // RFC 7672, 3.1.3
                .filter(r -> r.selector() == 0 || r.selector() == 1)
                .filter(r -> r.matchingType() >= 0 && r.matchingType() <= 2)
                .toList();
    }

    @Override
    void check(X509Certificate[] chain, String type, @Nullable SSLSocket socket)
            throws CertificateException {
        for (TlsaRecord r : records) {
            if (r.usage() == 3 && matches(r, chain[0])) {
                return; // RFC 7672, 3.1.1: neither name nor validity is looked at
            }
        }
        for (int i = 0; i < chain.length; i++) {
            for (TlsaRecord r : records) {
                if (r.usage() == 2 && matches(r, chain[i])) {
                    checkBeneath(chain[i], chain, type, socket);
                    return;
                }
            }
        }
        throw new CertificateException("no TLSA record matches its certificate");
    }

    private static void checkBeneath(
            X509Certificate anchor,
            X509Certificate[] chain,
            String type,
            @Nullable SSLSocket socket)
            throws CertificateException {
        try {
            Certificates.rootedIn(List.of(anchor)).checkServerTrusted(chain, type, socket);
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new CertificateException(e);
        }
    }

    private static boolean matches(TlsaRecord r, X509Certificate certificate)
            throws CertificateException {
        byte[] selected =
                r.selector() == 0
                        ? certificate.getEncoded()
                        : certificate.getPublicKey().getEncoded();
        String data =
                switch (r.matchingType()) {
                    case 1 -> Certificates.digest("SHA-256", selected);
                    case 2 -> Certificates.digest("SHA-512", selected);
                    default -> HexFormat.of().formatHex(selected);
                };
        return data.equals(r.data());
    }
}
