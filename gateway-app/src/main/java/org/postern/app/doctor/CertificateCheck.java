package org.postern.app.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.postern.app.text.Human;
import org.postern.core.config.TlsConfig;
import org.postern.smtp.tls.TlsContexts;
import org.postern.smtp.tls.TlsProblemException;

/** The certificates on disk: whether they load, name this host, chain up, and for how long. */
final class CertificateCheck implements Check {
    private static final Duration SOON = Duration.ofDays(14);
    private static final Duration NOW = Duration.ofDays(3);
    private static final int WEAK_RSA_BITS = 2_048;
    private static final int DNS_NAME = 2; // RFC 5280, 4.2.1.6

    @Override
    public String name() {
        return "tls";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        TlsConfig tls = scene.config().tls();
        if (tls.certificates().isEmpty()) {
            return List.of(
                    Finding.warning(
                            name(),
                            "no certificate is configured",
                            "STARTTLS is not offered: mail comes in the clear, and senders that"
                                    + " insist on TLS (MTA-STS, DANE) do not deliver",
                            "certbot certonly --standalone -d " + scene.config().hostname()));
        }
        try {
            TlsContexts.load(tls);
        } catch (TlsProblemException e) {
            return List.of(
                    Finding.failure(
                            name(),
                            String.valueOf(e.getMessage()),
                            "a start or reload is refused until it loads",
                            scene.postern("check")));
        }
        List<Finding> findings = new ArrayList<>();
        boolean named = false;
        for (TlsConfig.Certificate certificate : tls.certificates()) {
            named |= certificate(scene, certificate.chain(), findings);
        }
        if (!named) {
            findings.add(
                    Finding.warning(
                            name(),
                            "no certificate names " + scene.config().hostname(),
                            "senders that verify (MTA-STS, RFC 8461, 4.1) do not deliver",
                            show(tls.certificates().getFirst().chain(), "-ext subjectAltName")));
        }
        return findings;
    }

    private boolean certificate(Scene scene, Path file, List<Finding> findings) {
        List<X509Certificate> chain;
        try {
            chain = read(file);
        } catch (IOException | GeneralSecurityException e) {
            findings.add(
                    Finding.failure(
                            name(),
                            file + ": " + e.getMessage(),
                            "it cannot be looked at",
                            show(file, "-text")));
            return false;
        }
        X509Certificate leaf = chain.getFirst();
        findings.add(dates(scene.time().instant(), file, leaf));
        findings.add(trust(file, chain));
        if (leaf.getPublicKey() instanceof RSAPublicKey rsa
                && rsa.getModulus().bitLength() < WEAK_RSA_BITS) {
            findings.add(
                    Finding.warning(
                            name(),
                            file + ": RSA key of " + rsa.getModulus().bitLength() + " bits",
                            "modern senders break the handshake off below 2048 bits",
                            show(file, "-text")));
        }
        return names(leaf).stream().anyMatch(n -> covers(n, scene.config().hostname().ascii()));
    }

    /** A leaf's validity at a moment. */
    Finding dates(Instant now, Path file, X509Certificate leaf) {
        Instant end = leaf.getNotAfter().toInstant();
        String command = show(file, "-dates");
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            return Finding.failure(
                    name(),
                    file + " is not valid before " + leaf.getNotBefore().toInstant(),
                    "senders that verify do not deliver; is the clock right?",
                    command);
        }
        if (!now.isBefore(end)) {
            return Finding.failure(
                    name(),
                    file + " expired at " + end,
                    "senders that verify do not deliver; renew it, the gateway takes the new file"
                            + " by itself",
                    command);
        }
        Duration left = Duration.between(now, end);
        String what = file + " is good until " + end + ", " + Human.duration(left) + " from now";
        String why = "a renewal should have happened by now; what renews it, and why did it not?";
        if (left.compareTo(NOW) < 0) {
            return Finding.failure(name(), what, why, command);
        }
        return left.compareTo(SOON) < 0
                ? Finding.warning(name(), what, why, command)
                : Finding.ok(name(), what);
    }

    private Finding trust(Path file, List<X509Certificate> chain) {
        String algorithm = chain.getFirst().getPublicKey().getAlgorithm();
        try {
            systemTrust()
                    .checkServerTrusted(
                            chain.toArray(X509Certificate[]::new),
                            algorithm.equals("RSA") ? "ECDHE_RSA" : "ECDHE_ECDSA");
            return Finding.ok(name(), file + " chains up to an authority that this machine trusts");
        } catch (GeneralSecurityException e) {
            X509Certificate leaf = chain.getFirst();
            boolean self = leaf.getIssuerX500Principal().equals(leaf.getSubjectX500Principal());
            return Finding.warning(
                    name(),
                    file
                            + (self
                                    ? " is signed by itself"
                                    : " does not chain up to an authority that this machine"
                                            + " trusts: "
                                            + e.getMessage()),
                    "senders that verify (MTA-STS) do not deliver; others encrypt and do not know"
                            + " to whom. The file must hold the leaf and every intermediate",
                    "openssl verify -untrusted " + file + " " + file);
        }
    }

    private static X509TrustManager systemTrust() throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x) {
                return x;
            }
        }
        throw new GeneralSecurityException("this Java trusts nobody");
    }

    /** The certificates in a PEM file, the leaf first. */
    static List<X509Certificate> read(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                chain.add((X509Certificate) c);
            }
            if (chain.isEmpty()) {
                throw new GeneralSecurityException("holds no certificate");
            }
            return chain;
        }
    }

    private static List<String> names(X509Certificate leaf) {
        List<String> names = new ArrayList<>();
        try {
            var alternatives = leaf.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> a : alternatives) {
                    if (Integer.valueOf(DNS_NAME).equals(a.get(0))
                            && a.get(1) instanceof String n) {
                        names.add(n.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (java.security.cert.CertificateParsingException e) {
            return List.of(); // names that nobody can read name nobody
        }
        return names;
    }

    /** RFC 9525, 6.3: a wildcard stands for one whole leftmost label. */
    static boolean covers(String name, String host) {
        int dot = host.indexOf('.');
        return name.equals(host)
                || (name.startsWith("*.")
                        && dot > 0
                        && host.substring(dot).equals(name.substring(1)));
    }

    private static String show(Path file, String what) {
        return "openssl x509 -noout " + what + " -in " + file;
    }
}
