package org.postern.core.mail;

import com.ibm.icu.text.IDNA;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A domain name, valid and normalised: A-labels in lower case, no trailing dot, labels of letters,
 * digits, hyphens and underscores, at most 63 octets each and 253 in all (RFC 1035, 2.3.4; RFC
 * 5890). U-labels are mapped by UTS-46 (non-transitional), so that {@code straße.example} and its
 * A-label are one value.
 *
 * <p>Immutable; equality is that of the A-label form.
 */
public final class Domain implements MailHost, Comparable<Domain> {
    /** The longest domain in octets, A-labels, without the root dot. */
    public static final int MAX_OCTETS = 253;

    private static final int MAX_LABEL_OCTETS = 63;
    private static final Pattern NUMBER = Pattern.compile("[0-9_-]+|0x[0-9a-f]*");

    private final String ascii;

    private Domain(String ascii) {
        this.ascii = ascii;
    }

    /**
     * Parses a domain of A-labels or U-labels. One trailing dot is allowed and dropped.
     *
     * @throws InvalidAddressException if a label is empty, too long, begins or ends with a hyphen,
     *     holds a character that no host name has, or begins with {@code xn--} and is no A-label
     */
    public static Domain parse(String text) throws InvalidAddressException {
        String name = text;
        if (!isAscii(text)) {
            name = Uts46.toAscii(text);
        }
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        try {
            check(name);
        } catch (InvalidAddressException e) {
            // a place in the A-label form is no place in what was written
            throw isAscii(text)
                    ? e
                    : new InvalidAddressException(String.valueOf(e.getMessage()), 0);
        }
        return new Domain(name.toLowerCase(Locale.ROOT));
    }

    /**
     * A domain known to be good, for constants.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static Domain of(String text) {
        try {
            return parse(text);
        } catch (InvalidAddressException e) {
            throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
        }
    }

    private static void check(String name) throws InvalidAddressException {
        if (name.isEmpty()) {
            throw new InvalidAddressException("domain is empty", 0);
        }
        if (name.length() > MAX_OCTETS) {
            throw new InvalidAddressException(
                    "domain is longer than " + MAX_OCTETS + " octets", MAX_OCTETS);
        }
        int start = 0;
        for (int i = 0; i <= name.length(); i++) {
            char c = i < name.length() ? name.charAt(i) : '.';
            if (c == '.') {
                checkLabel(name, start, i);
                start = i + 1;
            } else if (!isLabelCharacter(c)) {
                throw new InvalidAddressException("domain holds a character not allowed there", i);
            }
        }
    }

    private static void checkLabel(String name, int start, int end) throws InvalidAddressException {
        if (start == end) {
            throw new InvalidAddressException("domain has an empty label", start);
        }
        if (end - start > MAX_LABEL_OCTETS) {
            throw new InvalidAddressException(
                    "domain label is longer than " + MAX_LABEL_OCTETS + " octets", start);
        }
        if (name.charAt(start) == '-' || name.charAt(end - 1) == '-') {
            throw new InvalidAddressException("domain label begins or ends with a hyphen", start);
        }
        if (name.regionMatches(true, start, "xn--", 0, 4)
                && !Uts46.isALabel(name.substring(start, end))) {
            // RFC 5890, 2.3.2.1: what only looks like an A-label is none
            throw new InvalidAddressException("domain label is no valid A-label (UTS-46)", start);
        }
    }

    private static boolean isLabelCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_';
    }

    private static boolean isAscii(String s) {
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String ascii() {
        return ascii;
    }

    /** The form for people: U-labels where the name has any. */
    public String unicode() {
        return ascii.contains("xn--") ? Uts46.toUnicode(ascii) : ascii;
    }

    /**
     * Whether the last label is a number, decimal or hexadecimal, or has no letter at all. No
     * top-level domain is one (RFC 3696, 2): it is a mistyped address rather than a name.
     */
    public boolean endsInNumber() {
        return NUMBER.matcher(ascii.substring(ascii.lastIndexOf('.') + 1)).matches();
    }

    /** Whether this is {@code ancestor} itself or lies beneath it. */
    public boolean isWithin(Domain ancestor) {
        return ascii.equals(ancestor.ascii)
                || (ascii.endsWith(ancestor.ascii)
                        && ascii.charAt(ascii.length() - ancestor.ascii.length() - 1) == '.');
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Domain d && d.ascii.equals(ascii);
    }

    @Override
    public int hashCode() {
        return ascii.hashCode();
    }

    @Override
    public int compareTo(Domain other) {
        return ascii.compareTo(other.ascii);
    }

    /** The A-label form. */
    @Override
    public String toString() {
        return ascii;
    }

    /**
     * Loaded only when a name is international: the tables cost memory that most sessions never
     * need.
     */
    private static final class Uts46 {
        private static final IDNA INSTANCE =
                IDNA.getUTS46Instance(
                        IDNA.NONTRANSITIONAL_TO_ASCII
                                | IDNA.NONTRANSITIONAL_TO_UNICODE
                                | IDNA.CHECK_BIDI
                                | IDNA.CHECK_CONTEXTJ);

        private Uts46() {}

        static String toAscii(String text) throws InvalidAddressException {
            IDNA.Info info = new IDNA.Info();
            StringBuilder out = new StringBuilder();
            INSTANCE.nameToASCII(text, out, info);
            if (info.hasErrors()) {
                throw new InvalidAddressException(
                        "domain is not a valid internationalised name (UTS-46: "
                                + info.getErrors()
                                + ")",
                        0);
            }
            return out.toString();
        }

        static boolean isALabel(String label) {
            IDNA.Info info = new IDNA.Info();
            INSTANCE.labelToASCII(label, new StringBuilder(), info);
            return !info.hasErrors();
        }

        static String toUnicode(String ascii) {
            IDNA.Info info = new IDNA.Info();
            StringBuilder out = new StringBuilder();
            INSTANCE.nameToUnicode(ascii, out, info);
            return info.hasErrors() ? ascii : out.toString();
        }
    }
}
