package org.postern.app.scan;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.GatewayState;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.net.Cidr;
import org.postern.core.reputation.Networks;
import org.postern.core.scan.FieldChanges;
import org.postern.core.scan.ScanResult;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scanners of one configuration, each with its places. A message goes to all of them at once,
 * from the spool's own copy, on a virtual thread each; the session waits no longer than each one's
 * {@code timeout}, after which the connection is closed under it. Whatever a scanner does, the
 * worst is {@link ScanResult.Outcome#FAILED}. Thread-safe.
 */
public final class Scanners {
    private static final Logger LOG = LoggerFactory.getLogger("scan");

    private static final String BUSY = "all its connections are busy";
    private static final String SHARE = "half of its connections scan messages of this network";
    private static final String UNASKED = "not asked yet";
    private static final String STUCK = "all its connections wait for an answer that does not come";

    /** For the client's name: whose reverse DNS is slower is scanned without it. */
    private static final Duration PREPARATION = Duration.ofSeconds(1);

    private final List<One> scanners;
    private final String hostname;
    private final Metrics metrics;
    private final TimeSource time;

    private static final class One {
        private final ScannerConfig config;
        private final ScannerProtocol protocol;
        private final Places places;
        private final AtomicInteger failures = new AtomicInteger();
        private volatile boolean answered;
        private volatile @Nullable String trouble;

        private One(ScannerConfig config, ScannerProtocol protocol) {
            this.config = config;
            this.protocol = protocol;
            this.places = new Places(config.connections());
        }

        /** How long a message may wait for what is told beside it, before it has a place. */
        private Duration patienceBefore() {
            Duration share = config.timeout().dividedBy(4); // and three to scan in
            return share.compareTo(PREPARATION) < 0 ? share : PREPARATION;
        }

        /**
         * Whether the last messages failed, as many as there are places. Nobody waits behind them
         * then: a scanner that hangs must not hold every session of the gateway, and whoever has a
         * place finds out when it is well again.
         */
        private boolean isStuck() {
            return failures.get() >= config.connections();
        }
    }

    /** The scanners that a configuration names. */
    public Scanners(PosternConfig config, Metrics metrics, TimeSource time) {
        this(config, null, metrics, time);
    }

    /**
     * The scanners that a configuration names.
     *
     * @param before those of the configuration before, or null: one that is configured as it was
     *     keeps its places and what is known of it
     */
    public Scanners(
            PosternConfig config, @Nullable Scanners before, Metrics metrics, TimeSource time) {
        this.metrics = metrics;
        this.time = time;
        this.hostname = config.hostname().ascii();
        this.scanners = config.scanners().stream().map(c -> one(c, before)).toList();
    }

    private One one(ScannerConfig config, @Nullable Scanners before) {
        if (before != null && before.hostname.equals(hostname)) {
            for (One one : before.scanners) {
                if (one.config.equals(config)) {
                    return one;
                }
            }
        }
        return new One(config, protocol(config, hostname));
    }

    private static ScannerProtocol protocol(ScannerConfig config, String hostname) {
        return switch (config.scanner()) {
            case RSPAMD -> new RspamdProtocol(hostname);
            case CLAMAV -> new ClamdProtocol();
        };
    }

    /**
     * Asks a scanner whether it is there, for {@code doctor}.
     *
     * @return what is wrong, or empty where it answers as it should
     */
    public static Optional<String> ping(ScannerConfig config, Duration patience)
            throws InterruptedException {
        AtomicReference<@Nullable SocketChannel> opened = new AtomicReference<>();
        FutureTask<Boolean> task =
                new FutureTask<>(() -> {
                    SocketAddress address = address(config.address());
                    return protocol(config, "").ping(() -> call(address, opened));
                });
        Thread.ofVirtual().name("scan-ping").start(task);
        String wrong;
        try {
            wrong =
                    task.get(patience.toNanos(), TimeUnit.NANOSECONDS)
                            ? ""
                            : "what listens there is no " + config.scanner().word();
        } catch (TimeoutException e) {
            wrong = "no answer within " + patience.toMillis() + " ms";
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            wrong = cause == null ? e.toString() : String.valueOf(cause.getMessage());
        } finally {
            task.cancel(true);
            shut(opened.get());
        }
        return wrong.isEmpty() ? Optional.empty() : Optional.of(wrong);
    }

    /** Where a scanner listens, for people. */
    public static String at(ScannerConfig config) {
        return text(config.address());
    }

    /** How many messages a scanner has now. */
    public int inUse(ScanResult.Scanner which) {
        return scanners.stream()
                .filter(s -> s.config.scanner() == which)
                .mapToInt(s -> s.places.used())
                .sum();
    }

    /** A message on its way through the scanners. */
    public final class Scan implements AutoCloseable {
        private final List<Running> running = new ArrayList<>();

        /**
         * Waits for every scanner, each no longer than its timeout from the beginning.
         *
         * @return one result for each scanner, in their order
         */
        public List<ScanResult> results() {
            return running.stream().map(r -> result(r)).toList();
        }

        /** Gives up what is still under way. */
        @Override
        public void close() {
            running.forEach(r -> shut(r));
        }
    }

    private record Running(
            One scanner,
            Deadline deadline,
            AtomicReference<@Nullable SocketChannel> channel,
            FutureTask<ScanResult> task,
            Cidr network,
            long startNanos) {}

    /** Begins scanning a message whose content is complete. */
    public Scan begin(ScanRequest request) {
        Scan scan = new Scan();
        for (One scanner : scanners) {
            Deadline deadline = Deadline.after(time, scanner.config.timeout());
            AtomicReference<@Nullable SocketChannel> channel = new AtomicReference<>();
            FutureTask<ScanResult> task =
                    new FutureTask<>(() -> scan(scanner, request, deadline, channel));
            scan.running.add(
                    new Running(
                            scanner, deadline, channel, task, network(request), time.nanoTime()));
            Thread.ofVirtual().name("scan-" + scanner.config.scanner().word()).start(task);
        }
        return scan;
    }

    private static ScanResult scan(
            One scanner,
            ScanRequest request,
            Deadline deadline,
            AtomicReference<@Nullable SocketChannel> opened)
            throws IOException, InterruptedException {
        ScanResult.Scanner which = scanner.config.scanner();
        long limit = scanner.config.sizeLimit();
        if (request.content().size() > limit) {
            return ScanResult.of(
                    which, ScanResult.Outcome.TOO_LARGE, "more than " + limit + " octets");
        }
        ScannerProtocol.Exchange exchange =
                scanner.protocol.prepare(request, scanner.patienceBefore());
        boolean stuck = scanner.isStuck();
        long patience = stuck ? 0 : deadline.remaining().toNanos();
        Cidr network = network(request);
        if (!scanner.places.take(network, patience)) {
            return stuck
                    ? ScanResult.of(which, ScanResult.Outcome.FAILED, STUCK)
                    : noPlace(scanner, network);
        }
        try {
            SocketAddress address = address(scanner.config.address());
            return exchange.scan(() -> call(address, opened));
        } finally {
            scanner.places.release(network);
        }
    }

    private static Cidr network(ScanRequest request) {
        return Networks.site(request.client().address());
    }

    /** Who has only himself to wait for comes again; it must not be let in unscanned for that. */
    private static ScanResult noPlace(One scanner, Cidr network) {
        ScanResult.Scanner which = scanner.config.scanner();
        return scanner.places.isShareOf(network)
                ? new ScanResult(
                        which,
                        ScanResult.Outcome.SOFT_REJECT,
                        0,
                        0,
                        List.of(),
                        SHARE,
                        "Too many messages from your network are being scanned; please try again"
                                + " later",
                        FieldChanges.NONE)
                : ScanResult.of(which, ScanResult.Outcome.FAILED, BUSY);
    }

    private static ScannerProtocol.Line call(
            SocketAddress address, AtomicReference<@Nullable SocketChannel> opened)
            throws IOException {
        SocketChannel channel =
                address instanceof UnixDomainSocketAddress
                        ? SocketChannel.open(StandardProtocolFamily.UNIX)
                        : SocketChannel.open();
        opened.set(channel); // who gives up closes it, and interrupts for what is not open yet
        try {
            channel.connect(address);
        } catch (IOException e) {
            channel.close();
            throw new IOException("it cannot be reached at " + address + ": " + e.getMessage(), e);
        }
        return new ScannerProtocol.Line(
                channel, Channels.newOutputStream(channel), Channels.newInputStream(channel));
    }

    private static SocketAddress address(ScannerConfig.Address address) throws IOException {
        return switch (address) {
            case ScannerConfig.Address.Unix unix -> UnixDomainSocketAddress.of(unix.path());
            case ScannerConfig.Address.Tcp tcp -> {
                InetSocketAddress socket = new InetSocketAddress(tcp.host(), tcp.port());
                if (socket.isUnresolved()) {
                    throw new UnknownHostException(tcp.host() + " does not resolve");
                }
                yield socket;
            }
        };
    }

    private ScanResult result(Running running) {
        One scanner = running.scanner();
        ScanResult.Scanner which = scanner.config.scanner();
        ScanResult result;
        try {
            long patience = Math.max(1, running.deadline().remaining().toNanos());
            result = running.task().get(patience, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            shut(running);
            result =
                    // who never had a connection says nothing about how the scanner is
                    running.channel().get() == null
                            ? noPlace(scanner, running.network())
                            : ScanResult.of(
                                    which,
                                    ScanResult.Outcome.FAILED,
                                    "no answer within "
                                            + scanner.config.timeout().toMillis()
                                            + " ms");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException) {
                LOG.error("scanning by {} broke: a defect of ours", which.word(), cause);
            }
            String why = cause instanceof IOException ? cause.getMessage() : null;
            result =
                    ScanResult.of(
                            which,
                            ScanResult.Outcome.FAILED,
                            why == null ? String.valueOf(cause) : why);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            shut(running);
            result = ScanResult.of(which, ScanResult.Outcome.FAILED, "interrupted");
        }
        metrics.count("scan.results", "scanner", which.word(), "result", result.outcome().word());
        metrics.time(
                "scan",
                Duration.ofNanos(time.nanoTime() - running.startNanos()),
                "scanner",
                which.word());
        tell(scanner, result);
        return result;
    }

    /** Says when a scanner begins to fail and when it is well again, not at each message. */
    private static void tell(One scanner, ScanResult result) {
        String word = scanner.config.scanner().word();
        String before = scanner.trouble;
        boolean ours = result.detail().equals(SHARE); // says nothing of the scanner
        if (result.outcome() == ScanResult.Outcome.FAILED) {
            if (!result.detail().equals(BUSY) && !result.detail().equals(STUCK)) {
                scanner.failures.incrementAndGet();
            }
            scanner.trouble = ScannerProtocol.printable(result.detail());
            if (before == null) {
                LOG.warn(
                        "{} fails: {}; messages are {}",
                        word,
                        result.detail(),
                        scanner.config.onFailure() == ScannerConfig.OnFailure.ACCEPT
                                ? "taken unscanned"
                                : "deferred");
            }
        } else if (result.outcome() != ScanResult.Outcome.TOO_LARGE && !ours) {
            scanner.failures.set(0);
            scanner.answered = true;
            if (before != null) {
                scanner.trouble = null;
                LOG.info("{} is well again", word);
            }
        }
    }

    private static void shut(Running running) {
        running.task().cancel(true);
        shut(running.channel().get());
    }

    private static void shut(@Nullable SocketChannel channel) {
        if (channel != null) {
            try {
                channel.close(); // ends a read or write that hangs
            } catch (IOException e) {
                LOG.debug("closing a scanner's connection: {}", e.toString());
            }
        }
    }

    /** How each scanner is, for the status; what has not been asked is not called well. */
    public List<GatewayState.Helper> states() {
        return scanners.stream()
                .map(s -> {
                    String trouble = s.trouble;
                    String detail =
                            trouble != null
                                    ? "FAILS: " + trouble + ", at " + text(s.config.address())
                                    : s.answered ? "well" : UNASKED;
                    return new GatewayState.Helper(
                            "scanner", s.config.scanner().word(), trouble == null, detail);
                })
                .toList();
    }

    private static String text(ScannerConfig.Address address) {
        return switch (address) {
            case ScannerConfig.Address.Unix unix -> unix.path().toString();
            case ScannerConfig.Address.Tcp tcp -> tcp.host() + ":" + tcp.port();
        };
    }
}
