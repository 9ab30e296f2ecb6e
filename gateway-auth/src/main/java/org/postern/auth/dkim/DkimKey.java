package org.postern.auth.dkim;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dkim.SigningAlgorithm.KeyType;

/**
 * A key record (RFC 6376, 3.6.1). Immutable; shared by all messages that its signer sends.
 *
 * @param type {@code k=}
 * @param key {@code p=}
 * @param bits size of the key: of the modulus for RSA, 256 for Ed25519
 * @param hashes {@code h=}, or null where every hash is allowed
 * @param forMail whether {@code s=} allows mail
 * @param testing {@code t=y}
 * @param sameDomain {@code t=s}: {@code i=} must be in {@code d=} itself
 */
public record DkimKey(
        KeyType type,
        PublicKey key,
        int bits,
        @Nullable List<String> hashes,
        boolean forMail,
        boolean testing,
        boolean sameDomain) {
    /** No one needs more, and each doubling costs eight times the work. */
    static final int MAX_RSA_BITS = 8192;

    private static final int ED25519_OCTETS = 32;

    /** A SubjectPublicKeyInfo up to the key itself (RFC 8410, 4). */
    private static final byte[] ED25519_PREFIX =
            HexFormat.of().parseHex("302a300506032b6570032100");

    /** What a TXT record was read as. */
    sealed interface Parsed {
        /** A key. */
        record Usable(DkimKey key) implements Parsed {}

        /** None that can be used. */
        record Unusable(DkimProblem problem, boolean testing) implements Parsed {}
    }

    /** Reads a TXT record, each character an octet. Never fails on any text. */
    static Parsed parse(String record) {
        TagList tags;
        try {
            tags = TagList.parse(record);
        } catch (TagSyntaxException e) {
            return new Parsed.Unusable(
                    new DkimProblem(
                            DkimReason.PERMERROR_KEY_SYNTAX, "key record: " + e.getMessage()),
                    false);
        }
        boolean testing = colonList(tags, "t", "").contains("y");
        try {
            return new Parsed.Usable(read(tags, testing));
        } catch (DkimProblem.Found e) {
            return new Parsed.Unusable(e.problem(), testing);
        }
    }

    private static DkimKey read(TagList tags, boolean testing) throws DkimProblem.Found {
        String version = tags.get("v");
        DkimProblem.require(
                version == null || version.equals("DKIM1"),
                DkimReason.PERMERROR_KEY_SYNTAX,
                "the TXT record is no DKIM1 key record");
        String p =
                DkimProblem.present(
                        tags.compact("p"),
                        DkimReason.PERMERROR_KEY_SYNTAX,
                        "the key record has no p=");
        DkimProblem.require(
                !p.isEmpty(), DkimReason.PERMERROR_KEY_REVOKED, "the key is revoked (empty p=)");
        KeyType type = type(tags);
        byte[] octets =
                DkimProblem.present(
                        Base64Text.decode(p),
                        DkimReason.PERMERROR_KEY_SYNTAX,
                        "p= of the key record is no base64");
        List<String> hashes = tags.has("h") ? colonList(tags, "h", "") : null;
        List<String> services = colonList(tags, "s", "*");
        boolean forMail = services.contains("*") || services.contains("email");
        boolean sameDomain = colonList(tags, "t", "").contains("s");
        try {
            PublicKey key;
            int bits;
            switch (type) {
                case RSA -> {
                    RsaKeyReader.Rsa rsa = rsa(octets);
                    bits = rsa.modulus().bitLength();
                    key =
                            KeyFactory.getInstance("RSA")
                                    .generatePublic(
                                            new RSAPublicKeySpec(rsa.modulus(), rsa.exponent()));
                }
                case ED25519 -> {
                    DkimProblem.require(
                            octets.length == ED25519_OCTETS,
                            DkimReason.PERMERROR_KEY_SYNTAX,
                            "an Ed25519 key has 32 octets, this one " + octets.length);
                    bits = 8 * ED25519_OCTETS;
                    byte[] spki =
                            Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + ED25519_OCTETS);
                    System.arraycopy(octets, 0, spki, ED25519_PREFIX.length, ED25519_OCTETS);
                    key =
                            KeyFactory.getInstance("Ed25519")
                                    .generatePublic(new X509EncodedKeySpec(spki));
                }
                default -> throw new IllegalStateException(type.word());
            }
            requireUsable(type, key);
            return new DkimKey(type, key, bits, hashes, forMail, testing, sameDomain);
        } catch (GeneralSecurityException e) {
            throw new DkimProblem.Found(
                    DkimReason.PERMERROR_KEY_SYNTAX, "the key cannot be used: " + e.getMessage());
        }
    }

    /** Half of all 32 octets are no point on the curve, which is found out at first use only. */
    private static void requireUsable(KeyType type, PublicKey key) throws GeneralSecurityException {
        SigningAlgorithm algorithm =
                switch (type) {
                    case RSA -> SigningAlgorithm.RSA_SHA256;
                    case ED25519 -> SigningAlgorithm.ED25519_SHA256;
                };
        Signature.getInstance(algorithm.signature()).initVerify(key);
    }

    private static KeyType type(TagList tags) throws DkimProblem.Found {
        String k = tags.has("k") ? tags.get("k") : "rsa";
        return switch (k) {
            case "rsa" -> KeyType.RSA;
            case "ed25519" -> KeyType.ED25519;
            case null, default ->
                    throw new DkimProblem.Found(
                            DkimReason.PERMERROR_KEY_ALGORITHM, "the key has an unknown k=");
        };
    }

    private static RsaKeyReader.Rsa rsa(byte[] octets) throws DkimProblem.Found {
        RsaKeyReader.Rsa rsa =
                DkimProblem.present(
                        RsaKeyReader.read(octets),
                        DkimReason.PERMERROR_KEY_SYNTAX,
                        "p= holds no RSA key");
        int bits = rsa.modulus().bitLength();
        DkimProblem.require(
                bits <= MAX_RSA_BITS,
                DkimReason.POLICY_LONG_KEY,
                "an RSA key of " + bits + " bits, more than " + MAX_RSA_BITS);
        DkimProblem.require(
                bits >= 512 || bits == 0,
                DkimReason.POLICY_SHORT_KEY,
                "an RSA key of " + bits + " bits");
        BigInteger exponent = rsa.exponent();
        DkimProblem.require(
                bits > 0
                        && rsa.modulus().testBit(0)
                        && exponent.testBit(0)
                        && exponent.bitLength() >= 2
                        && exponent.bitLength() <= 64,
                DkimReason.PERMERROR_KEY_SYNTAX,
                "p= holds no sound RSA key");
        return rsa;
    }

    /** A list with colons, white space around its members not counted. */
    private static List<String> colonList(TagList tags, String name, String otherwise) {
        String value = tags.compact(name);
        return List.of((value == null ? otherwise : value).split(":", -1));
    }
}
