package org.postern.auth.dkim;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsName;
import org.postern.core.authres.DkimResult;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;

/** The verification of one message's signatures, under way. Used by one thread. */
public final class DkimVerification {
    /** How much of {@code b=} a result shows (RFC 6008). */
    private static final int PREFIX = 8;

    /** What a sender wrote is shown in results only up to here. */
    private static final int SHOWN = 255;

    private final DkimKeys keys;
    private final DkimSettings settings;
    private final List<Candidate> candidates;
    private final int beyond;

    DkimVerification(DkimKeys keys, DkimSettings settings, List<Candidate> candidates, int beyond) {
        this.keys = keys;
        this.settings = settings;
        this.candidates = candidates;
        this.beyond = beyond;
    }

    /** A signature field that was looked at. */
    sealed interface Candidate {
        record Usable(SignatureField signature, BodyHash body) implements Candidate {}

        record Unusable(DkimProblem problem, @Nullable TagList tags) implements Candidate {}
    }

    /** How many signature fields the message has, those beyond the cap included. */
    public int signatures() {
        return candidates.size() + beyond;
    }

    /**
     * The results, in the order in which the fields stand; one more for all that were not looked
     * at. Empty for an unsigned message. The {@link BodyHashes} must be finished. Blocks until the
     * budget's deadline at most; asks only for keys whose signatures fit the body.
     */
    public List<DkimResult> finish(DnsBudget budget) {
        List<@Nullable SignatureOutcome> decided = new ArrayList<>(candidates.size());
        Set<DnsName> wanted = new LinkedHashSet<>();
        for (Candidate candidate : candidates) {
            SignatureOutcome outcome =
                    switch (candidate) {
                        case Candidate.Unusable unusable -> SignatureOutcome.of(unusable.problem());
                        case Candidate.Usable usable ->
                                SignatureCheck.body(usable.signature(), usable.body());
                    };
            decided.add(outcome);
            if (outcome == null && candidate instanceof Candidate.Usable usable) {
                wanted.add(usable.signature().keyName());
            }
        }
        Map<DnsName, DkimKeys.Lookup> found = keys.findAll(wanted, budget);
        List<DkimResult> results = new ArrayList<>(candidates.size() + 1);
        for (int i = 0; i < candidates.size(); i++) {
            SignatureOutcome outcome = decided.get(i);
            results.add(
                    switch (candidates.get(i)) {
                        case Candidate.Unusable unusable ->
                                result(unusable.tags(), SignatureOutcome.of(unusable.problem()), 0);
                        case Candidate.Usable usable ->
                                result(
                                        usable.signature().tags(),
                                        outcome != null ? outcome : verify(usable, found),
                                        usable.body().unsigned());
                    });
        }
        if (beyond > 0) {
            results.add(beyondTheCap());
        }
        return List.copyOf(results);
    }

    private SignatureOutcome verify(Candidate.Usable usable, Map<DnsName, DkimKeys.Lookup> found) {
        SignatureField signature = usable.signature();
        DkimKeys.Lookup lookup = found.getOrDefault(signature.keyName(), DkimKeys.NOT_ASKED);
        return SignatureCheck.keys(
                signature, signature.input(), lookup, settings, usable.body().unsigned());
    }

    private DkimResult beyondTheCap() {
        DkimReason reason = DkimReason.POLICY_TOO_MANY;
        return new DkimResult(
                reason.result(),
                null,
                null,
                null,
                0,
                null,
                null,
                false,
                0,
                false,
                reason.code(),
                beyond + " further signatures were not looked at");
    }

    private static DkimResult result(
            @Nullable TagList tags, SignatureOutcome outcome, long unsigned) {
        String domain = tags == null ? null : domain(tags.get("d"));
        String agent = tags == null ? null : shown(tags.get("i"));
        return new DkimResult(
                outcome.reason().result(),
                domain,
                tags == null ? null : shown(tags.get("s")),
                tags == null ? null : shown(tags.get("a")),
                outcome.keyBits(),
                agent == null && domain != null ? "@" + domain : agent,
                tags == null ? null : prefix(tags.compact("b")),
                outcome.testing(),
                unsigned,
                false,
                outcome.reason().code(),
                outcome.detail());
    }

    private static @Nullable String prefix(@Nullable String b) {
        return b == null ? null : shown(b.substring(0, Math.min(PREFIX, b.length())));
    }

    /** The domain if it is one. */
    private static @Nullable String domain(@Nullable String d) {
        if (d == null) {
            return null;
        }
        try {
            return Domain.parse(SignatureTags.utf8(d)).ascii();
        } catch (InvalidAddressException e) {
            return null; // then the reason says so
        }
    }

    /** Text of the sender's that may stand in a result: printable ASCII, and not endless. */
    private static @Nullable String shown(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 4 * SHOWN) {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return shownWithoutFolding(text);
            }
        }
        return text.length() > SHOWN ? null : text;
    }

    private static @Nullable String shownWithoutFolding(String text) {
        String compact = TagList.withoutWhite(text);
        for (int i = 0; i < compact.length(); i++) {
            if (compact.charAt(i) < ' ' || compact.charAt(i) > '~') {
                return null;
            }
        }
        return compact.length() > SHOWN ? null : compact;
    }
}
