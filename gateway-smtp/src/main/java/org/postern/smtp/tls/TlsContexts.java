package org.postern.smtp.tls;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.TlsConfig;

/**
 * The certificates that listeners show, loaded from PEM and replaced as a whole. Sessions take what
 * is current when their handshake begins. Thread-safe.
 */
public final class TlsContexts {
    private final AtomicReference<@Nullable Loaded> current = new AtomicReference<>();

    private TlsContexts() {}

    /** No certificate: TLS is not offered. */
    public static TlsContexts none() {
        return new TlsContexts();
    }

    /**
     * Loads what the configuration names.
     *
     * @throws TlsProblemException if a file cannot be read, holds no usable chain or key, or the
     *     two do not belong together; the message names file and remedy
     */
    public static TlsContexts load(TlsConfig config) throws TlsProblemException {
        TlsContexts contexts = new TlsContexts();
        contexts.reload(config);
        return contexts;
    }

    /**
     * Replaces everything by what the configuration names now. On an error the old certificates
     * stay.
     *
     * @throws TlsProblemException as {@link #load}
     */
    public void reload(TlsConfig config) throws TlsProblemException {
        current.set(config.certificates().isEmpty() ? null : Loaded.from(config));
    }

    /** Whether there is a certificate, so that STARTTLS may be offered. */
    public boolean available() {
        return current.get() != null;
    }

    /** The context for a handshake that begins now. */
    public Optional<SSLContext> context() {
        return Optional.ofNullable(current.get()).map(Loaded::context);
    }

    /** When the first of the certificates in use expires. */
    public Optional<Instant> earliestExpiry() {
        return Optional.ofNullable(current.get()).map(Loaded::earliestExpiry);
    }
}
