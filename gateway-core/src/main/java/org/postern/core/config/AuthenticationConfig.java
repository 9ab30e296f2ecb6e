package org.postern.core.config;

import java.time.Duration;
import java.util.List;
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
 * @param trustedSealers {@code trusted-sealers}: ARC sealers that may override a DMARC failure
 */
public record AuthenticationConfig(
        boolean enabled,
        String authservId,
        Duration deadline,
        List<Domain> dmarcExceptions,
        List<Domain> trustedSealers) {
    public AuthenticationConfig {
        dmarcExceptions = List.copyOf(dmarcExceptions);
        trustedSealers = List.copyOf(trustedSealers);
    }

    /** Time for all look-ups of one message where the file says nothing. */
    public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

    /** The same with every check on, under this id. */
    public AuthenticationConfig checking(String id) {
        return new AuthenticationConfig(true, id, deadline, dmarcExceptions, trustedSealers);
    }

    /** Every check on, under this id. */
    public static AuthenticationConfig defaults(String authservId) {
        return new AuthenticationConfig(true, authservId, DEFAULT_DEADLINE, List.of(), List.of());
    }
}
