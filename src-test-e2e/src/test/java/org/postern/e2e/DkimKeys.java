package org.postern.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * One DKIM key of each algorithm, made for this test run: the private ones as dkimpy reads them.
 */
final class DkimKeys {
    /** A signature algorithm (RFC 6376, 3.3; RFC 8463). */
    enum Algorithm {
        RSA("rsa-sha256", "r1", "rsa"),
        ED25519("ed25519-sha256", "e1", "ed25519");

        private final String tag;
        private final String selector;
        private final String keyType;

        Algorithm(String tag, String selector, String keyType) {
            this.tag = tag;
            this.selector = selector;
            this.keyType = keyType;
        }

        /** As the tag a= names it. */
        String tag() {
            return tag;
        }

        /** The selector whose record holds this algorithm's key. */
        String selector() {
            return selector;
        }
    }

    private static final int RAW_ED25519 = 32;

    private final Map<Algorithm, Path> files = new EnumMap<>(Algorithm.class);
    private final StringBuilder records = new StringBuilder();

    private DkimKeys() {}

    /** Makes the keys and writes the private ones into the folder. */
    static DkimKeys generate(Path folder) throws IOException {
        try {
            DkimKeys keys = new DkimKeys();
            KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
            rsa.initialize(2048);
            KeyPair pair = rsa.generateKeyPair();
            keys.add(
                    Algorithm.RSA,
                    folder,
                    "-----BEGIN PRIVATE KEY-----\n"
                            + DnsServer.base64(pair.getPrivate().getEncoded())
                            + "\n-----END PRIVATE KEY-----\n",
                    pair.getPublic().getEncoded());
            pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] secret = pair.getPrivate().getEncoded();
            byte[] open = pair.getPublic().getEncoded();
            // both encodings end with the raw key; RFC 8463, 4 publishes it raw
            keys.add(
                    Algorithm.ED25519,
                    folder,
                    DnsServer.base64(
                            Arrays.copyOfRange(secret, secret.length - RAW_ED25519, secret.length)),
                    Arrays.copyOfRange(open, open.length - RAW_ED25519, open.length));
            return keys;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private void add(Algorithm algorithm, Path folder, String secret, byte[] open)
            throws IOException {
        Path file = folder.resolve(algorithm.selector + ".key");
        Files.writeString(file, secret, StandardCharsets.US_ASCII);
        files.put(algorithm, file);
        String value = "v=DKIM1; k=" + algorithm.keyType + "; p=" + DnsServer.base64(open);
        records.append(algorithm.selector).append("._domainkey IN TXT");
        for (int at = 0; at < value.length(); at += 200) {
            records.append(" \"").append(value, at, Math.min(value.length(), at + 200)).append('"');
        }
        records.append('\n');
    }

    /** The records for the signer's zone. */
    String records() {
        return records.toString();
    }

    /** The private key's file. */
    Path file(Algorithm algorithm) {
        Path file = files.get(algorithm);
        if (file == null) {
            throw new IllegalArgumentException("no key for " + algorithm);
        }
        return file;
    }
}
