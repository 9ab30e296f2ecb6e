package org.postern.core.lists;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What an entry of a list is about: the key that it stands under in the file. */
public enum ListKind {
    /** The client's IP address; entries are networks or single addresses. */
    CLIENT("client"),
    /** The name of HELO or EHLO. */
    HELO("helo"),
    /** The client's forward-confirmed reverse name (RFC 8601, 3). */
    REVERSE_NAME("reverse-name"),
    /** The envelope sender's whole address; entries are addresses, or {@code @domain}. */
    SENDER("sender"),
    /** The envelope sender's domain. */
    SENDER_DOMAIN("sender-domain"),
    /** The domain of the From header field. */
    AUTHOR_DOMAIN("author-domain"),
    /** A domain that SPF or DKIM passed for. */
    AUTHENTICATED_DOMAIN("authenticated-domain"),
    /** The recipient's whole address; entries are addresses, or {@code @domain}. */
    RECIPIENT("recipient");

    private static final List<String> KEYS = Arrays.stream(values()).map(ListKind::key).toList();

    private final String key;

    ListKind(String key) {
        this.key = key;
    }

    /** The key in a list file. */
    public String key() {
        return key;
    }

    /** Whether entries are domains: {@code example.org}, or {@code .example.org} with all below. */
    public boolean isDomain() {
        return switch (this) {
            case HELO, REVERSE_NAME, SENDER_DOMAIN, AUTHOR_DOMAIN, AUTHENTICATED_DOMAIN -> true;
            case CLIENT, SENDER, RECIPIENT -> false;
        };
    }

    /** The kind under a key. */
    public static Optional<ListKind> ofKey(String key) {
        return Arrays.stream(values()).filter(k -> k.key.equals(key)).findFirst();
    }

    /** Every key, in order. */
    public static List<String> keys() {
        return KEYS;
    }
}
