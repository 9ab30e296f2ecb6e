package org.postern.queue.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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

    /** Addresses tried in one attempt; one that does not answer takes half a minute. */
    private static final int MAX_ADDRESSES = 10;

    private final DownstreamConfig config;
    private final DeliveryEnvironment environment;
    private final Watchdog watchdog;
    private final boolean foreign;
    private final Timeouts timeouts;
    private final Dialect dialect;
    private final TlsPolicy tlsPolicy;
    private final long whole;

    /**
     * @param foreign whether this is somebody else's domain, whose DNS can say that it takes no
     *     mail
     */
    Connector(
            DownstreamConfig config,
            DeliveryEnvironment environment,
            Watchdog watchdog,
            boolean foreign) {
        this.foreign = foreign;
        this.config = config;
        this.environment = environment;
        this.watchdog = watchdog;
        this.timeouts = Timeouts.of(config.timeout());
        this.dialect = config.target() instanceof Target.Smtp ? Dialect.SMTP : Dialect.LMTP;
        this.tlsPolicy = new TlsPolicy(config, environment.dns());
        this.whole = Watchdog.NONE;
    }

    private Connector(Connector other, long whole) {
        this.foreign = other.foreign;
        this.config = other.config;
        this.environment = other.environment;
        this.watchdog = other.watchdog;
        this.timeouts = other.timeouts;
        this.dialect = other.dialect;
        this.tlsPolicy = other.tlsPolicy;
        this.whole = whole;
    }

    /**
     * The same, all of whose steps together, and what is done with the connection afterwards, end
     * by this point.
     *
     * @param end by the watchdog's clock
     */
    Connector until(long end) {
        return new Connector(this, end);
    }

    /** A new connection, past EHLO. */
    Connection open() throws RelayException {
        return switch (config.target()) {
            case Target.Lmtp lmtp -> openFirst(List.of(lmtp.host()), lmtp.port(), false);
            case Target.Smtp smtp when config.mx() ->
                    openFirst(mailExchangers(smtp.host()), smtp.port(), false);
            case Target.Smtp smtp ->
                    openFirst(List.of(smtp.host()), smtp.port(), smtp.implicitTls());
            case Target.LmtpUnix unix -> openUnix(unix.socket());
            case Target.Maildir _ -> throw new IllegalStateException("a Maildir has no connection");
        };
    }

    private List<String> mailExchangers(String domain) throws RelayException {
        try {
            return MxHosts.of(domain, environment);
        } catch (RelayException e) {
            if (foreign || !(e.outcome() instanceof RecipientOutcome.Failed)) {
                throw e;
            }
            // our own downstream, wrongly named perhaps: that is no word about a message
            throw new RelayException(
                    e.step(), new RecipientOutcome.Deferred(e.outcome().reply(), false, false), e);
        }
    }

    private Connection openUnix(Path socket) throws RelayException {
        Wire wire;
        try {
            wire = Wire.unix(socket, watchdog);
            wire.noLongerThan(whole);
        } catch (IOException e) {
            throw cannotConnect(socket.toString(), e);
        }
        return new Opening(wire, socket.toString(), "", 0).run(null, false, true);
    }

    /** Tries host after host and address after address, until one is ready for MAIL. */
    private Connection openFirst(List<String> hosts, int port, boolean implicitTls)
            throws RelayException {
        RelayException last = null;
        int tried = 0;
        for (String host : hosts) {
            try {
                for (InetAddress address : addresses(host)) {
                    if (++tried > MAX_ADDRESSES || Thread.currentThread().isInterrupted()) {
                        break;
                    }
                    try {
                        return openAddress(host, address, port, implicitTls);
                    } catch (RelayException e) {
                        last = noted(e, last);
                    }
                }
            } catch (RelayException e) {
                last = noted(e, last);
            }
        }
        if (last == null) {
            throw deferred(
                    Step.RESOLVE, "4.4.3", "downstream " + config.name() + " has no host", null);
        }
        throw last;
    }

    private RelayException noted(RelayException e, @Nullable RelayException before) {
        LOG.debug("{}: {}", config.name(), e.getMessage(), e);
        if (before != null) {
            e.addSuppressed(before);
        }
        return e;
    }

    private List<InetAddress> addresses(String host) throws RelayException {
        try {
            return environment.resolver().addresses(host);
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
    }

    private Connection openAddress(String host, InetAddress address, int port, boolean implicitTls)
            throws RelayException {
        String text = Ip.text(address);
        String peer = text.equals(host) ? text + ":" + port : host + "[" + text + "]:" + port;
        boolean local = address.isLoopbackAddress();
        TlsPolicy.Choice tls = tlsPolicy.choose(host, port);
        try {
            return new Opening(connect(address, port, peer), peer, host, port)
                    .run(tls, implicitTls, local);
        } catch (RelayException e) {
            if (tls.mode() != Tls.OPPORTUNISTIC || implicitTls || e.step() != Step.TLS) {
                throw e;
            }
            // RFC 7435: opportunistic means that a broken TLS is no worse than none
            LOG.info("{}: TLS failed, going on in plain text: {}", peer, e.getMessage(), e);
        }
        return new Opening(connect(address, port, peer), peer, host, port)
                .run(tls.plain(), false, local);
    }

    private Wire connect(InetAddress address, int port, String peer) throws RelayException {
        try {
            Wire wire = Wire.tcp(new InetSocketAddress(address, port), toConnect(), watchdog);
            wire.noLongerThan(whole);
            return wire;
        } catch (IOException e) {
            throw cannotConnect(peer, e);
        }
    }

    private Duration toConnect() {
        if (whole == Watchdog.NONE) {
            return timeouts.connect();
        }
        Duration left = Duration.ofNanos(Math.max(1, whole - watchdog.in(0)));
        return left.compareTo(timeouts.connect()) < 0 ? left : timeouts.connect();
    }

    private static RelayException cannotConnect(String peer, IOException e) {
        return deferred(Step.CONNECT, "4.4.1", "cannot connect to " + peer + ": " + whyNot(e), e);
    }

    /** The kernel's words say enough; of other troubles the type says more. */
    private static String whyNot(IOException e) {
        boolean kernel = e instanceof SocketException || e instanceof SocketTimeoutException;
        String message = e.getMessage();
        return kernel && message != null ? message : ContentException.words(e);
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
        private final String host;
        private final int port;
        private Step step = Step.GREETING;

        Opening(Wire wire, String peer, String host, int port) {
            this.wire = wire;
            this.peer = peer;
            this.host = host;
            this.port = port;
        }

        /**
         * @param choice whether and how TLS is used; null on a unix socket
         * @param local whether both ends are this machine
         */
        Connection run(TlsPolicy.@Nullable Choice choice, boolean implicitTls, boolean local)
                throws RelayException {
            boolean ready = false;
            try {
                String tls = choice != null && implicitTls ? startTls(choice.client()) : null;
                step = Step.GREETING;
                expectPositive(wire.readReply(timeouts.reply()), Step.GREETING);
                Extensions extensions = hello();
                if (choice != null && tls == null && asksForTls(choice.mode(), extensions)) {
                    tls = startTls(choice.client());
                    extensions = hello(); // RFC 3207, 4.2: forget what was said in the clear
                }
                boolean verified = choice != null && tls != null && choice.client().verifies();
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

        /** Whether STARTTLS was agreed on. */
        private boolean asksForTls(Tls mode, Extensions extensions)
                throws WireException, RelayException {
            if (mode == Tls.NONE) {
                return false;
            }
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
                return client.start(wire, host, port, timeouts.reply());
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
