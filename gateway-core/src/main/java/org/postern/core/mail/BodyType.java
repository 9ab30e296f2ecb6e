package org.postern.core.mail;

/** The BODY parameter of MAIL (RFC 6152; BINARYMIME of RFC 3030 is not offered). */
public enum BodyType {
    /** {@code 7BIT}, also when the client says nothing. */
    SEVEN_BIT("7BIT"),
    /** {@code 8BITMIME}. */
    EIGHT_BIT_MIME("8BITMIME");

    private final String keyword;

    BodyType(String keyword) {
        this.keyword = keyword;
    }

    /** The word on the wire. */
    public String keyword() {
        return keyword;
    }
}
