package org.postern.core.dnsbl;

import java.util.Locale;

/** What a list is asked about. */
public enum Subject {
    /** The client's address, its octets or nibbles reversed (RFC 5782, 2.1 and 2.4). */
    CLIENT,
    /** The name of HELO or EHLO (RFC 5782, 3). */
    HELO,
    /** The domain of the envelope sender. */
    SENDER,
    /** The domain of the From field. */
    AUTHOR;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in configuration and logs. */
    public String word() {
        return word;
    }
}
