package org.postern.auth.arc;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.auth.dkim.BodyHash;
import org.postern.auth.dkim.BodyHashes;
import org.postern.auth.dkim.Canonicalization;
import org.postern.auth.dkim.FieldWriter;
import org.postern.auth.dkim.SigningInput;
import org.postern.auth.dkim.SigningKey;
import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;

/**
 * Adds a set of ours to a message's ARC chain (RFC 8617, 5.1). Immutable and thread-safe.
 *
 * @param key with what
 * @param names fields that the ARC-Message-Signature covers, in lower case; empty for those of
 *     {@link #DEFAULT_NAMES} that the message has
 */
public record ArcSealer(SigningKey key, List<String> names) {
    /**
     * What is covered where nothing else is said: the fields that tell who wrote what to whom, and
     * how the body is read (RFC 6376, 5.4.1). No trace fields, since each hop adds to them.
     */
    public static final List<String> DEFAULT_NAMES =
            List.of(
                    "from",
                    "sender",
                    "reply-to",
                    "subject",
                    "date",
                    "message-id",
                    "to",
                    "cc",
                    "in-reply-to",
                    "references",
                    "mime-version",
                    "content-type",
                    "content-transfer-encoding",
                    "list-id",
                    "list-unsubscribe",
                    "list-post",
                    "dkim-signature");

    private static final int MOST_OF_A_NAME = 10;

    /** Names are taken to lower case. */
    public ArcSealer {
        names = names.stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
    }

    /** Asks for the body hash that {@link #seal} needs. */
    public BodyHash requestBody(BodyHashes bodies) {
        return bodies.request(Canonicalization.RELAXED, key.algorithm(), BodyHashes.WHOLE);
    }

    /**
     * The fields to put on top of the message, each with its line end: ARC-Seal,
     * ARC-Message-Signature, ARC-Authentication-Results.
     *
     * @param section the header section as received, without what we add
     * @param validation the validation of this message, finished
     * @param found what it found
     * @param results the payload: an authserv-id and what we found, as in our
     *     Authentication-Results
     * @return empty where no set may be added: the chain was sealed as failed already (RFC 8617,
     *     5.1), or has 50 sets
     */
    public Optional<String> seal(
            HeaderSection section,
            BodyHash body,
            ArcValidation validation,
            ArcResult found,
            String results,
            Instant now) {
        if (found.reason().equals(ArcReason.FAIL_SEALED.code())
                || found.chain() >= ArcChain.MAX_SETS) {
            return Optional.empty();
        }
        int instance = found.chain() + 1;
        // RFC 8617, 5.2.1: every failure is permanent for those after us, DNS troubles too
        String cv =
                switch (found.result()) {
                    case NONE -> "none";
                    case PASS -> "pass";
                    default -> "fail";
                };
        String time = Long.toString(now.getEpochSecond());
        String resultsField = "ARC-Authentication-Results: i=" + instance + "; " + results;
        String messageField = message(section, body, instance, time);

        SigningInput covered = new SigningInput(Canonicalization.RELAXED);
        if (found.result() == AuthResult.PASS
                && validation.chain() instanceof ArcChain.Whole whole) {
            // RFC 8617, 5.1.2: a failed chain is sealed as if this set stood alone
            for (ArcSet set : whole.sets()) {
                covered.append(set.results());
                covered.append(set.message().field());
                covered.append(set.seal().field());
            }
        }
        covered.appendNew(resultsField);
        covered.endLine();
        covered.appendNew(messageField);
        covered.endLine();
        FieldWriter seal =
                new FieldWriter("ARC-Seal")
                        .tag("a", key.algorithm().word())
                        .signature()
                        .tag("cv", cv)
                        .tag("d", key.domain().ascii())
                        .tag("i", Integer.toString(instance))
                        .tag("s", key.selector())
                        .tag("t", time);
        covered.appendNew(seal.unsigned());
        return Optional.of(
                seal.signedOnOneLine(key.sign(covered))
                        + "\r\n"
                        + messageField
                        + "\r\n"
                        + resultsField
                        + "\r\n");
    }

    private String message(HeaderSection section, BodyHash body, int instance, String time) {
        List<String> covered = names.isEmpty() ? present(section) : names;
        FieldWriter field =
                new FieldWriter("ARC-Message-Signature")
                        .tag("a", key.algorithm().word())
                        .signature()
                        .bodyHash(body)
                        .tag("c", "relaxed/relaxed")
                        .tag("d", key.domain().ascii())
                        .names(covered)
                        .tag("i", Integer.toString(instance))
                        .tag("s", key.selector())
                        .tag("t", time);
        SigningInput input = new SigningInput(Canonicalization.RELAXED);
        input.appendSelected(section, covered, -1);
        input.appendNew(field.unsigned());
        return field.signedOnOneLine(key.sign(input));
    }

    private static List<String> present(HeaderSection section) {
        List<String> found = new ArrayList<>();
        for (String name : DEFAULT_NAMES) {
            int index = section.lowest(name);
            for (int n = 0; index >= 0 && n < MOST_OF_A_NAME; n++) {
                found.add(name);
                index = section.above(name, index);
            }
        }
        return found;
    }
}
