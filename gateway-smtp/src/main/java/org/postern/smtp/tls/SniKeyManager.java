package org.postern.smtp.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the chain by the name asked for (SNI, RFC 6066, 3) and the key types that the client can
 * verify, so that ECDSA and RSA stand side by side. A name that no certificate has gets the first
 * of the right key type: mail is better delivered to an unexpected name than not at all. Aliases
 * are positions in the list.
 */
final class SniKeyManager extends X509ExtendedKeyManager {
    private final List<ChainAndKey> entries;

    SniKeyManager(List<ChainAndKey> entries) {
        this.entries = List.copyOf(entries);
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return socket instanceof SSLSocket tls ? choose(keyType, tls.getHandshakeSession()) : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return engine == null ? null : choose(keyType, engine.getHandshakeSession());
    }

    private @Nullable String choose(String keyType, @Nullable SSLSession session) {
        String host = requestedName(session);
        int fallback = -1;
        for (int i = 0; i < entries.size(); i++) {
            ChainAndKey entry = entries.get(i);
            if (!matches(keyType, entry.key())) {
                continue;
            }
            if (!host.isEmpty() && entry.serves(host)) {
                return Integer.toString(i);
            }
            if (fallback < 0) {
                fallback = i;
            }
        }
        // a certificate for the very name in another key type is better than any other
        if (fallback >= 0 && !host.isEmpty() && entries.stream().anyMatch(e -> e.serves(host))) {
            return null;
        }
        return fallback < 0 ? null : Integer.toString(fallback);
    }

    private static boolean matches(String keyType, PrivateKey key) {
        String algorithm = key.getAlgorithm();
        return switch (keyType) {
            case "EC", "EC_EC", "EC_RSA" -> algorithm.equals("EC");
            case "EdDSA" -> algorithm.equals("EdDSA") || algorithm.equals("Ed25519");
            case "RSA", "RSASSA-PSS" -> algorithm.equals("RSA");
            default -> false;
        };
    }

    /** The SNI host name in lower case, or an empty text. */
    static String requestedName(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName().toLowerCase(Locale.ROOT);
                }
            }
        }
        return "";
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return entries.get(Integer.parseInt(alias)).chain().toArray(new X509Certificate[0]);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return entries.get(Integer.parseInt(alias)).key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
