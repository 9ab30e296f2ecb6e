package org.postern.auth.dkim;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.ByteSink;

/**
 * All body hashes that the signatures of one message ask for, DKIM's and ARC's, computed in one
 * pass: each canonicalization runs once, each distinct (canonicalization, hash, length) is digested
 * once however many signatures want it. Memory does not depend on the body's size.
 *
 * <p>Requests come first, then the body by {@link #write}, then {@link #finish}. Used by one
 * thread. Never fails on any body.
 */
public final class BodyHashes implements ByteSink {
    /** No limit: the whole body. */
    public static final long WHOLE = Long.MAX_VALUE;

    private record Key(Canonicalization canonicalization, String digest, long limit) {}

    private final Map<Key, BodyHash> hashes = new HashMap<>(4);
    private @Nullable SimpleBody simple;
    private @Nullable RelaxedBody relaxed;
    private boolean finished;

    /** No hash asked for yet. */
    public BodyHashes() {}

    /**
     * Asks for a hash.
     *
     * @param limit how many canonical octets count ({@code l=}), or {@link #WHOLE}
     */
    public BodyHash request(
            Canonicalization canonicalization, SigningAlgorithm algorithm, long limit) {
        return hashes.computeIfAbsent(
                new Key(canonicalization, algorithm.digest(), limit), this::create);
    }

    /** How many distinct hashes are being computed. */
    public int size() {
        return hashes.size();
    }

    private BodyHash create(Key key) {
        BodyHash hash = new BodyHash(newDigest(key.digest()), key.limit());
        switch (key.canonicalization()) {
            case SIMPLE -> {
                if (simple == null) {
                    simple = new SimpleBody();
                }
                simple.add(hash);
            }
            case RELAXED -> {
                if (relaxed == null) {
                    relaxed = new RelaxedBody();
                }
                relaxed.add(hash);
            }
        }
        return hash;
    }

    static MessageDigest newDigest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(
                    "this Java has no " + name + ", which every one has", e);
        }
    }

    /** Takes the next octets of the body. */
    @Override
    public void write(byte[] block, int offset, int length) {
        if (simple != null) {
            simple.write(block, offset, offset + length);
        }
        if (relaxed != null) {
            relaxed.write(block, offset, offset + length);
        }
    }

    /** The body has ended; from here on the hashes can be read. May be called again. */
    public void finish() {
        if (finished) {
            return;
        }
        finished = true;
        if (simple != null) {
            simple.finish();
        }
        if (relaxed != null) {
            relaxed.finish();
        }
    }
}
