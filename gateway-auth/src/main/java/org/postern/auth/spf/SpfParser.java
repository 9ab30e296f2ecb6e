package org.postern.auth.spf;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.spf.SpfRecord.Directive;
import org.postern.auth.spf.SpfRecord.Mechanism;
import org.postern.core.authres.AuthResult;

/**
 * Reads SPF records by the grammar of RFC 7208, 12: in one pass, in time linear in the record, and
 * whole, so that a syntax error anywhere is found whatever the client's address (4.6).
 */
final class SpfParser {
    private static final String VERSION = "v=spf1";

    private SpfParser() {}

    /**
     * Whether a TXT record is an SPF record: the version, then a space or the end (RFC 7208, 4.5).
     */
    static boolean isSpf(byte[] record) {
        if (record.length < VERSION.length()
                || (record.length > VERSION.length() && record[VERSION.length()] != ' ')) {
            return false;
        }
        for (int i = 0; i < VERSION.length(); i++) {
            if (Text.lower((char) (record[i] & 0xff)) != VERSION.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads a record, each octet as one character, that {@link #isSpf} has accepted.
     *
     * @throws SpfSyntaxException if any term breaks the grammar
     */
    static SpfRecord parse(String record) throws SpfSyntaxException {
        List<Directive> directives = new ArrayList<>();
        MacroString redirect = null;
        MacroString exp = null;
        int i = VERSION.length();
        while (i < record.length()) {
            if (record.charAt(i) == ' ') {
                i++; // RFC 7208, 4.6.1: terms = *( 1*SP ( directive / modifier ) ), then *SP
                continue;
            }
            int end = record.indexOf(' ', i);
            String term = record.substring(i, end < 0 ? record.length() : end);
            i += term.length();
            int equals = modifierName(term);
            if (equals < 0) {
                directives.add(directive(term));
                continue;
            }
            String value = term.substring(equals + 1);
            switch (Text.lower(term.substring(0, equals))) {
                case "redirect" -> redirect = once(redirect, term, value);
                case "exp" -> exp = once(exp, term, value);
                default -> unknownModifier(term, value);
            }
        }
        return new SpfRecord(directives, redirect, exp);
    }

    /** Where the = of a modifier stands, or -1 if the term is a directive (RFC 7208, 4.6.1). */
    private static int modifierName(String term) {
        for (int i = 0; i < term.length(); i++) {
            char c = Text.lower(term.charAt(i));
            if (c == '=') {
                return i == 0 ? -1 : i;
            }
            boolean alpha = c >= 'a' && c <= 'z';
            boolean later = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
            if (!alpha && (i == 0 || !later)) {
                return -1;
            }
        }
        return -1;
    }

    private static MacroString once(@Nullable MacroString before, String term, String value)
            throws SpfSyntaxException {
        if (before != null) { // RFC 7208, 6: at most once each
            throw new SpfSyntaxException("'" + Text.show(term) + "' is there twice");
        }
        return in(term, () -> MacroString.domainSpec(value));
    }

    private static void unknownModifier(String term, String value) throws SpfSyntaxException {
        in(term, () -> MacroString.modifierValue(value)); // RFC 7208, 6: ignored, but well-formed
    }

    private static Directive directive(String term) throws SpfSyntaxException {
        AuthResult result =
                switch (term.charAt(0)) {
                    case '-' -> AuthResult.FAIL;
                    case '~' -> AuthResult.SOFTFAIL;
                    case '?' -> AuthResult.NEUTRAL;
                    default -> AuthResult.PASS;
                };
        boolean qualified = result != AuthResult.PASS || term.charAt(0) == '+';
        String text = qualified ? term.substring(1) : term;
        return new Directive(result, in(term, () -> mechanism(text)), term);
    }

    private static Mechanism mechanism(String text) throws SpfSyntaxException {
        int end = 0;
        while (end < text.length() && text.charAt(end) != ':' && text.charAt(end) != '/') {
            end++;
        }
        String rest = text.substring(end);
        return switch (Text.lower(text.substring(0, end))) {
            case "all" -> {
                if (!rest.isEmpty()) {
                    throw new SpfSyntaxException("all takes nothing");
                }
                yield new Mechanism.All();
            }
            case "include" -> new Mechanism.Include(required(rest));
            case "exists" -> new Mechanism.Exists(required(rest));
            case "ptr" -> new Mechanism.Ptr(optional(rest));
            case "a" -> {
                DualCidr cidr = DualCidr.cut(rest);
                yield new Mechanism.A(optional(cidr.before), cidr.prefix4, cidr.prefix6);
            }
            case "mx" -> {
                DualCidr cidr = DualCidr.cut(rest);
                yield new Mechanism.Mx(optional(cidr.before), cidr.prefix4, cidr.prefix6);
            }
            case "ip4" -> network(rest, 32);
            case "ip6" -> network(rest, 128);
            default -> throw new SpfSyntaxException("there is no such mechanism");
        };
    }

    private static MacroString required(String rest) throws SpfSyntaxException {
        if (!rest.startsWith(":")) {
            throw new SpfSyntaxException("a domain is missing");
        }
        return MacroString.domainSpec(rest.substring(1));
    }

    private static @Nullable MacroString optional(String rest) throws SpfSyntaxException {
        return rest.isEmpty() ? null : required(rest);
    }

    private static Mechanism network(String rest, int bits) throws SpfSyntaxException {
        if (!rest.startsWith(":")) {
            throw new SpfSyntaxException("a network is missing");
        }
        int slash = rest.indexOf('/');
        String address = rest.substring(1, slash < 0 ? rest.length() : slash);
        int prefix = slash < 0 ? bits : prefix(rest.substring(slash + 1), bits);
        byte[] octets = bits == 32 ? IpText.ip4(address) : IpText.ip6(address);
        if (octets == null) {
            throw new SpfSyntaxException(
                    "'"
                            + Text.show(address)
                            + "' is no "
                            + (bits == 32 ? "IPv4" : "IPv6")
                            + " address");
        }
        return new Mechanism.Network(octets, prefix);
    }

    /** RFC 7208, 12: {@code "0" / %x31-39 *DIGIT}, no leading zeros, at most {@code bits}. */
    private static int prefix(String digits, int bits) throws SpfSyntaxException {
        boolean ok = !digits.isEmpty() && digits.length() <= 3 && isDigits(digits);
        if (!ok
                || (digits.length() > 1 && digits.charAt(0) == '0')
                || Integer.parseInt(digits) > bits) {
            throw new SpfSyntaxException(
                    "prefix length '" + Text.show(digits) + "' is not 0 to " + bits);
        }
        return Integer.parseInt(digits);
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** {@code dual-cidr-length = [ "/" ip4 ] [ "//" ip6 ]} at the end of a term. */
    private record DualCidr(String before, int prefix4, int prefix6) {
        static DualCidr cut(String rest) throws SpfSyntaxException {
            String before = rest;
            int prefix4 = 32;
            int prefix6 = 128;
            int two = before.lastIndexOf("//");
            if (two >= 0 && isDigits(before.substring(two + 2))) {
                prefix6 = prefix(before.substring(two + 2), 128);
                before = before.substring(0, two);
            }
            // a domain-spec may hold slashes itself; only digits at the very end are a length
            int one = before.lastIndexOf('/');
            if (one >= 0 && isDigits(before.substring(one + 1))) {
                prefix4 = prefix(before.substring(one + 1), 32);
                before = before.substring(0, one);
            }
            return new DualCidr(before, prefix4, prefix6);
        }
    }

    /** Something that reads. */
    private interface Reader<T> {
        T read() throws SpfSyntaxException;
    }

    /** Names the term in whose reading an error came up. */
    private static <T> T in(String term, Reader<T> reader) throws SpfSyntaxException {
        try {
            return reader.read();
        } catch (SpfSyntaxException e) {
            throw new SpfSyntaxException("'" + Text.show(term) + "': " + e.getMessage());
        }
    }
}
