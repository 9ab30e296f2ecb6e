package org.postern.smtp.session;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The connection as a session keeps it: addresses fixed, TLS and protocol words as they come. */
final class SessionConnection implements ClientConnection {
    private final InetSocketAddress client;
    private final InetSocketAddress peer;
    private final InetSocketAddress local;
    private final Instant connected;
    private final Optional<String> claimedName;
    private @Nullable TlsDetails tls;
    private boolean extended;
    private boolean smtpUtf8;

    SessionConnection(
            InetSocketAddress client,
            InetSocketAddress peer,
            InetSocketAddress local,
            Instant connected,
            @Nullable TlsDetails tls,
            Optional<String> claimedName) {
        this.client = client;
        this.peer = peer;
        this.local = local;
        this.connected = connected;
        this.tls = tls;
        this.claimedName = claimedName;
    }

    void tlsStarted(TlsDetails details) {
        tls = details;
        extended = false;
    }

    void extended(boolean on) {
        extended = on;
    }

    void smtpUtf8(boolean on) {
        smtpUtf8 = on;
    }

    @Override
    public InetSocketAddress client() {
        return client;
    }

    @Override
    public InetSocketAddress peer() {
        return peer;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public Instant connected() {
        return connected;
    }

    @Override
    public Optional<TlsDetails> tls() {
        return Optional.ofNullable(tls);
    }

    @Override
    public Optional<String> claimedName() {
        return claimedName;
    }

    @Override
    public String protocol() {
        String word = smtpUtf8 ? "UTF8SMTP" : extended ? "ESMTP" : "SMTP";
        return tls != null && (smtpUtf8 || extended) ? word + "S" : word;
    }
}
