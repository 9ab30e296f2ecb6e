package org.postern.auth.client;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.core.net.Ip;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches from where the last messages came, and says so when one address, or implausible ones,
 * take over the stream: that is how a balancer put in front of us, or a hairpin, shows first.
 * Memory is bounded by the window. Thread-safe.
 */
public final class ClientStream {
    private static final Logger LOG = LoggerFactory.getLogger(ClientStream.class);

    /** Messages that are looked back upon. */
    public static final int WINDOW = 256;

    /** Messages before anything is said. */
    private static final int MINIMUM = 32;

    private static final double TAKEN_OVER = 0.5;
    private static final double SETTLED = 0.25;

    private final @Nullable InetAddress[] addresses = new InetAddress[WINDOW];
    private final boolean[] implausible = new boolean[WINDOW];
    private final Map<InetAddress, Integer> counts = new HashMap<>();
    private int next;
    private int size;
    private int implausibleCount;
    private boolean saidImplausible;
    private boolean saidOne;

    /** One message more. */
    public void observe(ClientAddress client) {
        boolean bad = client instanceof ClientAddress.Implausible;
        String implausibleNews = null;
        String oneNews = null;
        int seen;
        synchronized (this) {
            replaceOldest(client.address(), bad);
            seen = size;
            if (size >= MINIMUM) {
                double share = implausibleShare();
                if (share > TAKEN_OVER && !saidImplausible) {
                    saidImplausible = true;
                    implausibleNews = client.explanation();
                } else if (share < SETTLED) {
                    saidImplausible = false;
                }
                double one = share(counts.getOrDefault(client.address(), 0));
                if (one > TAKEN_OVER && !saidOne) {
                    saidOne = true;
                    oneNews = Ip.text(client.address());
                } else if (saidOne && topShare() < SETTLED) {
                    saidOne = false;
                }
            }
        }
        if (implausibleNews != null) {
            LOG.warn(
                    "More than half of the last {} messages have an implausible client address,"
                            + " so SPF cannot be checked: {}",
                    seen,
                    implausibleNews);
        }
        if (oneNews != null) {
            LOG.warn(
                    "More than half of the last {} messages come from {}; if that is a balancer, a"
                            + " relay or our own network, list it under networks",
                    seen,
                    oneNews);
        }
    }

    private void replaceOldest(InetAddress address, boolean bad) {
        InetAddress oldest = addresses[next];
        if (oldest != null) {
            counts.merge(oldest, -1, (a, b) -> a + b == 0 ? null : a + b);
            implausibleCount -= implausible[next] ? 1 : 0;
        } else {
            size++;
        }
        addresses[next] = address;
        implausible[next] = bad;
        implausibleCount += bad ? 1 : 0;
        counts.merge(address, 1, Integer::sum);
        next = (next + 1) % WINDOW;
    }

    /** The share of implausible addresses in the window, 0 to 1. */
    public synchronized double implausibleShare() {
        return share(implausibleCount);
    }

    /** The share of the most frequent address in the window, 0 to 1. */
    public synchronized double topShare() {
        int top = 0;
        for (int count : counts.values()) {
            top = Math.max(top, count);
        }
        return share(top);
    }

    private double share(int count) {
        return size == 0 ? 0 : (double) count / size;
    }
}
