package org.postern.queue.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.net.Ip;
import org.postern.core.reply.SmtpReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to one downstream: address by address until one answers, TLS where it is asked
 * for, EHLO. Thread-safe.
 *
 * <p>How it fails: by a {@link RelayException} with a deferral that names the last address tried
 * and the step that failed. Nothing that happens before MAIL says anything about a message, so it
 * is never a failure for good.
 */
final class Connector {
    private static final Logger LOG = LoggerFactory.getLogger(Connector.class);

    private final DownstreamConfig config;
    private final DeliveryEnvironment environment;
    private final Watchdog watchdog;
    private final Timeouts timeouts;
    private final Dialect dialect;
    private final TlsClient verifying;
    private final TlsClient unverified;

    Connector(DownstreamConfig config, DeliveryEnvironment environment, Watchdog watchdog) {
        this.config = config;
        this.environment = environment;
        this.watchdog = watchdog;
        this.timeouts = Timeouts.of(config.timeout());
        this.dialect = config.target() instanceof Target.Smtp ? Dialect.SMTP : Dialect.LMTP;
        this.verifying = TlsClient.verifying(null);
        this.unverified = TlsClient.unverified();
    }

    /** A new connection, past EHLO. */
    Connection open() throws RelayException {
        return switch (config.target()) {
            case Target.Lmtp lmtp -> openTcp(lmtp.host(), lmtp.port(), false);
            case Target.Smtp smtp -> openTcp(smtp.host(), smtp.port(), smtp.implicitTls());
            case Target.LmtpUnix unix -> openUnix(unix.socket());
            case Target.Maildir _ -> throw new IllegalStateException("a Maildir has no connection");
        };
    }

    private Connection openUnix(Path socket) throws RelayException {
        Wire wire;
        try {
            wire = Wire.unix(socket, watchdog);
        } catch (IOException e) {
            throw cannotConnect(socket.toString(), e);
        }
        return new Opening(wire, socket.toString(), null, 0).run(Tls.NONE, false, true);
    }

    private Connection openTcp(String host, int port, boolean implicitTls) throws RelayException {
        List<InetAddress> addresses;
        try {
            addresses = environment.resolver().addresses(host);
        } catch (UnknownHostException e) {
            // whether the name is wrong or the DNS is away cannot be told here; both may pass
            throw deferred(
                    Step.RESOLVE,
                    "4.4.3",
                    "downstream "
                            + config.name()
                            + ": host "
                            + host
                            + " has no address: no such name, or the resolver does not answer",
                    e);
        }
        RelayException last = null;
        for (InetAddress address : addresses) {
            try {
                return openAddress(host, address, port, implicitTls);
            } catch (RelayException e) {
                LOG.debug("{}: {}", config.name(), e.getMessage(), e);
                if (last != null) {
                    e.addSuppressed(last);
                }
                last = e;
            }
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
        }
        if (last == null) {
            throw deferred(
                    Step.RESOLVE,
                    "4.4.3",
                    "downstream " + config.name() + ": host " + host + " has no address",
                    null);
        }
        throw last;
    }

    private Connection openAddress(String host, InetAddress address, int port, boolean implicitTls)
            throws RelayException {
        String text = Ip.text(address);
        String peer = text.equals(host) ? text + ":" + port : host + "[" + text + "]:" + port;
        boolean local = address.isLoopbackAddress();
        if (config.tls() == Tls.OPPORTUNISTIC && !implicitTls) {
            try {
                return new Opening(connect(address, port, peer), peer, host, port)
                        .run(Tls.OPPORTUNISTIC, false, local);
            } catch (RelayException e) {
                if (e.step() != Step.TLS) {
                    throw e;
                }
                // RFC 7435: opportunistic means that a broken TLS is no worse than none
                LOG.info("{}: TLS failed, going on in plain text: {}", peer, e.getMessage(), e);
                return new Opening(connect(address, port, peer), peer, host, port)
                        .run(Tls.NONE, false, local);
            }
        }
        return new Opening(connect(address, port, peer), peer, host, port)
                .run(config.tls(), implicitTls, local);
    }

    private Wire connect(InetAddress address, int port, String peer) throws RelayException {
        try {
            return Wire.tcp(new InetSocketAddress(address, port), timeouts.connect(), watchdog);
        } catch (IOException e) {
            throw cannotConnect(peer, e);
        }
    }

    private static RelayException cannotConnect(String peer, IOException e) {
        return deferred(
                Step.CONNECT,
                "4.4.1",
                "cannot connect to " + peer + ": " + ContentException.words(e),
                e);
    }

    private static RelayException deferred(
            Step step, String status, String text, @Nullable Throwable cause) {
        RecipientOutcome outcome = Outcomes.deferred(status, text);
        return cause == null
                ? new RelayException(step, outcome)
                : new RelayException(step, outcome, cause);
    }

    /** One connection on its way to readiness. */
    private final class Opening {
        private final Wire wire;
        private final String peer;
        private final @Nullable String host;
        private final int port;
        private Step step = Step.GREETING;

        Opening(Wire wire, String peer, @Nullable String host, int port) {
            this.wire = wire;
            this.peer = peer;
            this.host = host;
            this.port = port;
        }

        Connection run(Tls mode, boolean implicitTls, boolean local) throws RelayException {
            boolean ready = false;
            try {
                String tls = null;
                if (implicitTls) {
                    tls = startTls(implicitClient());
                }
                step = Step.GREETING;
                expectPositive(wire.readReply(timeouts.reply()), Step.GREETING);
                Extensions extensions = hello();
                boolean verified = implicitTls && implicitClient().verifies();
                if (!implicitTls && mode != Tls.NONE && wire.socket() != null) {
                    TlsClient client = mode == Tls.REQUIRED ? verifying : unverified;
                    if (askForTls(extensions, mode)) {
                        tls = startTls(client);
                        verified = client.verifies();
                        extensions = hello(); // RFC 3207, 4.2: forget what was said in the clear
                    }
                }
                ready = true;
                return new Connection(
                        wire,
                        dialect,
                        peer,
                        extensions,
                        timeouts,
                        tls,
                        local || verified,
                        environment.time());
            } catch (WireException e) {
                throw new RelayException(step, Replies.broken(e, step, peer, false), e);
            } finally {
                if (!ready) {
                    wire.close();
                }
            }
        }

        private TlsClient implicitClient() {
            return config.tls() == Tls.REQUIRED ? verifying : unverified;
        }

        /** EHLO, and HELO where that is not known; LHLO has no elder. */
        private Extensions hello() throws WireException, RelayException {
            step = Step.HELLO;
            SmtpReply reply = ask(dialect.hello() + " " + environment.hostname().ascii());
            if (reply.isPermanent() && dialect == Dialect.SMTP && reply.code() != 521) {
                // RFC 5321, 3.2: a server may know HELO only
                expectPositive(ask("HELO " + environment.hostname().ascii()), Step.HELLO);
                return Extensions.NONE;
            }
            expectPositive(reply, Step.HELLO);
            return Extensions.parse(reply);
        }

        private boolean askForTls(Extensions extensions, Tls mode)
                throws WireException, RelayException {
            step = Step.TLS;
            if (!extensions.startTls()) {
                if (mode == Tls.REQUIRED) {
                    throw deferred(
                            Step.TLS, "4.7.4", peer + " offers no TLS, which is required", null);
                }
                return false;
            }
            SmtpReply reply = ask("STARTTLS");
            if (!reply.isPositive()) {
                if (mode == Tls.REQUIRED || reply.code() == 421) {
                    expectPositive(reply, Step.TLS);
                }
                return false;
            }
            if (wire.hasUnreadInput()) {
                // what follows the reply in the clear was put there by somebody else
                throw deferred(Step.TLS, "4.7.0", peer + " sent plain text after STARTTLS", null);
            }
            return true;
        }

        private String startTls(TlsClient client) throws RelayException {
            step = Step.TLS;
            try {
                return client.start(wire, host == null ? "" : host, port, timeouts.reply());
            } catch (IOException e) {
                throw deferred(
                        Step.TLS,
                        "4.7.5",
                        "TLS with " + peer + " failed: " + ContentException.words(e),
                        e);
            }
        }

        private SmtpReply ask(String command) throws WireException {
            byte[] line = (command + "\r\n").getBytes(StandardCharsets.US_ASCII);
            wire.write(line, 0, line.length, timeouts.reply());
            return wire.readReply(timeouts.reply());
        }

        private void expectPositive(SmtpReply reply, Step at) throws RelayException {
            if (reply.isPositive()) {
                return;
            }
            if (reply.code() < 400) {
                throw new RelayException(at, Replies.wrongCode(reply, at, peer));
            }
            // a refusal to talk says nothing about a message: 5yz too is tried again
            throw new RelayException(at, new RecipientOutcome.Deferred(Replies.kept(reply)));
        }
    }
}
