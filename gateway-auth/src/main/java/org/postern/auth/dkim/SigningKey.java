package org.postern.auth.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;

/**
 * A private key and the name under which its public half is published. Thread-safe.
 *
 * @param domain {@code d=}
 * @param selector {@code s=}
 * @param algorithm {@code a=}; must fit the key
 * @param key the private key
 */
public record SigningKey(
        Domain domain, String selector, SigningAlgorithm algorithm, PrivateKey key) {
    /** SEQUENCE, version 0, rsaEncryption: what PKCS #8 has before a PKCS #1 key (RFC 5208, 5). */
    private static final byte[] RSA_INFO =
            HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;

    /** A key whose algorithm follows from its kind: rsa-sha256 or ed25519-sha256. */
    public static SigningKey of(Domain domain, String selector, PrivateKey key) {
        SigningAlgorithm algorithm =
                switch (key) {
                    case RSAPrivateKey rsa -> SigningAlgorithm.RSA_SHA256;
                    case EdECPrivateKey ed -> SigningAlgorithm.ED25519_SHA256;
                    default ->
                            throw new IllegalArgumentException(
                                    "a key for RSA or Ed25519 is needed, not "
                                            + key.getAlgorithm());
                };
        return new SigningKey(domain, selector, algorithm, key);
    }

    /**
     * Reads a PEM text: {@code PRIVATE KEY} (PKCS #8, RSA or Ed25519) or {@code RSA PRIVATE KEY}.
     *
     * @throws IllegalArgumentException if it holds neither; the message does not repeat the key
     */
    public static SigningKey ofPem(Domain domain, String selector, String pem) {
        String base64 =
                pem.lines().filter(l -> !l.startsWith("-----")).reduce("", String::concat).strip();
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the private key is no PEM text", e);
        }
        byte[] pkcs8 = pem.contains("BEGIN RSA PRIVATE KEY") ? wrapped(der) : der;
        PrivateKey key = read("RSA", pkcs8);
        if (key == null) {
            key = read("Ed25519", pkcs8);
        }
        if (key == null) {
            throw new IllegalArgumentException(
                    "the private key is neither RSA nor Ed25519 in PKCS #8 or PKCS #1");
        }
        return of(domain, selector, key);
    }

    private static @Nullable PrivateKey read(String kind, byte[] pkcs8) {
        try {
            return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (InvalidKeySpecException e) {
            return null; // of another kind, perhaps
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + kind, e);
        }
    }

    private static byte[] wrapped(byte[] pkcs1) {
        byte[] octets = element(OCTET_STRING, pkcs1);
        byte[] content = new byte[RSA_INFO.length + octets.length];
        System.arraycopy(RSA_INFO, 0, content, 0, RSA_INFO.length);
        System.arraycopy(octets, 0, content, RSA_INFO.length, octets.length);
        return element(SEQUENCE, content);
    }

    /** DER with a length of two octets, which every RSA private key needs and none exceeds. */
    private static byte[] element(int tag, byte[] content) {
        byte[] out = new byte[content.length + 4];
        out[0] = (byte) tag;
        out[1] = (byte) 0x82;
        out[2] = (byte) (content.length >> 8);
        out[3] = (byte) content.length;
        System.arraycopy(content, 0, out, 4, content.length);
        return out;
    }

    /** The signature over this input. */
    public byte[] sign(SigningInput input) {
        try {
            Signature signature = Signature.getInstance(algorithm.signature());
            signature.initSign(key);
            if (algorithm == SigningAlgorithm.ED25519_SHA256) {
                var digest = BodyHashes.newDigest(algorithm.digest()); // RFC 8463, 3
                digest.update(input.octets(), 0, input.size());
                signature.update(digest.digest());
            } else {
                signature.update(input.octets(), 0, input.size());
            }
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key cannot sign: " + e.getMessage(), e);
        }
    }

    /** Nothing of the key. */
    @Override
    public String toString() {
        return selector + "._domainkey." + domain + " (" + algorithm.word() + ")";
    }
}
