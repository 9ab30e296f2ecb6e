package org.postern.auth.dkim;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an RSA public key from DER: a SubjectPublicKeyInfo (what everybody publishes) or the bare
 * RSAPublicKey of PKCS #1 (what RFC 6376, 3.6.1 says).
 */
final class RsaKeyReader {
    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OID = 0x06;

    /** 1.2.840.113549.1.1.1, rsaEncryption (RFC 3279, 2.3.1). */
    private static final byte[] RSA_ENCRYPTION = {
        0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01
    };

    private final byte[] der;
    private int at;
    private int end;

    private RsaKeyReader(byte[] der) {
        this.der = der;
        this.end = der.length;
    }

    /**
     * @param modulus n
     * @param exponent e
     */
    record Rsa(BigInteger modulus, BigInteger exponent) {}

    /** The key, or null if these octets are none. */
    static @Nullable Rsa read(byte[] der) {
        return new RsaKeyReader(der).key();
    }

    private @Nullable Rsa key() {
        if (!enter(SEQUENCE) || at >= end) {
            return null;
        }
        if (der[at] == INTEGER) {
            return integers();
        }
        int afterAlgorithm = element(SEQUENCE);
        if (afterAlgorithm < 0) {
            return null;
        }
        int whole = end;
        end = afterAlgorithm;
        int afterOid = element(OID);
        if (afterOid < 0
                || !Arrays.equals(der, at, afterOid, RSA_ENCRYPTION, 0, RSA_ENCRYPTION.length)) {
            return null;
        }
        end = whole;
        at = afterAlgorithm; // parameters should be NULL; whatever they are, they change nothing
        if (!enter(BIT_STRING) || at >= end || der[at++] != 0 || !enter(SEQUENCE)) {
            return null;
        }
        return integers();
    }

    private @Nullable Rsa integers() {
        BigInteger modulus = integer();
        BigInteger exponent = modulus == null ? null : integer();
        return modulus == null || exponent == null ? null : new Rsa(modulus, exponent);
    }

    private @Nullable BigInteger integer() {
        int after = element(INTEGER);
        if (after <= at) {
            return null;
        }
        BigInteger value = new BigInteger(1, der, at, after - at);
        at = after;
        return value;
    }

    /** Steps to the contents of an element; what is behind it in the same parent is given up. */
    private boolean enter(int tag) {
        int after = element(tag);
        if (after < 0) {
            return false;
        }
        end = after;
        return true;
    }

    /** Steps to the contents of an element; returns where they end, or -1 if it is not there. */
    private int element(int tag) {
        if (end - at < 2 || (der[at] & 0xff) != tag) {
            return -1;
        }
        int length = der[at + 1] & 0xff;
        at += 2;
        if (length > 0x80) {
            int octets = length & 0x7f;
            if (octets > 3 || end - at < octets) {
                return -1;
            }
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = (length << 8) | (der[at++] & 0xff);
            }
        } else if (length == 0x80) {
            return -1; // indefinite length is no DER
        }
        return length > end - at ? -1 : at + length;
    }
}
