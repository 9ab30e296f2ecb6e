package org.postern.auth.dkim;

/** How header fields or a body are made comparable before they are hashed (RFC 6376, 3.4). */
public enum Canonicalization {
    /** Nearly nothing may change on the way. */
    SIMPLE("simple"),
    /** White space and the case of field names may. */
    RELAXED("relaxed");

    private final String word;

    Canonicalization(String word) {
        this.word = word;
    }

    /** The word in {@code c=}. */
    public String word() {
        return word;
    }
}
