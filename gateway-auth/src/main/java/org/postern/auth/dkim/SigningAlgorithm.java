package org.postern.auth.dkim;

import org.jspecify.annotations.Nullable;

/** The signing algorithms that have a name (RFC 6376, 3.3; RFC 8463, 3). */
public enum SigningAlgorithm {
    /** RSASSA-PKCS1-v1_5 with SHA-256. */
    RSA_SHA256("rsa-sha256", KeyType.RSA, "sha256", "SHA-256", "SHA256withRSA"),
    /** PureEdDSA over the SHA-256 hash of the header fields. */
    ED25519_SHA256("ed25519-sha256", KeyType.ED25519, "sha256", "SHA-256", "Ed25519"),
    /** Historic: never verified but where an old test collection asks for it (RFC 8301, 3.1). */
    RSA_SHA1("rsa-sha1", KeyType.RSA, "sha1", "SHA-1", "SHA1withRSA");

    private final String word;
    private final KeyType keyType;
    private final String hashWord;
    private final String digest;
    private final String signature;

    SigningAlgorithm(
            String word, KeyType keyType, String hashWord, String digest, String signature) {
        this.word = word;
        this.keyType = keyType;
        this.hashWord = hashWord;
        this.digest = digest;
        this.signature = signature;
    }

    /** The algorithm of this {@code a=}, which is case-sensitive (RFC 6376, 3.2), or null. */
    public static @Nullable SigningAlgorithm of(String word) {
        return switch (word) {
            case "rsa-sha256" -> RSA_SHA256;
            case "ed25519-sha256" -> ED25519_SHA256;
            case "rsa-sha1" -> RSA_SHA1;
            default -> null;
        };
    }

    /** The word in {@code a=}. */
    public String word() {
        return word;
    }

    /** The key it needs. */
    public KeyType keyType() {
        return keyType;
    }

    /** The hash in {@code h=} of a key record. */
    String hashWord() {
        return hashWord;
    }

    /** The hash's name in Java. */
    String digest() {
        return digest;
    }

    /** The signature's name in Java. */
    String signature() {
        return signature;
    }

    /** The kinds of key, {@code k=} in a key record. */
    public enum KeyType {
        /** RSA, {@code p=} an RSAPublicKey, in a SubjectPublicKeyInfo or bare. */
        RSA("rsa"),
        /** Ed25519, {@code p=} the 32 octets (RFC 8463, 4). */
        ED25519("ed25519");

        private final String word;

        KeyType(String word) {
            this.word = word;
        }

        /** The word in {@code k=}. */
        public String word() {
            return word;
        }
    }
}
