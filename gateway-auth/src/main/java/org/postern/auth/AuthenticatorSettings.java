package org.postern.auth;

import java.net.InetAddress;
import java.util.Set;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.Domain;

/**
 * The part of a configuration that the evaluators read.
 *
 * @param hostname our name, for SPF's {@code %{r}} and Received-SPF
 * @param authentication section {@code authentication}
 * @param networks section {@code networks}
 * @param ownAddresses the addresses that we listen on, wildcards left out
 */
public record AuthenticatorSettings(
        Domain hostname,
        AuthenticationConfig authentication,
        NetworksConfig networks,
        Set<InetAddress> ownAddresses) {
    public AuthenticatorSettings {
        ownAddresses = Set.copyOf(ownAddresses);
    }

    /** Those of a whole configuration. */
    public static AuthenticatorSettings of(PosternConfig config, Set<InetAddress> ownAddresses) {
        return new AuthenticatorSettings(
                config.hostname(), config.authentication(), config.networks(), ownAddresses);
    }
}
