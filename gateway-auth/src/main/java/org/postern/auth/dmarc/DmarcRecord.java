package org.postern.auth.dmarc;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.DmarcResult.Policy;

/**
 * A DMARC Policy Record (RFC 9989, 4.7 and 4.8). Unknown and removed tags ({@code pct}, {@code rf},
 * {@code ri}) are ignored; a tag with an unusable value counts as absent, save that an unusable
 * policy is remembered (4.10.1). Of a tag that stands twice the first counts.
 *
 * @param p the {@code p} tag, or null where it is absent or not valid
 * @param sp the {@code sp} tag, likewise
 * @param np the {@code np} tag, likewise
 * @param policyBroken whether {@code p}, {@code sp} or {@code np} stands there with a value that is
 *     none
 * @param psd the {@code psd} tag
 * @param testing whether {@code t=y}
 * @param strictDkim whether {@code adkim=s}
 * @param strictSpf whether {@code aspf=s}
 * @param reportable whether {@code rua} holds a syntactically valid URI
 * @param text the record as published, for people: printable ASCII, shortened
 */
public record DmarcRecord(
        @Nullable Policy p,
        @Nullable Policy sp,
        @Nullable Policy np,
        boolean policyBroken,
        Psd psd,
        boolean testing,
        boolean strictDkim,
        boolean strictSpf,
        boolean reportable,
        String text) {
    /** Longest part of a record that is shown. */
    private static final int SHOWN = 240;

    /** No honest record has more tags; those beyond are ignored. */
    private static final int MAX_TAGS = 64;

    /** The {@code psd} tag. */
    public enum Psd {
        /** A public suffix domain. */
        YES,
        /** An organizational domain. */
        NO,
        /** The default: whatever the tree walk finds. */
        UNKNOWN
    }

    /**
     * Reads a TXT record.
     *
     * @param octets its character-strings put together (4.5)
     * @return the record, or null if it does not begin with {@code v=DMARC1} and is therefore none
     */
    public static @Nullable DmarcRecord parse(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        int end = endOfVersion(text);
        return end < 0 ? null : of(text, tags(text, end));
    }

    private static DmarcRecord of(String text, Map<String, String> tags) {
        Policy p = policy(tags.get("p"));
        Policy sp = policy(tags.get("sp"));
        Policy np = policy(tags.get("np"));
        boolean broken =
                isBroken(tags.get("p"), p)
                        || isBroken(tags.get("sp"), sp)
                        || isBroken(tags.get("np"), np);
        return new DmarcRecord(
                p,
                sp,
                np,
                broken,
                switch (lower(tags.get("psd"))) {
                    case "y" -> Psd.YES;
                    case "n" -> Psd.NO;
                    default -> Psd.UNKNOWN;
                },
                lower(tags.get("t")).equals("y"),
                lower(tags.get("adkim")).equals("s"),
                lower(tags.get("aspf")).equals("s"),
                hasUri(tags.get("rua")),
                shown(text));
    }

    /**
     * {@code "v" equals %s"DMARC1"}: must come first, the value in capitals (4.7, 4.8).
     *
     * @return where the version ends, or -1
     */
    private static int endOfVersion(String text) {
        if (text.isEmpty() || (text.charAt(0) != 'v' && text.charAt(0) != 'V')) {
            return -1;
        }
        int at = skipSpace(text, 1);
        if (at == text.length() || text.charAt(at) != '=') {
            return -1;
        }
        at = skipSpace(text, at + 1);
        if (!text.startsWith("DMARC1", at)) {
            return -1;
        }
        at = skipSpace(text, at + 6);
        return at == text.length() || text.charAt(at) == ';' ? at : -1;
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    private static Map<String, String> tags(String text, int from) {
        Map<String, String> tags = new HashMap<>();
        int start = from;
        for (int count = 0; start < text.length() && count < MAX_TAGS; count++) {
            int end = text.indexOf(';', start + 1);
            end = end < 0 ? text.length() : end;
            int equals = text.indexOf('=', start);
            if (equals > 0 && equals < end) {
                String value = trim(text.substring(equals + 1, end));
                if (isPrintable(value)) {
                    tags.putIfAbsent(lower(trim(text.substring(start + 1, equals))), value);
                }
            }
            start = end;
        }
        return tags;
    }

    private static String trim(String text) {
        int from = skipSpace(text, 0);
        int to = text.length();
        while (to > from && (text.charAt(to - 1) == ' ' || text.charAt(to - 1) == '\t')) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isPrintable(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < 0x20 || value.charAt(i) > 0x7e) {
                return false; // RFC 9989, 4.8, dmarc-value
            }
        }
        return !value.isEmpty();
    }

    private static @Nullable Policy policy(@Nullable String value) {
        return switch (lower(value)) {
            case "none" -> Policy.NONE;
            case "quarantine" -> Policy.QUARANTINE;
            case "reject" -> Policy.REJECT;
            default -> null;
        };
    }

    private static boolean isBroken(@Nullable String value, @Nullable Policy policy) {
        return value != null && policy == null;
    }

    private static String lower(@Nullable String value) {
        return value == null ? "" : value.toLowerCase(Locale.ROOT);
    }

    /** Whether one of the comma-separated texts looks like a URI (4.6; RFC 3986, 3). */
    private static boolean hasUri(@Nullable String list) {
        if (list == null) {
            return false;
        }
        for (String part : list.split(",", 32)) {
            String uri = trim(part);
            int colon = uri.indexOf(':');
            if (colon > 0 && isScheme(uri, colon) && isUriRest(uri, colon + 1)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isScheme(String uri, int colon) {
        for (int i = 0; i < colon; i++) {
            char c = uri.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean mark = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
            if (!letter && !(mark && i > 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUriRest(String uri, int from) {
        for (int i = from; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c <= 0x20 || c > 0x7e || "\"<>\\^`{|}".indexOf(c) >= 0) {
                return false;
            }
        }
        boolean mail = uri.regionMatches(true, 0, "mailto:", 0, 7);
        return from < uri.length() && (!mail || uri.indexOf('@') > from);
    }

    private static String shown(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), SHOWN + 3));
        for (int i = 0; i < text.length() && i < SHOWN; i++) {
            char c = text.charAt(i);
            out.append(c < 0x20 || c > 0x7e ? '?' : c);
        }
        return text.length() > SHOWN ? out.append("...").toString() : out.toString();
    }
}
