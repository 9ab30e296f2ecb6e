package org.postern.core.greylist;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;

/**
 * The secret of one installation that triplets are made with (RFC 2104, SHA-256). Without it
 * whoever has an IPv6 /32 could look for the one of his 65,536 networks that shares its counter
 * with a provider, and fill it; and whoever chooses sender addresses could send all of his into one
 * place of the table. Immutable and thread-safe.
 */
public final class GreylistKey {
    /** Octets of a key. */
    static final int OCTETS = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] secret;

    private GreylistKey(byte[] secret) {
        this.secret = secret;
    }

    /** A new one that nobody can guess. */
    public static GreylistKey random() {
        byte[] secret = new byte[OCTETS];
        new SecureRandom().nextBytes(secret);
        return new GreylistKey(secret);
    }

    /** The one with these {@value #OCTETS} octets. */
    static GreylistKey of(byte[] secret) {
        if (secret.length != OCTETS) {
            throw new IllegalArgumentException("a key of " + secret.length + " octets");
        }
        return new GreylistKey(secret.clone());
    }

    /** Its octets. */
    byte[] octets() {
        return secret.clone();
    }

    /** A number that tells keys apart and says nothing about them. */
    long id() {
        return mac("id".getBytes(StandardCharsets.US_ASCII)).getLong();
    }

    /** The triplet of a transaction and one of its recipients. */
    Triplet triplet(InetAddress client, ReversePath sender, EmailAddress recipient) {
        byte[] network = Triplet.networkOf(client);
        ByteBuffer crowd = mac(Triplet.crowdOf(network));
        ByteBuffer whole = mac(Triplet.text(network, sender, recipient));
        return Triplet.of(crowd, whole);
    }

    private ByteBuffer mac(byte[] text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return ByteBuffer.wrap(mac.doFinal(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GreylistKey key && Arrays.equals(secret, key.secret);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id());
    }

    @Override
    public String toString() {
        return "key " + Long.toHexString(id());
    }
}
