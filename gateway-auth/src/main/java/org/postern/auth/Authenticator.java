package org.postern.auth;

import org.postern.auth.client.ClientStream;
import org.postern.auth.dns.DnsClient;
import org.postern.core.time.TimeSource;

/**
 * Evaluates SPF, iprev, DKIM, ARC and DMARC for messages as they come in. One per configuration;
 * the {@link DnsClient} outlives it. Thread-safe; the {@link Authentication} it hands out is not.
 *
 * <p>No octet of a message and no answer of a resolver makes it throw: what cannot be read is
 * permerror, what cannot be known now is temperror, and what did not run is none, each with its
 * reason.
 */
public final class Authenticator {
    private final AuthenticatorSettings settings;
    private final Evaluators evaluators;

    /** An authenticator for this configuration. */
    public Authenticator(AuthenticatorSettings settings, DnsClient dns, TimeSource time) {
        this.settings = settings;
        this.evaluators = Evaluators.of(settings, dns, time);
    }

    /**
     * Begins the checks of one message, at MAIL: SPF and iprev run in the background from here on.
     * Hand in its content, then call {@link Authentication#finish()}; or close it.
     */
    public Authentication begin(AuthenticationRequest request) {
        if (!settings.authentication().enabled()) {
            return new UncheckedAuthentication(settings, request);
        }
        return new MessageAuthentication(evaluators, request);
    }

    /**
     * Checks the envelope alone, SPF and iprev, where there is no message to look at. Blocks no
     * longer than {@code authentication.deadline}.
     */
    public AuthenticationOutcome checkEnvelope(AuthenticationRequest request) {
        if (!settings.authentication().enabled()) {
            return new UncheckedAuthentication(settings, request).finish();
        }
        try (MessageAuthentication checks = new MessageAuthentication(evaluators, request)) {
            return checks.finishEnvelope();
        }
    }

    /** From where the last messages came, for metrics. */
    public ClientStream clientStream() {
        return evaluators.stream();
    }
}
