package org.postern.auth.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

/**
 * One server and how it fares. Two failures in a row put it last for 10 s, each further one twice
 * as long up to 2 minutes; an answer puts it back. Being last is not being left out: where all are
 * down, all are asked. Thread-safe.
 */
final class Server {
    private static final int FAILURES_TO_BE_DOWN = 2;
    private static final Duration FIRST_PENALTY = Duration.ofSeconds(10);
    private static final int MAX_DOUBLINGS = 4; // 160 s, cut to MAX_PENALTY
    private static final Duration MAX_PENALTY = Duration.ofMinutes(2);

    private final InetSocketAddress address;
    private final boolean trusted;
    private final TimeSource time;
    private final DnsListener listener;
    private int failures;
    private long downUntil;
    private volatile boolean plain;

    /**
     * A server.
     *
     * @param trusted whether its AD bit is believed: it is on this host, or resolv.conf says {@code
     *     trust-ad}; over any other path the bit could be anyone's (RFC 6840, 5.8)
     */
    Server(InetSocketAddress address, boolean trusted, TimeSource time, DnsListener listener) {
        this.address = address;
        this.trusted = trusted;
        this.time = time;
        this.listener = listener;
    }

    InetSocketAddress address() {
        return address;
    }

    boolean trusted() {
        return trusted;
    }

    /** Whether questions go without EDNS, since the server does not know it. */
    boolean plain() {
        return plain;
    }

    void setPlain() {
        plain = true;
    }

    synchronized boolean down() {
        return failures >= FAILURES_TO_BE_DOWN && downUntil - time.nanoTime() > 0;
    }

    void failed() {
        boolean news;
        synchronized (this) {
            failures++;
            news = failures == FAILURES_TO_BE_DOWN;
            if (failures >= FAILURES_TO_BE_DOWN) {
                int doublings = Math.min(failures - FAILURES_TO_BE_DOWN, MAX_DOUBLINGS);
                Duration penalty = FIRST_PENALTY.multipliedBy(1L << doublings);
                downUntil =
                        time.nanoTime()
                                + (penalty.compareTo(MAX_PENALTY) > 0 ? MAX_PENALTY : penalty)
                                        .toNanos();
            }
        }
        if (news) {
            listener.happened(DnsListener.Event.SERVER_DOWN);
        }
    }

    void answered() {
        boolean news;
        synchronized (this) {
            news = failures >= FAILURES_TO_BE_DOWN;
            failures = 0;
        }
        if (news) {
            listener.happened(DnsListener.Event.SERVER_UP);
        }
    }

    @Override
    public String toString() {
        String host =
                address.getAddress() == null
                        ? address.getHostString()
                        : Ip.text(address.getAddress());
        return host + ":" + address.getPort();
    }
}
