package org.postern.auth.results;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.MailHost;

/**
 * Text that may stand in a header field of ours. Everything that comes from outside goes through
 * here: what is not plainly harmless is quoted, or left out where a quoted form would invite a
 * careless reader to err.
 */
final class HeaderText {
    /** Longest line that we write where the words allow it (RFC 5322, 2.1.1). */
    private static final int PREFERRED_LINE = 78;

    /** No honest value is longer: 64 octets, an {@code @} and a domain. */
    private static final int MAX_VALUE = 320;

    private HeaderText() {}

    /**
     * A {@code value}: a token where possible, otherwise a quoted string (RFC 8601, 2.2; RFC 2045,
     * 5.1). Controls and what is not ASCII become question marks.
     */
    static String value(String text) {
        boolean token = !text.isEmpty();
        for (int i = 0; i < text.length() && token; i++) {
            token = isTokenCharacter(text.charAt(i));
        }
        return token ? text : quoted(text);
    }

    /** A quoted string, whatever the text holds. */
    static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else {
                out.append(c < 0x20 || c > 0x7e ? '?' : c);
            }
        }
        return out.append('"').toString();
    }

    /** A keyword such as {@code rsa-sha256} (RFC 8601, 2.2), or null if the text is none. */
    static @Nullable String keyword(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > MAX_VALUE) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isLetterOrDigit(c) && c != '-') {
                return null;
            }
        }
        return text;
    }

    /** A domain in A-labels, or null if the text is none. */
    static @Nullable String domain(@Nullable String text) {
        if (text == null || text.length() > MAX_VALUE) {
            return null;
        }
        try {
            return Domain.parse(text).ascii();
        } catch (InvalidAddressException e) {
            return null;
        }
    }

    /** Base64 text, quoted where it needs to be, or null if it is none. */
    static @Nullable String base64(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > MAX_VALUE) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isLetterOrDigit(c) && c != '+' && c != '/' && c != '=') {
                return null;
            }
        }
        return value(text);
    }

    /** A host as it may stand in a value, an address literal being quoted. */
    static String host(MailHost host) {
        return value(host.ascii());
    }

    /**
     * A mailbox as {@code [local-part] "@" domain-name}. A local part that is not plain letters,
     * digits and a few marks is left out, so that the domain stands alone: the domain is what was
     * checked, and quotes or brackets inside an address are how results are forged.
     */
    static String mailbox(EmailAddress address) {
        String host = host(address.host());
        return isPlain(address.localPart()) ? address.localPart() + "@" + host : host;
    }

    private static boolean isPlain(String localPart) {
        boolean afterDot = true;
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            boolean dot = c == '.';
            if (dot ? afterDot : !isLetterOrDigit(c) && "-_+=#~!&*^$".indexOf(c) < 0) {
                return false;
            }
            afterDot = dot;
        }
        return !afterDot;
    }

    /**
     * {@code name: words} folded before words so that lines keep to 78 octets where they can; each
     * of the words is one that must not be broken. Ends with CRLF.
     */
    static String fold(String name, List<String> words) {
        StringBuilder out = new StringBuilder(256).append(name).append(':');
        int column = out.length();
        for (String word : words) {
            if (column + 1 + word.length() > PREFERRED_LINE && column > 1) {
                out.append("\r\n ");
                column = 1;
            } else {
                out.append(' ');
                column++;
            }
            out.append(word);
            column += word.length();
        }
        return out.append("\r\n").toString();
    }

    /** The words of {@link #fold} of a text in which only single spaces may be broken. */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == ' ') {
                words.add(text.substring(start, i));
                start = i + 1;
            }
        }
        return words;
    }

    private static boolean isTokenCharacter(char c) {
        return c > 0x20 && c < 0x7f && "()<>@,;:\\\"/[]?=".indexOf(c) < 0;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
