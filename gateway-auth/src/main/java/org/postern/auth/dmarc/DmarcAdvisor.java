package org.postern.auth.dmarc;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.results.ReportedResults;
import org.postern.core.authres.Advice;
import org.postern.core.authres.Advice.Action;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.DmarcResult.Policy;
import org.postern.core.config.AuthenticationConfig.DmarcReject;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;

/**
 * Turns a DMARC verdict into advice (RFC 9989, 5.3.6 and 5.4): what the author domain asks for, but
 * for the exceptions that the configuration lists and for a trusted ARC chain. Stateless but for
 * them.
 */
public final class DmarcAdvisor {
    /** The reason where a listed exception holds. */
    public static final String EXCEPTION = "dmarc.override.exception";

    /** The reason where a trusted sealer saw a pass (RFC 8617, 7.2.1). */
    public static final String TRUSTED_ARC = "dmarc.override.trusted-arc";

    /** The reason where a policy of reject is taken for quarantine (RFC 9989, 7.4). */
    public static final String AS_QUARANTINE = "dmarc.override.reject-as-quarantine";

    private final List<Domain> exceptions;
    private final DmarcReject reject;

    /**
     * An advisor.
     *
     * @param exceptions author domains whose policy is not enforced
     * @param reject what a failure under a policy of reject leads to
     */
    public DmarcAdvisor(List<Domain> exceptions, DmarcReject reject) {
        this.exceptions = List.copyOf(exceptions);
        this.reject = reject;
    }

    /** Advice on one message. */
    public Advice advise(DmarcResult dmarc, ArcResult arc) {
        return switch (dmarc.result()) {
            case PASS, NONE, NEUTRAL ->
                    new Advice(Action.ACCEPT, dmarc.reason(), "nothing speaks against it");
            case FAIL, SOFTFAIL, POLICY -> failed(dmarc, arc);
            case PERMERROR -> permerror(dmarc);
            case TEMPERROR -> temperror(dmarc);
        };
    }

    private Advice failed(DmarcResult dmarc, ArcResult arc) {
        if (dmarc.disposition() == Policy.NONE) {
            return new Advice(
                    Action.ACCEPT, dmarc.reason(), "DMARC fails, and its policy asks for nothing");
        }
        Domain author = domain(dmarc.authorDomain());
        if (author != null && exceptions.stream().anyMatch(author::isWithin)) {
            return new Advice(
                    Action.ACCEPT,
                    EXCEPTION,
                    "DMARC fails, but " + author + " is listed under dmarc-exceptions");
        }
        if (author != null && sealedPass(arc, author)) {
            return new Advice(
                    Action.ACCEPT,
                    TRUSTED_ARC,
                    "DMARC fails here, but a trusted ARC sealer saw it pass");
        }
        String what =
                "DMARC policy of "
                        + dmarc.policyDomain()
                        + " is "
                        + dmarc.disposition().word()
                        + " and the message fails it ("
                        + dmarc.reason()
                        + ")";
        if (dmarc.disposition() != Policy.REJECT) {
            return new Advice(Action.QUARANTINE, dmarc.reason(), what);
        }
        return switch (reject) {
            case REJECT -> new Advice(Action.REJECT, dmarc.reason(), what);
            // RFC 9989, 7.4: a published policy alone is no reason to refuse
            case QUARANTINE ->
                    new Advice(
                            Action.QUARANTINE,
                            AS_QUARANTINE,
                            what + ", which dmarc-reject takes for quarantine");
        };
    }

    /** A From field that can be read in several ways is refused; a broken record harms nobody. */
    private static Advice permerror(DmarcResult dmarc) {
        if (dmarc.disposition() == Policy.REJECT) {
            String flaw = dmarc.trace().isEmpty() ? dmarc.reason() : dmarc.trace().getFirst();
            return new Advice(
                    Action.REJECT,
                    dmarc.reason(),
                    "no author can be told for DMARC: " + flaw + " (RFC 5322, 3.6.2)");
        }
        return new Advice(
                Action.ACCEPT, dmarc.reason(), "the DMARC record is broken and asks for nothing");
    }

    /** Only where the answer could change what becomes of the message it is waited for. */
    private static Advice temperror(DmarcResult dmarc) {
        boolean policyKnown = dmarc.policy() != null;
        if (policyKnown && dmarc.policy() == Policy.NONE) {
            return new Advice(
                    Action.ACCEPT,
                    dmarc.reason(),
                    "DMARC cannot be decided now, and its policy asks for nothing");
        }
        if (!policyKnown && !dmarc.alignedBy().isEmpty()) {
            return new Advice(
                    Action.ACCEPT,
                    dmarc.reason(),
                    "DMARC's record cannot be read now, but the message would pass any policy");
        }
        return new Advice(
                Action.DEFER,
                dmarc.reason(),
                "DMARC cannot be decided now for "
                        + dmarc.authorDomain()
                        + " ("
                        + dmarc.reason()
                        + "); try again later");
    }

    /** What the sealer saw pass must be this author: another's pass says nothing of this one. */
    private static boolean sealedPass(ArcResult arc, Domain author) {
        String results = arc.trustedResults();
        return arc.result() == AuthResult.PASS
                && results != null
                && ReportedResults.parse(results).results().stream()
                        .filter(r -> r.method().equals("dmarc") && r.result().equals("pass"))
                        // RFC 9989, 9.1: header.from is the author domain that was checked
                        .anyMatch(r -> isAuthor(r.properties().get("header.from"), author));
    }

    private static boolean isAuthor(@Nullable String text, Domain author) {
        Domain named = domain(text);
        return named != null && named.equals(author);
    }

    private static @Nullable Domain domain(@Nullable String text) {
        try {
            return text == null ? null : Domain.parse(text);
        } catch (InvalidAddressException e) {
            return null;
        }
    }
}
