package org.postern.auth.spf;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.auth.dns.DnsName;

/**
 * Expands macro strings (RFC 7208, 7.3). Work and outcome are bounded however often a record names
 * a macro: a name needs its last 253 octets only, and an explanation has a longest length.
 */
final class MacroExpander {
    /** The longest explanation, in characters; a longer one is no explanation. */
    static final int MAX_EXPLANATION = 2_000;

    /** More than any name needs, so that what is left out is certain to be cut off. */
    private static final int ENOUGH_FOR_A_NAME = 2 * DnsName.MAX_OCTETS;

    private MacroExpander() {}

    /** The values behind the letters. */
    interface Values {
        /** The value of a macro letter in lower case, one of {@code slodiphvcrt}. */
        String of(char letter);
    }

    /** The domain name that a domain-spec means, cut on its left to 253 octets. */
    static String name(MacroString spec, Values values) {
        List<MacroString.Part> parts = spec.parts();
        List<String> pieces = new ArrayList<>(parts.size());
        int length = 0;
        // from the right, since only the right side is kept
        for (int i = parts.size() - 1; i >= 0 && length <= ENOUGH_FOR_A_NAME; i--) {
            String piece = expand(parts.get(i), values);
            pieces.add(piece);
            length += piece.length();
        }
        String name = pieces.size() == 1 ? pieces.getFirst() : String.join("", pieces.reversed());
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1); // RFC 7208, 7.3: a trailing dot is ignored
        }
        return truncated(name);
    }

    /** RFC 7208, 7.3: whole labels go from the left until 253 octets are left. */
    private static String truncated(String name) {
        int octets = length(name);
        int start = 0;
        while (octets > DnsName.MAX_OCTETS) {
            int dot = name.indexOf('.', start);
            if (dot < 0) {
                break; // one label, too long anyway
            }
            octets -= length(name.substring(start, dot + 1));
            start = dot + 1;
        }
        return start == 0 ? name : name.substring(start);
    }

    private static int length(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }

    /** The text of an explain-string in printable ASCII, or empty if it is too long. */
    static Optional<String> explanation(MacroString text, Values values) {
        StringBuilder out = new StringBuilder();
        for (MacroString.Part part : text.parts()) {
            out.append(expand(part, values));
            if (out.length() > MAX_EXPLANATION) {
                return Optional.empty();
            }
        }
        return Optional.of(Text.printable(out.toString()));
    }

    private static String expand(MacroString.Part part, Values values) {
        return switch (part) {
            case MacroString.Part.Literal(String text) -> text;
            case MacroString.Part.Macro macro -> {
                String value = values.of(macro.letter());
                String out = macro.plain() ? value : transform(value, macro);
                yield macro.escape() ? escape(out) : out;
            }
        };
    }

    private static String transform(String value, MacroString.Part.Macro macro) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= value.length(); i++) {
            if (i == value.length() || macro.delimiters().indexOf(value.charAt(i)) >= 0) {
                pieces.add(value.substring(start, i));
                start = i + 1;
            }
        }
        if (macro.reverse()) {
            Collections.reverse(pieces);
        }
        int from = Math.max(0, pieces.size() - macro.keep());
        return String.join(".", pieces.subList(from, pieces.size()));
    }

    /** RFC 7208, 7.3: everything outside RFC 3986's unreserved set, as UTF-8 octets. */
    private static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            char lower = Text.lower(c);
            boolean unreserved =
                    (lower >= 'a' && lower <= 'z')
                            || (c >= '0' && c <= '9')
                            || "-._~".indexOf(c) >= 0;
            if (unreserved) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return out.toString();
    }
}
