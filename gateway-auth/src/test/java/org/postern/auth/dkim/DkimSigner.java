package org.postern.auth.dkim;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postern.auth.header.HeaderSection;

/**
 * Makes DKIM signatures (RFC 6376, 5): for mail that we write ourselves, and for tests. Immutable
 * and thread-safe.
 *
 * @param key with what
 * @param header canonicalization of the header fields
 * @param body canonicalization of the body
 * @param names what to sign, in lower case; a name that stands once more than the message has such
 *     fields keeps others from being added (RFC 6376, 5.4.2)
 * @param bodyLength {@code l=}, or {@link BodyHashes#WHOLE} for none
 * @param signed {@code t=}, or null
 * @param expires {@code x=}, or null
 * @param agent {@code i=}, or null
 */
public record DkimSigner(
        SigningKey key,
        Canonicalization header,
        Canonicalization body,
        List<String> names,
        long bodyLength,
        @Nullable Instant signed,
        @Nullable Instant expires,
        @Nullable String agent) {

    /** Names are taken to lower case. */
    public DkimSigner {
        names = names.stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
    }

    /** Relaxed, the whole body, no times. */
    public DkimSigner(SigningKey key, List<String> names) {
        this(
                key,
                Canonicalization.RELAXED,
                Canonicalization.RELAXED,
                names,
                BodyHashes.WHOLE,
                null,
                null,
                null);
    }

    /** Asks for the body hash that {@link #sign} needs. */
    public BodyHash requestBody(BodyHashes bodies) {
        return bodies.request(body, key.algorithm(), bodyLength);
    }

    /** The DKIM-Signature field for this message, folded, without its last line end. */
    public String sign(HeaderSection section, BodyHash bodyHash) {
        FieldWriter field =
                new FieldWriter("DKIM-Signature")
                        .tag("v", "1")
                        .tag("a", key.algorithm().word())
                        .tag("c", header.word() + "/" + body.word())
                        .tag("d", key.domain().ascii())
                        .tag("s", key.selector());
        if (signed != null) {
            field.tag("t", Long.toString(signed.getEpochSecond()));
        }
        if (expires != null) {
            field.tag("x", Long.toString(expires.getEpochSecond()));
        }
        if (agent != null) {
            field.tag("i", agent);
        }
        if (bodyLength != BodyHashes.WHOLE) {
            field.tag("l", Long.toString(bodyLength));
        }
        field.names(names).bodyHash(bodyHash).signature();
        SigningInput input = new SigningInput(header);
        input.appendSelected(section, names, -1);
        input.appendNew(field.unsigned());
        return field.signed(key.sign(input));
    }
}
