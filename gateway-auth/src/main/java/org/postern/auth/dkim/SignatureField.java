package org.postern.auth.dkim;

import java.time.Instant;
import java.util.List;
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
    private final SignatureTags tags;
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
        this.tags = new SignatureTags(tags);
        if (kind == Kind.DKIM) {
            DkimProblem.require(
                    this.tags.required("v").equals("1"),
                    DkimReason.PERMERROR_VERSION,
                    "the signature is not v=1");
        }
        this.algorithm = this.tags.algorithm(settings);
        this.signature = this.tags.base64("b");
        this.domain = this.tags.domain();
        this.selector = this.tags.required("s");
        this.keyName = this.tags.keyName(domain);
        if (kind == Kind.ARC_SEAL) {
            this.bodyHash = new byte[0];
            this.header = Canonicalization.RELAXED;
            this.body = Canonicalization.RELAXED;
            this.bodyLimit = BodyHashes.WHOLE;
            this.names = List.of();
        } else {
            this.bodyHash = this.tags.base64("bh");
            String c = tags.has("c") ? this.tags.required("c") : kind.defaultCanonicalization;
            int slash = c.indexOf('/');
            this.header = SignatureTags.canonicalization(slash < 0 ? c : c.substring(0, slash));
            // RFC 6376, 3.5: simple for the body where only one word stands
            this.body =
                    SignatureTags.canonicalization(slash < 0 ? "simple" : c.substring(slash + 1));
            this.bodyLimit = this.tags.length();
            this.names = this.tags.names();
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
                    (":" + TagList.withoutWhite(tags.required("q")) + ":").contains(":dns/txt:"),
                    DkimReason.PERMERROR_QUERY_METHOD,
                    "q= does not offer dns/txt");
        }
        if (!tags.has("i")) {
            return false;
        }
        String agent =
                DkimProblem.present(
                        QuotedPrintable.decode(tags.required("i")),
                        DkimReason.PERMERROR_SYNTAX,
                        "i= is no dkim-quoted-printable text");
        int at = agent.lastIndexOf('@');
        DkimProblem.require(at >= 0, DkimReason.PERMERROR_SYNTAX, "i= has no @");
        try {
            Domain within = Domain.parse(SignatureTags.utf8(agent.substring(at + 1)));
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
        long signed = tags.has("t") ? tags.time("t") : 0;
        if (kind == Kind.ARC_SEAL) {
            return null; // RFC 8617, 4.1.3: t= informs, and there is no x=
        }
        if (signed > seconds + skew) {
            return new DkimProblem(
                    DkimReason.PERMERROR_FUTURE, "the signature is from the future (t=)");
        }
        if (tags.has("x")) {
            long expires = tags.time("x");
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
        input.appendSelf(field, offset + tags().valueStart("b"), offset + tags().valueEnd("b"));
    }

    /** The field itself. */
    public HeaderField field() {
        return field;
    }

    /** All its tags. */
    public TagList tags() {
        return tags.tags();
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
