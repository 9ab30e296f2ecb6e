package org.postern.smtp.tls;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.TlsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates that listeners show, loaded from PEM and replaced as a whole. A handshake takes
 * what is current when it begins. Bad files never replace good certificates. Thread-safe.
 */
public final class TlsContexts {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

    private static final String RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    /**
     * @param files what the files looked like when they were read
     * @param loaded what was read, null without certificates
     */
    private record Generation(TlsConfig config, List<FileStamp> files, @Nullable Loaded loaded) {}

    static {
        // a client that renegotiates again and again makes us compute for nothing (TLS 1.2); the
        // JDK reads it when its first handshake begins
        if (System.getProperty(RENEGOTIATION) == null) {
            System.setProperty(RENEGOTIATION, "true");
        }
    }

    private final AtomicReference<Generation> current;

    private TlsContexts(Generation first) {
        current = new AtomicReference<>(first);
    }

    /** No certificate: TLS is not offered. */
    public static TlsContexts none() {
        return new TlsContexts(new Generation(TlsConfig.NONE, List.of(), null));
    }

    /**
     * Loads what the configuration names.
     *
     * @throws TlsProblemException if a file cannot be read, holds no usable chain or key, or the
     *     two do not belong together; the message names file and remedy
     */
    public static TlsContexts load(TlsConfig config) throws TlsProblemException {
        return new TlsContexts(read(config));
    }

    private static Generation read(TlsConfig config) throws TlsProblemException {
        // the stamps first: what changes while we read is then seen as changed next time
        List<FileStamp> stamps = FileStamp.of(config);
        return new Generation(
                config, stamps, config.certificates().isEmpty() ? null : Loaded.from(config));
    }

    /**
     * Takes over everything that another has read, at once. Who reloads loads the new ones first
     * and comes here when the rest of the new configuration is found good too.
     */
    public void become(TlsContexts other) {
        current.set(other.current.get());
    }

    /** What {@link #refresh} found. */
    public enum Refresh {
        /** The files are as they were. */
        UNCHANGED,
        /** Renewed files are in use now. */
        RENEWED,
        /** The files have changed and are no good; the old certificates stay in use. */
        REFUSED
    }

    /**
     * Looks at the files and takes renewed ones. A chain without its new key yet is refused and
     * looked at again when the key has changed too. Called now and then by one thread.
     */
    public Refresh refresh() {
        Generation before = current.get();
        List<FileStamp> now = FileStamp.of(before.config());
        if (now.equals(before.files())) {
            return Refresh.UNCHANGED;
        }
        try {
            Generation renewed = read(before.config());
            Loaded loaded = renewed.loaded();
            if (current.compareAndSet(before, renewed) && loaded != null) {
                LOG.info(
                        "renewed TLS certificates are in use, good until {}",
                        loaded.earliestExpiry());
            }
            return Refresh.RENEWED;
        } catch (TlsProblemException e) {
            LOG.error(
                    "renewed TLS certificates are refused, the old ones stay: {}", e.getMessage());
            current.compareAndSet(before, new Generation(before.config(), now, before.loaded()));
            return Refresh.REFUSED;
        }
    }

    /** Whether there is a certificate, so that STARTTLS may be offered. */
    public boolean available() {
        return current.get().loaded() != null;
    }

    /** The context for a handshake that begins now. */
    public Optional<SSLContext> context() {
        return Optional.ofNullable(current.get().loaded()).map(Loaded::context);
    }

    /** When the first of the certificates in use expires: the expiry metric. */
    public Optional<Instant> earliestExpiry() {
        return Optional.ofNullable(current.get().loaded()).map(Loaded::earliestExpiry);
    }
}
