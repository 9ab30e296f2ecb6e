package org.postern.queue.spool;

/**
 * 32 bits that equal addresses have in common, whatever their case; different ones hardly ever. Two
 * different fingerprints are proof of two addresses, equal ones prove nothing. Stands in derived
 * files on disk: a change needs a new version of these.
 */
public final class Fingerprint {
    private static final int PRIME = 0x01000193;
    private static final int BASIS = 0x811c9dc5;

    private Fingerprint() {}

    /** The fingerprint of an address or a domain as text; never 0. */
    public static int of(String text) {
        return of(text, 0);
    }

    /** The fingerprint of what stands right of the last {@code @}, of all where there is none. */
    public static int ofDomain(String address) {
        return of(address, address.lastIndexOf('@') + 1);
    }

    private static int of(String text, int from) {
        int hash = BASIS;
        for (int i = from; i < text.length(); i++) {
            hash = (hash ^ folded(text.charAt(i))) * PRIME;
        }
        hash ^= hash >>> 15;
        return hash == 0 ? 1 : hash;
    }

    /** Folded as {@link String#equalsIgnoreCase} does, which is how addresses are compared. */
    private static int folded(char c) {
        // no other letter folds to an ASCII one but the two that are left to the slow way
        if (c < 0x80) {
            return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        }
        return Character.toLowerCase(Character.toUpperCase(c));
    }
}
