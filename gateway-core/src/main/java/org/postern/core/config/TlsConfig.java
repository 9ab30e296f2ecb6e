package org.postern.core.config;

import java.nio.file.Path;
import java.util.List;

/**
 * Section {@code tls}: the certificates that listeners show.
 *
 * @param certificates chains with their keys, the first is the default; empty: TLS is not offered
 */
public record TlsConfig(List<Certificate> certificates) {
    public TlsConfig {
        certificates = List.copyOf(certificates);
    }

    /** No certificate. */
    public static final TlsConfig NONE = new TlsConfig(List.of());

    /**
     * One chain and its key.
     *
     * @param chain PEM file, the leaf first
     * @param key PEM file, PKCS#8, unencrypted
     */
    public record Certificate(Path chain, Path key) {}
}
