package org.postern.auth.arc;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dkim.BodyHash;
import org.postern.auth.dkim.Canonicalization;
import org.postern.auth.dkim.DkimKeys;
import org.postern.auth.dkim.DkimReason;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dkim.SignatureCheck;
import org.postern.auth.dkim.SignatureField;
import org.postern.auth.dkim.SignatureOutcome;
import org.postern.auth.dkim.SigningInput;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsName;
import org.postern.core.authres.ArcResult;
import org.postern.core.mail.Domain;

/** The validation of one message's chain, under way. Used by one thread. */
public final class ArcValidation {
    private final DkimKeys keys;
    private final DkimSettings settings;
    private final ArcChain chain;
    private final List<BodyHash> bodies;
    private final List<Domain> trusted;
    private String detail = "";

    ArcValidation(
            DkimKeys keys,
            DkimSettings settings,
            ArcChain chain,
            List<BodyHash> bodies,
            List<Domain> trusted) {
        this.keys = keys;
        this.settings = settings;
        this.chain = chain;
        this.bodies = bodies;
        this.trusted = trusted;
    }

    /**
     * The result. The body hashes must be finished. Blocks until the budget's deadline at most;
     * asks for keys only if structure and body allow a pass.
     */
    public ArcResult finish(DnsBudget budget) {
        return switch (chain) {
            case ArcChain.None none -> ArcResult.NONE;
            case ArcChain.Broken broken -> {
                detail = broken.detail();
                yield result(broken.reason(), broken.sets(), List.of(), 0, null);
            }
            case ArcChain.Whole whole -> validate(whole.sets(), budget);
        };
    }

    /** One line for people on what {@link #finish} found; empty where there is nothing to say. */
    public String detail() {
        return detail;
    }

    ArcChain chain() {
        return chain;
    }

    private ArcResult validate(List<ArcSet> sets, DnsBudget budget) {
        int newest = sets.size() - 1;
        List<String> sealers = sets.stream().map(s -> s.seal().domain().ascii()).toList();
        SignatureOutcome body = SignatureCheck.body(sets.get(newest).message(), bodies.get(newest));
        if (body != null) {
            return failed(sets, sealers, ArcReason.FAIL_BODY_HASH, body);
        }
        Set<DnsName> wanted = new LinkedHashSet<>();
        for (int i = newest; i >= 0; i--) {
            wanted.add(sets.get(i).message().keyName());
            wanted.add(sets.get(i).seal().keyName());
        }
        Map<DnsName, DkimKeys.Lookup> found = keys.findAll(wanted, budget);
        // RFC 8617, 5.2, 4: the newest message signature must verify
        SignatureOutcome message = message(sets, newest, found);
        if (!message.passed()) {
            return failed(sets, sealers, ArcReason.FAIL_MESSAGE_SIGNATURE, message);
        }
        SignatureOutcome seal = seals(sets, found);
        if (seal != null) {
            return failed(sets, sealers, ArcReason.FAIL_SEAL, seal);
        }
        return result(
                ArcReason.PASS,
                sets.size(),
                sealers,
                oldestPass(sets, found),
                bindsAuthorAndBody(sets.get(newest), bodies.get(newest))
                        ? trustedResults(sets)
                        : null);
    }

    /** The newest seal that does not verify, or null (RFC 8617, 5.2, 6). */
    private @Nullable SignatureOutcome seals(
            List<ArcSet> sets, Map<DnsName, DkimKeys.Lookup> found) {
        SignatureOutcome failure = null;
        // what one seal covers begins with what the one before covers: built up once
        SigningInput covered = new SigningInput(Canonicalization.RELAXED);
        for (ArcSet set : sets) {
            // RFC 8617, 5.1.1: sets in order of instance; results, message signature, seal
            covered.append(set.results());
            covered.append(set.message().field());
            SigningInput.Mark mark = covered.mark();
            set.seal().appendSelf(covered);
            SignatureOutcome outcome =
                    SignatureCheck.keys(
                            set.seal(), covered, lookup(set.seal(), found), settings, 0);
            boolean temporary = outcome.reason() == DkimReason.TEMPERROR_DNS;
            if (!outcome.passed() && (failure == null || !temporary)) {
                failure = outcome; // what is known goes before what is not
            }
            covered.reset(mark);
            covered.append(set.seal().field());
        }
        return failure;
    }

    private SignatureOutcome message(
            List<ArcSet> sets, int index, Map<DnsName, DkimKeys.Lookup> found) {
        SignatureField signature = sets.get(index).message();
        return SignatureCheck.keys(
                signature,
                signature.input(),
                lookup(signature, found),
                settings,
                bodies.get(index).unsigned());
    }

    private static DkimKeys.Lookup lookup(
            SignatureField signature, Map<DnsName, DkimKeys.Lookup> found) {
        return found.getOrDefault(signature.keyName(), DkimKeys.NOT_ASKED);
    }

    /** RFC 8617, 5.2, 5: 0 if every message signature verifies. */
    private int oldestPass(List<ArcSet> sets, Map<DnsName, DkimKeys.Lookup> found) {
        for (int i = sets.size() - 2; i >= 0; i--) {
            boolean passes =
                    sets.get(i).message().lapse().isEmpty()
                            && SignatureCheck.body(sets.get(i).message(), bodies.get(i)) == null
                            && message(sets, i, found).passed();
            if (!passes) {
                return i + 2; // the instance after this one, which is i + 1
            }
        }
        return 0;
    }

    /**
     * Whether the message is the one that its newest sealer saw, From and the whole body (RFC 6376,
     * 5.4 and 8.2): what was found of another author's message must not speak for this one.
     */
    private static boolean bindsAuthorAndBody(ArcSet newest, BodyHash body) {
        return newest.message().names().contains("from") && body.unsigned() == 0;
    }

    /**
     * What the earliest trusted sealer says from which on all are trusted: nearest to the author,
     * and nobody in between whose word we would not take.
     */
    private @Nullable String trustedResults(List<ArcSet> sets) {
        String results = null;
        for (int i = sets.size() - 1; i >= 0 && isTrusted(sets.get(i)); i--) {
            results = sets.get(i).payload();
        }
        return results;
    }

    private boolean isTrusted(ArcSet set) {
        return trusted.contains(set.seal().domain());
    }

    private ArcResult failed(
            List<ArcSet> sets, List<String> sealers, ArcReason reason, SignatureOutcome outcome) {
        detail = outcome.detail() == null ? "" : outcome.detail();
        return result(refined(reason, outcome.reason()), sets.size(), sealers, 0, null);
    }

    private static ArcReason refined(ArcReason reason, DkimReason cause) {
        return switch (cause) {
            case TEMPERROR_DNS -> ArcReason.TEMPERROR_DNS;
            case PERMERROR_NO_KEY,
                    PERMERROR_KEY_SYNTAX,
                    PERMERROR_KEY_REVOKED,
                    PERMERROR_KEY_ALGORITHM,
                    PERMERROR_KEY_HASH,
                    PERMERROR_KEY_SERVICE,
                    POLICY_SHORT_KEY,
                    POLICY_LONG_KEY ->
                    ArcReason.FAIL_KEY;
            default -> reason;
        };
    }

    private static ArcResult result(
            ArcReason reason,
            int sets,
            List<String> sealers,
            int oldestPass,
            @Nullable String trustedResults) {
        return new ArcResult(
                reason.result(), sets, sealers, oldestPass, trustedResults, reason.code());
    }
}
