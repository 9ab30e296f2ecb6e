package org.postern.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.postern.auth.dns.DnsName;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;

/**
 * The values of a signature's tags, each read as RFC 6376, 3.5 has it; what cannot be read is a
 * {@link DkimProblem.Found} that names the tag. Immutable.
 */
record SignatureTags(TagList tags) {
    /** Digits that a time may have; longer ones never come (RFC 6376, 3.5). */
    private static final int MAX_TIME_DIGITS = 12;

    private static final int MAX_LENGTH_DIGITS = 76;
    private static final int LONG_DIGITS = 18;
    private static final long FAR = Long.MAX_VALUE - 1;

    /** A tag's value, which may be empty. */
    String present(String tag) throws DkimProblem.Found {
        return DkimProblem.present(
                tags.get(tag),
                DkimReason.PERMERROR_MISSING_TAG,
                "the signature has no " + tag + "=");
    }

    boolean has(String tag) {
        return tags.has(tag);
    }

    /** A tag's value, which may not be empty. */
    String required(String tag) throws DkimProblem.Found {
        String value = present(tag);
        DkimProblem.require(
                !value.isEmpty(), DkimReason.PERMERROR_SYNTAX, "the tag " + tag + "= is empty");
        return value;
    }

    /** {@code a=}, where it may be used. */
    SigningAlgorithm algorithm(DkimSettings settings) throws DkimProblem.Found {
        SigningAlgorithm known =
                DkimProblem.present(
                        SigningAlgorithm.of(required("a")),
                        DkimReason.PERMERROR_ALGORITHM,
                        "a= names an algorithm that we do not know");
        DkimProblem.require(
                known != SigningAlgorithm.RSA_SHA1 || settings.allowSha1(),
                DkimReason.POLICY_SHA1,
                "rsa-sha1 proves nothing any more (RFC 8301)");
        return known;
    }

    byte[] base64(String tag) throws DkimProblem.Found {
        return DkimProblem.present(
                Base64Text.decode(required(tag)),
                DkimReason.PERMERROR_SYNTAX,
                tag + "= is no base64");
    }

    /** {@code d=}. */
    Domain domain() throws DkimProblem.Found {
        try {
            return Domain.parse(utf8(required("d")));
        } catch (InvalidAddressException e) {
            throw new DkimProblem.Found(
                    DkimReason.PERMERROR_DOMAIN, "d= is no domain: " + e.getMessage());
        }
    }

    /** RFC 8616: names may stand as U-labels. The field's octets are here one a character. */
    static String utf8(String octets) {
        for (int i = 0; i < octets.length(); i++) {
            if (octets.charAt(i) > 0x7f) {
                return new String(
                        octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
            }
        }
        return octets;
    }

    /** Where the key record of {@code s=} is under a domain. */
    DnsName keyName(Domain domain) throws DkimProblem.Found {
        String selector = required("s");
        return DnsName.parse(selector + "._domainkey." + domain.ascii())
                .filter(name -> isSelector(selector))
                .orElseThrow(() ->
                        new DkimProblem.Found(
                                DkimReason.PERMERROR_DOMAIN,
                                "s= is no name that the DNS can have"));
    }

    /** Labels of letters, digits, hyphens and underscores, or of octets above 127. */
    private static boolean isSelector(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '-'
                            || c == '_'
                            || c == '.'
                            || c > 0x7f;
            if (!good) {
                return false;
            }
        }
        return !text.endsWith(".");
    }

    static Canonicalization canonicalization(String word) throws DkimProblem.Found {
        return switch (word) {
            case "simple" -> Canonicalization.SIMPLE;
            case "relaxed" -> Canonicalization.RELAXED;
            default ->
                    throw new DkimProblem.Found(
                            DkimReason.PERMERROR_CANONICALIZATION,
                            "c= names a canonicalization that we do not know");
        };
    }

    /** {@code l=}; the whole body without it. */
    long length() throws DkimProblem.Found {
        if (!has("l")) {
            return BodyHashes.WHOLE;
        }
        String text = required("l");
        requireDigits("l", text, MAX_LENGTH_DIGITS);
        return text.length() > LONG_DIGITS ? FAR : Long.parseLong(text);
    }

    /** Seconds since 1970; FAR for more digits than anybody's clock will see. */
    long time(String tag) throws DkimProblem.Found {
        String text = required(tag);
        requireDigits(tag, text, Integer.MAX_VALUE);
        return text.length() > MAX_TIME_DIGITS ? FAR : Long.parseLong(text);
    }

    private static void requireDigits(String tag, String text, int most) throws DkimProblem.Found {
        boolean good = text.length() <= most;
        for (int i = 0; i < text.length() && good; i++) {
            good = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        DkimProblem.require(good, DkimReason.PERMERROR_SYNTAX, tag + "= is no number");
    }

    /**
     * The names in {@code h=}, in lower case. An empty one, as between two colons, names no field
     * and changes nothing.
     */
    List<String> names() throws DkimProblem.Found {
        List<String> found = new ArrayList<>(24);
        String compact = TagList.withoutWhite(present("h")).toLowerCase(Locale.ROOT);
        int from = 0;
        while (from <= compact.length()) {
            int colon = compact.indexOf(':', from);
            int to = colon < 0 ? compact.length() : colon;
            if (to > from) {
                found.add(compact.substring(from, to));
            }
            from = to + 1;
        }
        return found;
    }
}
