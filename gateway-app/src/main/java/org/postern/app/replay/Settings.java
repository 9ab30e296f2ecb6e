package org.postern.app.replay;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticatorSettings;
import org.postern.core.config.NetworksConfig;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

/**
 * What {@code --set} supposes: another client, or another {@code networks}.
 *
 * @param client the client to suppose, or null
 * @param networks the networks to suppose
 */
public record Settings(@Nullable InetAddress client, NetworksConfig networks) {
    /**
     * Reads {@code name=value} texts; lists are separated by commas, {@code networks.secondary} is
     * {@code CIDR:ADDRESS}.
     *
     * @throws IllegalArgumentException naming what is wrong and what is allowed
     */
    public static Settings parse(List<String> texts, NetworksConfig networks) {
        InetAddress client = null;
        NetworksConfig now = networks;
        for (String text : texts) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            String value = equals < 0 ? "" : text.substring(equals + 1);
            switch (name) {
                case "client-ip" -> client = Ip.parse(value);
                case "networks.internal" ->
                        now = with(now, networks(value), null, null, null, null);
                case "networks.trusted-relays" ->
                        now = with(now, null, networks(value), null, null, null);
                case "networks.load-balancers" ->
                        now = with(now, null, null, networks(value), null, null);
                case "networks.public" -> now = with(now, null, null, null, networks(value), null);
                case "networks.secondary" ->
                        now = with(now, null, null, null, null, secondary(value));
                default ->
                        throw new IllegalArgumentException(
                                "--set "
                                        + text
                                        + ": known are client-ip=ADDRESS and networks.internal,"
                                        + " networks.trusted-relays, networks.load-balancers,"
                                        + " networks.public, networks.secondary; for anything else"
                                        + " give another file with --config");
            }
        }
        return new Settings(client, now);
    }

    private static NetworksConfig with(
            NetworksConfig n,
            @Nullable List<Cidr> internal,
            @Nullable List<Cidr> trustedRelays,
            @Nullable List<Cidr> loadBalancers,
            @Nullable List<Cidr> publicNetworks,
            @Nullable Map<Cidr, InetAddress> secondary) {
        return new NetworksConfig(
                internal == null ? n.internal() : internal,
                trustedRelays == null ? n.trustedRelays() : trustedRelays,
                loadBalancers == null ? n.loadBalancers() : loadBalancers,
                publicNetworks == null ? n.publicNetworks() : publicNetworks,
                secondary == null ? n.secondary() : secondary);
    }

    private static List<Cidr> networks(String value) {
        List<Cidr> networks = new ArrayList<>();
        for (String one : value.split(",", -1)) {
            networks.add(Cidr.parse(one.strip()));
        }
        return networks;
    }

    private static Map<Cidr, InetAddress> secondary(String value) {
        Map<Cidr, InetAddress> map = new HashMap<>();
        for (String one : value.split(",", -1)) {
            int slash = one.indexOf('/');
            int colon = one.indexOf(':', Math.max(slash, 0));
            if (slash < 0 || colon < 0) {
                throw new IllegalArgumentException(
                        "networks.secondary=" + value + ": 10.0.0.0/8:192.0.2.1 is the form");
            }
            map.put(Cidr.parse(one.substring(0, colon)), Ip.parse(one.substring(colon + 1)));
        }
        return map;
    }

    /** The settings of the checks with these networks. */
    public AuthenticatorSettings apply(AuthenticatorSettings settings) {
        return new AuthenticatorSettings(
                settings.hostname(),
                settings.authentication(),
                networks,
                settings.ownAddresses(),
                null,
                settings.addedFields());
    }
}
