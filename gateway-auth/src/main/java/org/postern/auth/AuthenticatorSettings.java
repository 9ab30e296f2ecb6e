package org.postern.auth;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dkim.SigningKey;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.mail.Domain;
import org.postern.core.scan.ScanResult;

/**
 * The part of a configuration that the evaluators read.
 *
 * @param hostname our name, for SPF's {@code %{r}} and Received-SPF
 * @param authentication section {@code authentication}
 * @param networks section {@code networks}
 * @param ownAddresses the addresses that we listen on, wildcards left out
 * @param sealingKey what ARC sets of ours are signed with, or null: none is added
 * @param addedFields beginnings of the names of fields that we add for others, in small letters;
 *     received ones are left out as forged
 */
public record AuthenticatorSettings(
        Domain hostname,
        AuthenticationConfig authentication,
        NetworksConfig networks,
        Set<InetAddress> ownAddresses,
        @Nullable SigningKey sealingKey,
        List<String> addedFields) {
    public AuthenticatorSettings {
        addedFields = List.copyOf(addedFields);
        ownAddresses = Set.copyOf(ownAddresses);
    }

    /** Settings under which no ARC set is added. */
    public AuthenticatorSettings(
            Domain hostname,
            AuthenticationConfig authentication,
            NetworksConfig networks,
            Set<InetAddress> ownAddresses) {
        this(hostname, authentication, networks, ownAddresses, null, List.of());
    }

    /**
     * Those of a whole configuration.
     *
     * @param sealingKey the key that {@code authentication.arc-seal} names, read; null where it
     *     names none
     */
    public static AuthenticatorSettings of(PosternConfig config, @Nullable SigningKey sealingKey) {
        return new AuthenticatorSettings(
                config.hostname(),
                config.authentication(),
                config.networks(),
                ownAddresses(config),
                sealingKey,
                addedFields(config));
    }

    private static List<String> addedFields(PosternConfig config) {
        List<String> names = new ArrayList<>();
        for (ScannerConfig scanner : config.scanners()) {
            names.addAll(fieldsOf(scanner.scanner()));
        }
        return names;
    }

    /**
     * What the names of a scanner's own fields begin with, in small letters: with this scanner,
     * received fields of these names are left out, whoever wrote or signed them.
     */
    public static List<String> fieldsOf(ScanResult.Scanner scanner) {
        return switch (scanner) {
            case RSPAMD -> List.of("x-spam", "x-rspamd-");
            case CLAMAV -> List.of("x-virus");
        };
    }

    /** The addresses that the listeners name; of a wildcard a connection tells which it was. */
    private static Set<InetAddress> ownAddresses(PosternConfig config) {
        Set<InetAddress> own = new HashSet<>();
        for (ListenerConfig listener : config.listeners()) {
            if (!listener.address().isAnyLocalAddress()) {
                own.add(listener.address());
            }
        }
        return own;
    }

    /** The same with these checks, all of them on. */
    public AuthenticatorSettings checking(String authservId) {
        return new AuthenticatorSettings(
                hostname,
                authentication.checking(authservId),
                networks,
                ownAddresses,
                sealingKey,
                addedFields);
    }
}
