package org.postern.auth;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.postern.auth.dns.DnsClient;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

/** Runs whole messages through the {@link Authenticator}. */
public final class AuthRun {
    private AuthRun() {}

    /** An authenticator {@code mx.example.net} with nothing out of the ordinary configured. */
    public static Authenticator authenticator(DnsClient dns) {
        return authenticator(dns, NetworksConfig.NONE);
    }

    /** One with these networks. */
    public static Authenticator authenticator(DnsClient dns, NetworksConfig networks) {
        return authenticator(dns, networks, AuthenticationConfig.defaults("mx.example.net"));
    }

    /** One with this section {@code authentication}. */
    public static Authenticator authenticator(
            DnsClient dns, NetworksConfig networks, AuthenticationConfig config) {
        return new Authenticator(
                new AuthenticatorSettings(Domain.of("mx.example.net"), config, networks, Set.of()),
                dns,
                TimeSource.system());
    }

    /** The outcome for a message from a connection. */
    public static AuthenticationOutcome run(
            Authenticator authenticator, String client, String helo, String from, String message) {
        return run(
                authenticator,
                new AuthenticationRequest(
                        Ip.parse(client),
                        helo,
                        from,
                        AuthenticationRequest.Origin.CONNECTION,
                        null),
                message.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The outcome for octets, handed in in blocks of odd sizes. */
    public static AuthenticationOutcome run(
            Authenticator authenticator, AuthenticationRequest request, byte[] message) {
        try (Authentication authentication = authenticator.begin(request)) {
            int at = 0;
            for (int size : List.of(1, 7, 100, 4096)) {
                int length = Math.min(size, message.length - at);
                authentication.write(message, at, length);
                at += length;
            }
            authentication.write(message, at, message.length - at);
            return authentication.finish();
        }
    }
}
