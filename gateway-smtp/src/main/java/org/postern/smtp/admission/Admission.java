package org.postern.smtp.admission;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.postern.core.config.Limits;
import org.postern.core.net.Cidr;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.session.SessionHandler.Standing;

/**
 * Decides from memory whether a client gets a session: the overload state first, then connections
 * from its address, from its network, and its rate. Everybody admitted leaves again. Thread-safe.
 */
public final class Admission {
    private static final int IPV4_ADDRESS = 32;
    private static final int IPV4_NETWORK = 24;
    private static final int IPV6_NETWORK = 64;

    private static final SmtpReply SHED =
            SmtpReply.of(421, "4.3.2", "Gateway is under heavy load; try again in a few minutes");
    private static final SmtpReply FULL =
            SmtpReply.of(421, "4.3.2", "Too many connections in all; try again in a few minutes");
    private static final SmtpReply CLIENT_BUSY =
            SmtpReply.of(
                    421, "4.7.0", "Too many connections from your address; close some of them");
    private static final SmtpReply NETWORK_BUSY =
            SmtpReply.of(
                    421, "4.7.0", "Too many connections from your network; close some of them");
    private static final SmtpReply TOO_FAST =
            SmtpReply.of(421, "4.7.0", "Too many connections in a minute from your address");

    private final Supplier<Limits> limits;
    private final OverloadController overload;
    private final SmtpMetrics metrics;
    private final ConcurrentHashMap<InetAddress, Integer> clients = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Cidr, Integer> networks = new ConcurrentHashMap<>();
    private final ConnectionRates rates;
    private final AtomicInteger inside;

    /** As the other constructor, where nobody looks at how many are inside. */
    public Admission(
            Supplier<Limits> limits,
            OverloadController overload,
            TimeSource time,
            SmtpMetrics metrics) {
        this(limits, overload, new AtomicInteger(), time, metrics);
    }

    /**
     * @param limits the current limits, asked for each client
     * @param inside kept here: how many are inside, with the one who is being asked about
     */
    public Admission(
            Supplier<Limits> limits,
            OverloadController overload,
            AtomicInteger inside,
            TimeSource time,
            SmtpMetrics metrics) {
        this.limits = limits;
        this.overload = overload;
        this.inside = inside;
        this.metrics = metrics;
        this.rates = new ConnectionRates(time);
    }

    /** The answer. */
    public sealed interface Answer {
        /** Come in; {@link #close} when the connection has ended. */
        final class Admitted implements Answer, AutoCloseable {
            private final Runnable leaving;

            private Admitted(Runnable leaving) {
                this.leaving = leaving;
            }

            @Override
            public void close() {
                leaving.run();
            }
        }

        /**
         * Not now.
         *
         * @param limit why
         * @param reply what to say before closing
         */
        record Refused(NamedLimit limit, SmtpReply reply) implements Answer {}
    }

    /**
     * Whether there is room for anybody of this standing, before the true client is known: the
     * cheap question for a flood.
     *
     * @return what to say before closing, or the empty answer when there is room
     */
    public boolean hasRoom(Standing standing) {
        return switch (overload.state()) {
            case OPEN -> true;
            case SHED_STRANGERS -> standing == Standing.KNOWN_GOOD;
            case CLOSED -> false;
        };
    }

    /** Lets a client in or not. */
    public Answer enter(InetAddress client, Standing standing) {
        return counted(() -> decide(client, standing));
    }

    private Answer counted(Supplier<Answer> decision) {
        inside.incrementAndGet(); // before the look: of many who knock at once, each sees all
        Answer answer = decision.get();
        if (answer instanceof Answer.Refused) {
            inside.decrementAndGet();
        }
        return answer;
    }

    private Answer decide(InetAddress client, Standing standing) {
        Limits now = limits.get();
        if (!hasRoom(standing)) {
            return shed();
        }
        Cidr network = networkOf(client);
        if (!rates.allow(oneClient(client), now.connectionRatePerClient())) {
            return refuse(NamedLimit.CONNECTION_RATE_PER_CLIENT, TOO_FAST);
        }
        int fromClient = clients.merge(client, 1, Integer::sum);
        if (now.connectionsPerClient() > 0 && fromClient > now.connectionsPerClient()) {
            leave(clients, client);
            return refuse(NamedLimit.CONNECTIONS_PER_CLIENT, CLIENT_BUSY);
        }
        int fromNetwork = networks.merge(network, 1, Integer::sum);
        if (now.connectionsPerNetwork() > 0 && fromNetwork > now.connectionsPerNetwork()) {
            leave(networks, network);
            leave(clients, client);
            return refuse(NamedLimit.CONNECTIONS_PER_NETWORK, NETWORK_BUSY);
        }
        return new Answer.Admitted(() -> {
            leave(networks, network);
            leave(clients, client);
            inside.decrementAndGet();
        });
    }

    /**
     * Lets a listed balancer or relay in: it brings many clients, each of whom is asked for by the
     * name it is given, so nothing is counted for the host itself.
     */
    public Answer enterListed(Standing standing) {
        return counted(
                () -> hasRoom(standing) ? new Answer.Admitted(inside::decrementAndGet) : shed());
    }

    /** Told by the limit that is reached, or as overload where it is none. */
    private Answer shed() {
        return overload.worst().equals(OverloadController.CONNECTIONS)
                ? refuse(NamedLimit.CONNECTIONS, FULL)
                : refuse(NamedLimit.OVERLOAD, SHED);
    }

    private Answer refuse(NamedLimit limit, SmtpReply reply) {
        metrics.limitHit(limit);
        return new Answer.Refused(limit, reply);
    }

    /** Who holds a /64 has more addresses than could ever be counted: to a rate they are one. */
    private static Cidr oneClient(InetAddress client) {
        return client.getAddress().length == 4
                ? Cidr.of(client, IPV4_ADDRESS)
                : Cidr.of(client, IPV6_NETWORK);
    }

    private static Cidr networkOf(InetAddress client) {
        return Cidr.of(client, client.getAddress().length == 4 ? IPV4_NETWORK : IPV6_NETWORK);
    }

    private static <K> void leave(ConcurrentHashMap<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (k, n) -> n <= 1 ? null : n - 1);
    }
}
