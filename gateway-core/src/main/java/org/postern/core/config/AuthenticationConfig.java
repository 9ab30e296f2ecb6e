package org.postern.core.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;

/**
 * Section {@code authentication}.
 *
 * @param enabled {@code enabled}: false switches all checks off, and every message's
 *     Authentication-Results says so
 * @param authservId {@code authserv-id}: our id in Authentication-Results, by default the hostname
 * @param deadline {@code deadline}: time for all look-ups of one message; beyond it is temperror
 * @param dmarcExceptions {@code dmarc-exceptions}: author domains whose {@code p=reject} is not
 *     enforced, each a reason of its own
 * @param dmarcReject {@code dmarc-reject}: what a failure under {@code p=reject} leads to
 * @param trustedSealers {@code trusted-sealers}: ARC sealers that may override a DMARC failure
 * @param arcSeal {@code arc-seal}: with what a set of ours is added to each message's ARC chain, or
 *     null: none is added
 * @param receivedSpf {@code received-spf}: whether each message gets a Received-SPF field
 * @param secondOpinion {@code second-opinion}: the share of messages that other implementations are
 *     asked about afterwards, 0 to 1
 */
public record AuthenticationConfig(
        boolean enabled,
        String authservId,
        Duration deadline,
        List<Domain> dmarcExceptions,
        DmarcReject dmarcReject,
        List<Domain> trustedSealers,
        @Nullable ArcSeal arcSeal,
        boolean receivedSpf,
        double secondOpinion) {
    public AuthenticationConfig {
        dmarcExceptions = List.copyOf(dmarcExceptions);
        trustedSealers = List.copyOf(trustedSealers);
    }

    /** What a message that fails a policy of {@code p=reject} meets, exceptions apart. */
    public enum DmarcReject {
        /** 550: the owner's word is followed. */
        REJECT,
        /**
         * It is taken and marked as if the policy were quarantine, since a mailing list or a
         * forwarder may have brought it (RFC 9989, 7.4).
         */
        QUARANTINE
    }

    /**
     * What ARC sets of ours are signed with.
     *
     * @param domain {@code domain}: {@code d=}
     * @param selector {@code selector}: {@code s=}
     * @param key {@code key}: PEM file, RSA or Ed25519
     */
    public record ArcSeal(Domain domain, String selector, Path key) {}

    /**
     * One with what is on or off by default: {@code p=reject} enforced, no seal, no Received-SPF,
     * no second opinion.
     */
    public AuthenticationConfig(
            boolean enabled,
            String authservId,
            Duration deadline,
            List<Domain> dmarcExceptions,
            List<Domain> trustedSealers) {
        this(
                enabled,
                authservId,
                deadline,
                dmarcExceptions,
                DmarcReject.REJECT,
                trustedSealers,
                null,
                false,
                0);
    }

    /** Time for all look-ups of one message where the file says nothing. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

    /** The same with every check on, under this id. */
    public AuthenticationConfig checking(String id) {
        return new AuthenticationConfig(
                true,
                id,
                deadline,
                dmarcExceptions,
                dmarcReject,
                trustedSealers,
                arcSeal,
                receivedSpf,
                secondOpinion);
    }

    /** Every check on, under this id. */
    public static AuthenticationConfig defaults(String authservId) {
        return new AuthenticationConfig(true, authservId, DEFAULT_DEADLINE, List.of(), List.of());
    }
}
