package org.postern.auth.dkim;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a body in one canonicalization, up to a number of octets or to its end. Filled by
 * {@link BodyHashes}, read when that is finished. Used by one thread.
 */
public final class BodyHash {
    /** Shorter runs are gathered first: a digest costs more for each call than for each octet. */
    private static final int GATHER_BELOW = 128;

    private static final int GATHERED = 1024;

    private final MessageDigest digest;
    private final long limit;
    private byte @Nullable [] gathered;
    private int gatheredSize;
    private long total;
    private byte @Nullable [] value;

    BodyHash(MessageDigest digest, long limit) {
        this.digest = digest;
        this.limit = limit;
    }

    /** Takes canonical octets. */
    void append(byte[] block, int from, int to) {
        long room = limit - total;
        int length = to - from;
        total += length;
        if (room <= 0) {
            return;
        }
        int take = (int) Math.min(room, length);
        if (take >= GATHER_BELOW) {
            flush();
            digest.update(block, from, take);
        } else {
            byte[] buffer = gathered;
            if (buffer == null) {
                buffer = new byte[GATHERED];
                gathered = buffer;
            }
            if (GATHERED - gatheredSize < take) {
                flush();
            }
            System.arraycopy(block, from, buffer, gatheredSize, take);
            gatheredSize += take;
        }
    }

    private void flush() {
        if (gathered != null && gatheredSize > 0) {
            digest.update(gathered, 0, gatheredSize);
            gatheredSize = 0;
        }
    }

    void finish() {
        if (value == null) {
            flush();
            value = digest.digest();
        }
    }

    /**
     * Whether the hash is {@code expected}.
     *
     * @throws IllegalStateException before the body has ended
     */
    public boolean matches(byte[] expected) {
        return MessageDigest.isEqual(value(), expected);
    }

    /**
     * The hash.
     *
     * @throws IllegalStateException before the body has ended
     */
    public byte[] value() {
        if (value == null) {
            throw new IllegalStateException("the body has not ended");
        }
        return value.clone();
    }

    /** Length of the canonical body, hashed or not. */
    public long total() {
        return total;
    }

    /** Canonical octets beyond the limit: what the signer did not sign. */
    public long unsigned() {
        return Math.max(0, total - limit);
    }
}
