package org.postern.auth;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.auth.results.AuthenticationResultsWriter;
import org.postern.auth.results.ForgedResults;
import org.postern.core.authres.Advice;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Evidence;

/**
 * A message whose checks are switched off ({@code authentication.enabled: false}). Every verdict is
 * none and says so; forged results in our name are still found, now more than ever.
 */
final class UncheckedAuthentication implements Authentication {
    /** Why every verdict is none. */
    static final String REASON = org.postern.core.authres.Known.DISABLED;

    private final AuthenticatorSettings settings;
    private final AuthenticationRequest request;
    private final HeaderReader reader = new HeaderReader();
    private @Nullable HeaderSection header;

    UncheckedAuthentication(AuthenticatorSettings settings, AuthenticationRequest request) {
        this.settings = settings;
        this.request = request;
    }

    @Override
    public void write(byte[] block, int offset, int length) {
        int _ = reader.accept(block, offset, length);
    }

    @Override
    public SpfResult spf() {
        return verdicts().spf();
    }

    @Override
    public AuthenticationOutcome finish() {
        AuthenticationResultsWriter writer =
                new AuthenticationResultsWriter(settings.authentication().authservId());
        AuthenticationResultsWriter.Words words = writer.writeNone("checks are switched off");
        return new AuthenticationOutcome(
                verdicts(),
                new Advice(Advice.Action.ACCEPT, REASON, "authentication checks are switched off"),
                request.client(),
                "the checks are switched off",
                words.value(),
                null,
                List.of(words.field(AuthenticationResultsWriter.FIELD_NAME)),
                new ForgedResults(
                                settings.authentication().authservId(),
                                settings.hostname(),
                                settings.addedFields())
                        .in(header()),
                MethodTimes.NONE);
    }

    private static Verdicts verdicts() {
        return new Verdicts(
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.MAILFROM, "", REASON),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "", REASON),
                new IprevResult(AuthResult.NONE, null, REASON),
                List.of(),
                ArcResult.notRun(REASON),
                DmarcResult.notRun(REASON, List.of()));
    }

    @Override
    public HeaderSection header() {
        HeaderSection known = header == null ? reader.finish() : header;
        header = known;
        return known;
    }

    @Override
    public TrueClient trueClient() {
        return new TrueClient(request.client(), request.helo(), patience -> Optional.empty());
    }

    @Override
    public Evidence evidence(AuthenticationOutcome outcome) {
        return new Evidence(
                outcome.verdicts(),
                outcome.client(),
                outcome.clientExplanation(),
                List.of(),
                List.of());
    }

    @Override
    public void close() {
        // nothing is under way
    }
}
