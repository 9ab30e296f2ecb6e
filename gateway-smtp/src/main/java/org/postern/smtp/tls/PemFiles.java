package org.postern.smtp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads certificates and keys in PEM (RFC 7468). */
final class PemFiles {
    private static final long MAX_BYTES = 1L << 20;
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";

    private PemFiles() {}

    /** The chain in a file, the leaf first. */
    static List<X509Certificate> chain(Path file) throws TlsProblemException {
        byte[] bytes = read(file);
        try {
            List<X509Certificate> chain = new ArrayList<>();
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Certificate c : factory.generateCertificates(new ByteArrayInputStream(bytes))) {
                chain.add((X509Certificate) c);
            }
            if (chain.isEmpty()) {
                throw new TlsProblemException(
                        file, "holds no certificate; a PEM chain is expected, the leaf first");
            }
            return List.copyOf(chain);
        } catch (CertificateException e) {
            throw new TlsProblemException(
                    file, "is no PEM certificate chain: " + e.getMessage(), e);
        }
    }

    /** The unencrypted PKCS#8 key in a file (RFC 5958). */
    static PrivateKey key(Path file) throws TlsProblemException {
        String text = new String(read(file), StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(KEY_BEGIN);
        int end = text.indexOf(KEY_END);
        if (begin < 0 || end < begin) {
            throw new TlsProblemException(
                    file,
                    "holds no unencrypted PKCS#8 key (BEGIN PRIVATE KEY); convert it with"
                            + " openssl pkcs8 -topk8 -nocrypt");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(text.substring(begin + KEY_BEGIN.length(), end));
        } catch (IllegalArgumentException e) {
            throw new TlsProblemException(file, "holds a key that is not base64", e);
        }
        GeneralSecurityException last = new GeneralSecurityException("unknown kind of key");
        for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException e) {
                last = e; // a key of another kind: the next one may know it
            }
        }
        throw new TlsProblemException(
                file, "holds a key that is neither EC, RSA nor Ed25519", last);
    }

    /** Makes sure that the key signs for the certificate. */
    static void requireMatch(Path keyFile, PrivateKey key, X509Certificate leaf)
            throws TlsProblemException {
        PublicKey open = leaf.getPublicKey();
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> "Ed25519";
                };
        byte[] probe = {1, 2, 3, 4};
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(open);
            verifier.update(probe);
            if (verifier.verify(signature)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            throw new TlsProblemException(
                    keyFile, "does not belong to the certificate beside it", e);
        }
        throw new TlsProblemException(keyFile, "does not belong to the certificate beside it");
    }

    private static byte[] read(Path file) throws TlsProblemException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new TlsProblemException(file, "is larger than 1 MiB and no PEM file");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsProblemException(file, "does not exist", e);
        } catch (IOException e) {
            throw new TlsProblemException(file, "cannot be read: " + e.getMessage(), e);
        }
    }
}
