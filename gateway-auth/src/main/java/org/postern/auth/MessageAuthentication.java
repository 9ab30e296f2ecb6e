package org.postern.auth;

import java.util.List;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.results.AuthenticationResultsWriter;
import org.postern.auth.results.CheckedIdentities;
import org.postern.core.authres.Advice;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.time.TimeSource;

/** The checks of one message. */
final class MessageAuthentication implements Authentication {
    private final AuthenticatorSettings settings;
    private final AuthenticationRequest request;
    private final HeaderReader reader = new HeaderReader();

    MessageAuthentication(
            AuthenticatorSettings settings,
            DnsClient dns,
            TimeSource time,
            AuthenticationRequest request) {
        this.settings = settings;
        this.request = request;
    }

    @Override
    public void write(byte[] block, int offset, int length) {
        int _ = reader.accept(block, offset, length);
    }

    @Override
    public AuthenticationOutcome finish() {
        Verdicts verdicts =
                new Verdicts(
                        SpfResult.notRun(
                                AuthResult.NONE, SpfResult.Identity.MAILFROM, "", "spf.not-run"),
                        SpfResult.notRun(
                                AuthResult.NONE, SpfResult.Identity.HELO, "", "spf.not-run"),
                        new IprevResult(AuthResult.NONE, null, "iprev.not-run"),
                        List.of(),
                        ArcResult.NONE,
                        new DmarcResult(
                                AuthResult.NONE,
                                null,
                                null,
                                null,
                                null,
                                DmarcResult.Policy.NONE,
                                List.of(),
                                "dmarc.not-run",
                                List.of()));
        AuthenticationResultsWriter.Words words =
                new AuthenticationResultsWriter(settings.authentication().authservId())
                        .write(
                                verdicts,
                                new CheckedIdentities(
                                        request.client(), request.helo(), request.from()));
        return new AuthenticationOutcome(
                verdicts,
                new Advice(Advice.Action.ACCEPT, "dmarc.not-run", "no policy was evaluated"),
                request.client(),
                words.value(),
                List.of(words.field(AuthenticationResultsWriter.FIELD_NAME)),
                List.of());
    }

    @Override
    public void close() {
        // nothing is under way yet
    }
}
