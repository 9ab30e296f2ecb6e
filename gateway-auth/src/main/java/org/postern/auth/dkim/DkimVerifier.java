package org.postern.auth.dkim;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;

/**
 * Verifies the DKIM signatures of messages (RFC 6376, 6). Thread-safe; one for the whole program.
 *
 * <p>For each message: {@link #begin} when the header section is known, then the body once through
 * the {@link BodyHashes}, then {@link DkimVerification#finish}. It never fails: every trouble is a
 * result with its {@link DkimReason}.
 */
public final class DkimVerifier {
    /** The field's name. */
    public static final String FIELD = "dkim-signature";

    private final DkimKeys keys;
    private final DkimSettings settings;

    /** A verifier that asks this DNS for keys. */
    public DkimVerifier(DnsClient dns, DkimSettings settings) {
        this(new DkimKeys(dns), settings);
    }

    /** A verifier that shares its keys with others, such as ARC's. */
    public DkimVerifier(DkimKeys keys, DkimSettings settings) {
        this.keys = keys;
        this.settings = settings;
    }

    /**
     * Reads the signatures, makes the checks that need neither body nor DNS, and asks for the body
     * hashes that the rest need.
     *
     * @param now the time that {@code t=} and {@code x=} are compared with
     */
    public DkimVerification begin(HeaderSection section, BodyHashes bodies, Instant now) {
        List<DkimVerification.Candidate> candidates = new ArrayList<>();
        int beyond = 0;
        for (HeaderField field : section.fields(FIELD)) {
            if (candidates.size() == settings.maxSignatures()) {
                beyond++;
            } else {
                candidates.add(candidate(field, section, bodies, now));
            }
        }
        return new DkimVerification(keys, settings, candidates, beyond);
    }

    private DkimVerification.Candidate candidate(
            HeaderField field, HeaderSection section, BodyHashes bodies, Instant now) {
        return switch (SignatureField.parse(field, SignatureField.Kind.DKIM, settings, now)) {
            case SignatureField.Parsed.Unusable unusable ->
                    new DkimVerification.Candidate.Unusable(unusable.problem(), unusable.tags());
            case SignatureField.Parsed.Usable usable when section.truncated() ->
                    new DkimVerification.Candidate.Unusable(
                            new DkimProblem(
                                    DkimReason.PERMERROR_HEADER_SIZE,
                                    "the header section is too long to be read whole"),
                            usable.signature().tags());
            case SignatureField.Parsed.Usable usable ->
                    new DkimVerification.Candidate.Usable(
                            usable.signature(), usable.signature().requestBody(bodies));
        };
    }
}
