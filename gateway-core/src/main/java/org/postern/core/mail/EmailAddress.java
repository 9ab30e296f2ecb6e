package org.postern.core.mail;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Objects;

/**
 * A mailbox, {@code local-part@host} (RFC 5321, 4.1.2; RFC 6531, 3.3). The local part is held
 * without quotes; {@link #toString()} puts them back where the grammar needs them. Local parts are
 * compared exactly, as RFC 5321, 2.4 asks; {@link #key()} is the case-folded form that look-ups
 * use.
 *
 * <p>Immutable.
 */
public final class EmailAddress {
    /**
     * The longest local part in octets. RFC 5321, 4.5.3.1.1 says 64 but asks in 4.5.3.1 for no
     * limit where it can be helped: list and bounce addresses are longer in practice, and refusing
     * them loses good mail. A path may have 256 octets (4.5.3.1.3), brackets and domain included.
     */
    public static final int MAX_LOCAL_PART_OCTETS = 250;

    private final String localPart;
    private final MailHost host;

    private EmailAddress(String localPart, MailHost host) {
        this.localPart = localPart;
        this.host = host;
    }

    /**
     * Parses a mailbox: a dot-string or quoted string, an {@code @}, a domain or address literal.
     * No comments, no white space, no display name.
     *
     * @throws InvalidAddressException if the text is anything else; nothing is guessed
     */
    public static EmailAddress parse(String text) throws InvalidAddressException {
        int at = endOfLocalPart(text);
        if (at >= text.length() || text.charAt(at) != '@') {
            throw new InvalidAddressException("address has no @ after its local part", at);
        }
        String local =
                text.charAt(0) == '"' ? unquote(text.substring(0, at)) : text.substring(0, at);
        if (local.getBytes(StandardCharsets.UTF_8).length > MAX_LOCAL_PART_OCTETS) {
            throw new InvalidAddressException(
                    "local part is longer than " + MAX_LOCAL_PART_OCTETS + " octets", 0);
        }
        String right = text.substring(at + 1);
        MailHost host = right.startsWith("[") ? AddressLiteral.parse(right) : Domain.parse(right);
        return new EmailAddress(local, host);
    }

    /**
     * The address of a {@link #key}: in the case of the key, so that it equals the address it came
     * from in look-ups and in nothing else.
     *
     * @throws InvalidAddressException if the text is no key
     */
    public static EmailAddress ofKey(String key) throws InvalidAddressException {
        int at = key.lastIndexOf('@');
        if (at <= 0) {
            throw new InvalidAddressException("address has no @ after its local part", 0);
        }
        String right = key.substring(at + 1);
        MailHost host = right.startsWith("[") ? AddressLiteral.parse(right) : Domain.parse(right);
        return new EmailAddress(key.substring(0, at), host);
    }

    /**
     * An address known to be good, for constants.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static EmailAddress of(String text) {
        try {
            return parse(text);
        } catch (InvalidAddressException e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    /** An address from an already valid local part (without quotes) and host. */
    public static EmailAddress of(String localPart, MailHost host) {
        return new EmailAddress(Objects.requireNonNull(localPart), Objects.requireNonNull(host));
    }

    private static int endOfLocalPart(String text) throws InvalidAddressException {
        if (text.isEmpty()) {
            throw new InvalidAddressException("address is empty", 0);
        }
        return text.charAt(0) == '"' ? endOfQuotedString(text) : endOfDotString(text);
    }

    private static int endOfDotString(String text) throws InvalidAddressException {
        int atomStart = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '@' || c == '.') {
                if (i == atomStart) {
                    throw new InvalidAddressException("local part has an empty atom", i);
                }
                if (c == '@') {
                    return i;
                }
                atomStart = i + 1;
            } else if (!isAtomCharacter(c)) {
                throw new InvalidAddressException(
                        "local part holds a character that needs quotes", i);
            } else {
                i = skipSurrogate(text, i);
            }
        }
        return text.length();
    }

    private static int endOfQuotedString(String text) throws InvalidAddressException {
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\') {
                i++;
                if (i == text.length() || text.charAt(i) < 0x20 || text.charAt(i) > 0x7e) {
                    throw new InvalidAddressException("bad quoted pair in local part", i);
                }
            } else if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
                throw new InvalidAddressException("control character in local part", i);
            } else {
                i = skipSurrogate(text, i);
            }
        }
        throw new InvalidAddressException("quoted local part has no closing quote", text.length());
    }

    private static int skipSurrogate(String text, int i) throws InvalidAddressException {
        char c = text.charAt(i);
        if (!Character.isSurrogate(c)) {
            return i;
        }
        if (Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1))) {
            return i + 1;
        }
        throw new InvalidAddressException("address is not valid UTF-8", i);
    }

    private static String unquote(String quoted) {
        StringBuilder out = new StringBuilder(quoted.length());
        for (int i = 1; i < quoted.length() - 1; i++) {
            if (quoted.charAt(i) == '\\') {
                i++;
            }
            out.append(quoted.charAt(i));
        }
        return out.toString();
    }

    private static boolean isAtomCharacter(char c) {
        // RFC 5322, 3.2.3 atext; RFC 6531, 3.3 adds everything beyond ASCII, of which the C1
        // controls (U+0080 to U+009F) are no text
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c > 0x9f
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
    }

    /** The local part without quotes. */
    public String localPart() {
        return localPart;
    }

    /** What stands right of the {@code @}. */
    public MailHost host() {
        return host;
    }

    /** Whether the address can be sent without SMTPUTF8 (its domain is always held in A-labels). */
    public boolean isAscii() {
        for (int i = 0; i < localPart.length(); i++) {
            if (localPart.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** The form that look-ups use: local part folded, host in A-labels. */
    public String key() {
        return folded(localPart) + "@" + host.ascii();
    }

    /**
     * A local part as look-ups compare it: in lower case, and in one of the two ways to write what
     * is beyond ASCII (NFC; RFC 6532, 3.1): file systems and directories give the other one too.
     */
    public static String folded(String localPart) {
        String lower = localPart.toLowerCase(Locale.ROOT);
        return Normalizer.isNormalized(lower, Normalizer.Form.NFC)
                ? lower
                : Normalizer.normalize(lower, Normalizer.Form.NFC);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmailAddress a
                && a.localPart.equals(localPart)
                && a.host.equals(host);
    }

    @Override
    public int hashCode() {
        return 31 * localPart.hashCode() + host.hashCode();
    }

    /** The wire form: quoted where the grammar needs it, domain in A-labels. */
    @Override
    public String toString() {
        return (isDotString(localPart) ? localPart : quote(localPart)) + "@" + host.ascii();
    }

    private static boolean isDotString(String s) {
        if (s.isEmpty() || s.charAt(0) == '.' || s.charAt(s.length() - 1) == '.') {
            return false;
        }
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '.' ? s.charAt(i - 1) == '.' : !isAtomCharacter(c)) {
                return false;
            }
        }
        return true;
    }

    private static String quote(String s) {
        StringBuilder out = new StringBuilder(s.length() + 4).append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        return out.append('"').toString();
    }
}
