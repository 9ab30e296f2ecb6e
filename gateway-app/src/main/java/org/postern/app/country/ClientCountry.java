package org.postern.app.country;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.PosternConfig;
import org.postern.core.country.Countries;

/** The country of a client, as rules see it. */
public final class ClientCountry {
    private ClientCountry() {}

    /**
     * Where a client is; null where nobody knows. A trusted relay's own address says nothing of
     * whom it speaks for: who that is stands in the content.
     *
     * @param client the true address, or null where it is not known
     */
    public static @Nullable String of(
            Countries countries, PosternConfig config, @Nullable InetAddress client) {
        return client == null
                        || config.networks().trustedRelays().stream()
                                .anyMatch(n -> n.contains(client))
                ? null
                : countries.of(client).orElse(null);
    }
}
