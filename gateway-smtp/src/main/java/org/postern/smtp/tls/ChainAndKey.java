package org.postern.smtp.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * One chain, its key, and the names it is good for.
 *
 * @param names the DNS names of the leaf, lower case, wildcards as written
 * @param chain the leaf first
 * @param key the leaf's key
 */
record ChainAndKey(List<String> names, List<X509Certificate> chain, PrivateKey key) {
    private static final int DNS_NAME = 2; // RFC 5280, 4.2.1.6: GeneralName dNSName [2]

    static ChainAndKey of(Path file, List<X509Certificate> chain, PrivateKey key)
            throws TlsProblemException {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = chain.getFirst().getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (Integer.valueOf(DNS_NAME).equals(alternative.get(0))
                            && alternative.get(1) instanceof String name) {
                        names.add(name.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            throw new TlsProblemException(file, "has unreadable subject alternative names", e);
        }
        return new ChainAndKey(List.copyOf(names), chain, key);
    }

    /** Whether the leaf names this host (RFC 9525, 6.3: a wildcard is one whole leftmost label). */
    boolean serves(String host) {
        for (String name : names) {
            if (name.equals(host)) {
                return true;
            }
            int dot = host.indexOf('.');
            if (name.startsWith("*.") && dot > 0 && host.substring(dot).equals(name.substring(1))) {
                return true;
            }
        }
        return false;
    }
}
