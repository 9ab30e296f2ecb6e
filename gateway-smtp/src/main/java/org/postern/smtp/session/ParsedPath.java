package org.postern.smtp.session;

import org.jspecify.annotations.Nullable;
import org.postern.core.mail.AddressLiteral;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;

/**
 * A path of MAIL or RCPT, {@code <[source-route:]mailbox>} (RFC 5321, 4.1.2), read from the start
 * of a text.
 *
 * @param kind what stands between the brackets
 * @param address the mailbox, null unless {@code kind} is MAILBOX
 * @param international whether it was written with characters beyond ASCII (RFC 6531)
 * @param end index behind the closing bracket
 */
record ParsedPath(Kind kind, @Nullable EmailAddress address, boolean international, int end) {
    /** What stands between the brackets. */
    enum Kind {
        /** {@code <>}. */
        EMPTY,
        /** {@code <Postmaster>}, in any case (RFC 5321, 4.1.1.3). */
        POSTMASTER,
        /** A mailbox. */
        MAILBOX
    }

    /**
     * Reads a path.
     *
     * @throws InvalidAddressException if the text does not begin with one
     */
    static ParsedPath parse(String text) throws InvalidAddressException {
        if (text.isEmpty() || text.charAt(0) != '<') {
            throw new InvalidAddressException("path must stand in angle brackets", 0);
        }
        int close = closingBracket(text);
        String inner = text.substring(1, close);
        if (inner.isEmpty()) {
            return new ParsedPath(Kind.EMPTY, null, false, close + 1);
        }
        if (Ascii.is("postmaster", inner)) {
            return new ParsedPath(Kind.POSTMASTER, null, false, close + 1);
        }
        String mailbox = inner.charAt(0) == '@' ? withoutRoute(inner) : inner;
        EmailAddress address = EmailAddress.parse(mailbox);
        boolean international = inner.chars().anyMatch(c -> c > 0x7f);
        return new ParsedPath(Kind.MAILBOX, address, international, close + 1);
    }

    private static int closingBracket(String text) throws InvalidAddressException {
        boolean quoted = false;
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                return i;
            }
        }
        throw new InvalidAddressException("path has no closing angle bracket", text.length());
    }

    /** Checks a source route and drops it, as RFC 5321, 4.1.1.3 and appendix C ask. */
    private static String withoutRoute(String inner) throws InvalidAddressException {
        int start = 0;
        while (true) {
            if (start >= inner.length() || inner.charAt(start) != '@') {
                throw new InvalidAddressException("source route must be @domain,...:", start + 1);
            }
            int end = endOfHost(inner, start + 1);
            if (end == inner.length()) {
                throw new InvalidAddressException("source route is not ended by a colon", end + 1);
            }
            String host = inner.substring(start + 1, end);
            if (host.startsWith("[")) {
                AddressLiteral.parse(host);
            } else {
                Domain.parse(host);
            }
            if (inner.charAt(end) == ':') {
                return inner.substring(end + 1);
            }
            start = end + 1;
        }
    }

    private static int endOfHost(String inner, int from) {
        boolean literal = false;
        for (int i = from; i < inner.length(); i++) {
            char c = inner.charAt(i);
            if (c == '[') {
                literal = true;
            } else if (c == ']') {
                literal = false;
            } else if (c == ',' || (c == ':' && !literal)) {
                return i;
            }
        }
        return inner.length();
    }
}
