package org.postern.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsName;
import org.postern.auth.header.HeaderField;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;

/**
 * A signature over a message as its field describes it: a DKIM-Signature (RFC 6376, 3.5), an
 * ARC-Message-Signature or an ARC-Seal (RFC 8617, 4.1). One that exists passed every check that
 * needs neither the body nor the DNS. Immutable.
 */
public final class SignatureField {
    /** Digits that a time may have; longer ones never come (RFC 6376, 3.5). */
    private static final int MAX_TIME_DIGITS = 12;

    private static final int MAX_LENGTH_DIGITS = 76;
    private static final int LONG_DIGITS = 18;
    private static final long FAR = Long.MAX_VALUE - 1;

    /** Which field it is. */
    public enum Kind {
        /** DKIM-Signature. */
        DKIM("simple/simple"),
        /**
         * ARC-Message-Signature: no {@code v=}, {@code i=} is the instance, and a missing {@code
         * c=} is relaxed, as sealers and the published cases have it.
         */
        ARC_MESSAGE("relaxed/relaxed"),
        /** ARC-Seal: over ARC fields only, always relaxed. */
        ARC_SEAL("relaxed/relaxed");

        private final String defaultCanonicalization;

        Kind(String defaultCanonicalization) {
            this.defaultCanonicalization = defaultCanonicalization;
        }
    }

    private final HeaderField field;
    private final TagList tags;
    private final SigningAlgorithm algorithm;
    private final Domain domain;
    private final String selector;
    private final DnsName keyName;
    private final byte[] signature;
    private final byte[] bodyHash;
    private final Canonicalization header;
    private final Canonicalization body;
    private final long bodyLimit;
    private final List<String> names;
    private final boolean agentInSubdomain;
    private final @Nullable DkimProblem lapse;

    private SignatureField(
            HeaderField field, TagList tags, Kind kind, DkimSettings settings, Instant now)
            throws DkimProblem.Found {
        this.field = field;
        this.tags = tags;
        if (kind == Kind.DKIM) {
            DkimProblem.require(
                    required("v").equals("1"),
                    DkimReason.PERMERROR_VERSION,
                    "the signature is not v=1");
        }
        this.algorithm = algorithm(settings);
        this.signature = base64("b");
        this.domain = domain(required("d"));
        this.selector = required("s");
        this.keyName =
                DnsName.parse(selector + "._domainkey." + domain.ascii())
                        .filter(name -> isSelector(selector))
                        .orElseThrow(() ->
                                new DkimProblem.Found(
                                        DkimReason.PERMERROR_DOMAIN,
                                        "s= is no name that the DNS can have"));
        if (kind == Kind.ARC_SEAL) {
            this.bodyHash = new byte[0];
            this.header = Canonicalization.RELAXED;
            this.body = Canonicalization.RELAXED;
            this.bodyLimit = BodyHashes.WHOLE;
            this.names = List.of();
        } else {
            this.bodyHash = base64("bh");
            String c = tags.has("c") ? required("c") : kind.defaultCanonicalization;
            int slash = c.indexOf('/');
            this.header = canonicalization(slash < 0 ? c : c.substring(0, slash));
            // RFC 6376, 3.5: simple for the body where only one word stands
            this.body = canonicalization(slash < 0 ? "simple" : c.substring(slash + 1));
            this.bodyLimit = tags.has("l") ? length(required("l")) : BodyHashes.WHOLE;
            this.names = names(present("h"));
        }
        this.agentInSubdomain = kind == Kind.DKIM && checkDkim(settings);
        this.lapse = lapse(kind, settings, now);
        if (lapse != null && kind == Kind.DKIM) {
            throw new DkimProblem.Found(lapse.reason(), lapse.detail());
        }
    }

    /**
     * Reads a signature field.
     *
     * @throws DkimProblem.Found if it cannot be verified, whatever body and key may be
     */
    static SignatureField read(
            HeaderField field, TagList tags, Kind kind, DkimSettings settings, Instant now)
            throws DkimProblem.Found {
        return new SignatureField(field, tags, kind, settings, now);
    }

    /** What a field was read as. */
    public sealed interface Parsed {
        /** A signature that can be verified. */
        record Usable(SignatureField signature) implements Parsed {}

        /**
         * One that cannot.
         *
         * @param problem why not
         * @param tags what could be read of it, or null
         */
        record Unusable(DkimProblem problem, @Nullable TagList tags) implements Parsed {}
    }

    /** Reads a signature field. Never fails on any field. */
    public static Parsed parse(HeaderField field, Kind kind, DkimSettings settings, Instant now) {
        TagList tags;
        try {
            tags = TagList.parse(field.rawValue());
        } catch (TagSyntaxException e) {
            return new Parsed.Unusable(
                    new DkimProblem(
                            DkimReason.PERMERROR_SYNTAX, "the signature: " + e.getMessage()),
                    null);
        }
        try {
            return new Parsed.Usable(read(field, tags, kind, settings, now));
        } catch (DkimProblem.Found e) {
            return new Parsed.Unusable(e.problem(), tags);
        }
    }

    private String present(String tag) throws DkimProblem.Found {
        return DkimProblem.present(
                tags.get(tag),
                DkimReason.PERMERROR_MISSING_TAG,
                "the signature has no " + tag + "=");
    }

    private String required(String tag) throws DkimProblem.Found {
        String value = present(tag);
        DkimProblem.require(
                !value.isEmpty(), DkimReason.PERMERROR_SYNTAX, "the tag " + tag + "= is empty");
        return value;
    }

    private SigningAlgorithm algorithm(DkimSettings settings) throws DkimProblem.Found {
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

    private byte[] base64(String tag) throws DkimProblem.Found {
        return DkimProblem.present(
                Base64Text.decode(required(tag)),
                DkimReason.PERMERROR_SYNTAX,
                tag + "= is no base64");
    }

    private static Domain domain(String text) throws DkimProblem.Found {
        try {
            return Domain.parse(utf8(text));
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

    private static Canonicalization canonicalization(String word) throws DkimProblem.Found {
        return switch (word) {
            case "simple" -> Canonicalization.SIMPLE;
            case "relaxed" -> Canonicalization.RELAXED;
            default ->
                    throw new DkimProblem.Found(
                            DkimReason.PERMERROR_CANONICALIZATION,
                            "c= names a canonicalization that we do not know");
        };
    }

    private static long length(String text) throws DkimProblem.Found {
        requireDigits("l", text, MAX_LENGTH_DIGITS);
        return text.length() > LONG_DIGITS ? FAR : Long.parseLong(text);
    }

    /** Seconds since 1970; FAR for more digits than anybody's clock will see. */
    private static long time(String tag, String text) throws DkimProblem.Found {
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

    /** An empty name, as between two colons, names no field and changes nothing. */
    private static List<String> names(String h) {
        List<String> found = new ArrayList<>(24);
        String compact = TagList.withoutWhite(h).toLowerCase(Locale.ROOT);
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

    /** Returns whether {@code i=} is in a subdomain of {@code d=}. */
    private boolean checkDkim(DkimSettings settings) throws DkimProblem.Found {
        // RFC 6376, 5.4: From must be signed
        DkimProblem.require(
                names.contains("from"),
                DkimReason.PERMERROR_FROM_NOT_SIGNED,
                "h= does not name From");
        DkimProblem.require(
                field.section().lowest("from") >= 0,
                DkimReason.PERMERROR_NO_FROM,
                "the message has no From");
        for (String name : settings.mustBeSigned()) {
            DkimProblem.require(
                    names.contains(name) || field.section().lowest(name) < 0,
                    DkimReason.POLICY_UNSIGNED_FIELD,
                    "h= does not name " + name);
        }
        if (tags.has("q")) {
            DkimProblem.require(
                    (":" + TagList.withoutWhite(required("q")) + ":").contains(":dns/txt:"),
                    DkimReason.PERMERROR_QUERY_METHOD,
                    "q= does not offer dns/txt");
        }
        if (!tags.has("i")) {
            return false;
        }
        String agent =
                DkimProblem.present(
                        QuotedPrintable.decode(required("i")),
                        DkimReason.PERMERROR_SYNTAX,
                        "i= is no dkim-quoted-printable text");
        int at = agent.lastIndexOf('@');
        DkimProblem.require(at >= 0, DkimReason.PERMERROR_SYNTAX, "i= has no @");
        try {
            Domain within = Domain.parse(utf8(agent.substring(at + 1)));
            DkimProblem.require(
                    within.isWithin(domain),
                    DkimReason.PERMERROR_AGENT,
                    "i= is neither in d= nor beneath it");
            return !within.equals(domain);
        } catch (InvalidAddressException e) {
            throw new DkimProblem.Found(
                    DkimReason.PERMERROR_AGENT, "i= is in no domain: " + e.getMessage());
        }
    }

    /** What its times say of this moment; null where they say nothing against it. */
    private @Nullable DkimProblem lapse(Kind kind, DkimSettings settings, Instant now)
            throws DkimProblem.Found {
        long skew = settings.clockSkew().toSeconds();
        long seconds = now.getEpochSecond();
        long signed = tags.has("t") ? time("t", required("t")) : 0;
        if (kind == Kind.ARC_SEAL) {
            return null; // RFC 8617, 4.1.3: t= informs, and there is no x=
        }
        if (signed > seconds + skew) {
            return new DkimProblem(
                    DkimReason.PERMERROR_FUTURE, "the signature is from the future (t=)");
        }
        if (tags.has("x")) {
            long expires = time("x", required("x"));
            // RFC 6376, 3.5: x= must be greater than t=
            DkimProblem.require(
                    !tags.has("t") || expires > signed,
                    DkimReason.PERMERROR_SYNTAX,
                    "x= is not after t=");
            if (expires < seconds - skew) {
                return new DkimProblem(
                        DkimReason.PERMERROR_EXPIRED, "the signature has expired (x=)");
            }
        }
        return null;
    }

    /**
     * Why the time of an ARC-Message-Signature is over or still to come; empty where it is valid
     * now. Of an instance before the newest that breaks nothing (RFC 8617, 5.2, 4). Never present
     * for the other kinds.
     */
    public Optional<DkimProblem> lapse() {
        return Optional.ofNullable(lapse);
    }

    /** Asks for the hash of the body that {@code bh=} is compared with. */
    public BodyHash requestBody(BodyHashes bodies) {
        return bodies.request(body, algorithm, bodyLimit);
    }

    /** Whether {@code l=} is more than the body has. */
    boolean exceeds(BodyHash hash) {
        return bodyLimit != BodyHashes.WHOLE && bodyLimit > hash.total();
    }

    /** What a signature over the message was computed on. */
    public SigningInput input() {
        SigningInput input = new SigningInput(header);
        input.appendSelected(field.section(), names, field.index());
        appendSelf(input);
        return input;
    }

    /** Appends this field, its {@code b=} taken out. */
    public void appendSelf(SigningInput input) {
        int offset = field.section().valueStart(field.index());
        input.appendSelf(field, offset + tags.valueStart("b"), offset + tags.valueEnd("b"));
    }

    /** The field itself. */
    public HeaderField field() {
        return field;
    }

    /** All its tags. */
    public TagList tags() {
        return tags;
    }

    /** {@code a=}. */
    public SigningAlgorithm algorithm() {
        return algorithm;
    }

    /** {@code d=}. */
    public Domain domain() {
        return domain;
    }

    /** {@code s=}. */
    public String selector() {
        return selector;
    }

    /** Where the key record is. */
    public DnsName keyName() {
        return keyName;
    }

    /** The names in {@code h=}, in lower case; none in an ARC-Seal. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** Whether {@code i=} of a DKIM signature is in a true subdomain of {@code d=}. */
    boolean agentInSubdomain() {
        return agentInSubdomain;
    }

    byte[] signature() {
        return signature;
    }

    byte[] bodyHash() {
        return bodyHash;
    }
}
