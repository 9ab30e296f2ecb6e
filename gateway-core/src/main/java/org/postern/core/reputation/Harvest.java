package org.postern.core.reputation;

import java.net.InetAddress;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.time.TimeSource;

/**
 * Counts recipients that do not exist, by client, by network and by authenticated domain, and says
 * what that calls for. Mail with a null reverse-path is counted apart and calls for nothing: it is
 * what a forged sender's victims send. Counts halve with every {@code window}. Thread-safe,
 * bounded.
 */
public final class Harvest {
    private static final int CLIENTS = 200_000;
    private static final int NETWORKS = 100_000;
    private static final int DOMAINS = 50_000;

    private final Supplier<ReputationConfig> config;
    private final DecayingCounts<InetAddress> clients;
    private final DecayingCounts<Cidr> networks;
    private final DecayingCounts<Domain> domains;
    private final DecayingCounts<InetAddress> nullSenders;

    /** What the counts call for, mild to hard. */
    public enum Level {
        /** Nothing. */
        NONE,
        /** The answer is delayed. */
        SLOW,
        /** 421: the connection is closed. */
        HANG_UP,
        /** The same, and the client, or its network, is kept out for a while. */
        BAN
    }

    /**
     * What one more unknown recipient calls for.
     *
     * @param level what is to be done
     * @param who who has gone too far
     * @param count how many of theirs there were lately
     */
    public record Finding(Level level, Who who, int count) {}

    /** Whose count it is. */
    public enum Who {
        /** The client's. */
        CLIENT,
        /** Its network's. */
        NETWORK,
        /** That of a domain that it authenticated as, from wherever. */
        DOMAIN
    }

    /**
     * @param config the settings of this moment
     */
    public Harvest(Supplier<ReputationConfig> config, TimeSource time) {
        this.config = config;
        this.clients = new DecayingCounts<>(CLIENTS, time);
        this.networks = new DecayingCounts<>(NETWORKS, time);
        this.domains = new DecayingCounts<>(DOMAINS, time);
        this.nullSenders = new DecayingCounts<>(CLIENTS, time);
    }

    /** Counts one unknown recipient of a client that has authenticated as nobody. */
    public Finding unknown(InetAddress client, boolean nullSender) {
        return unknown(client, nullSender, null);
    }

    /**
     * Counts one unknown recipient.
     *
     * @param nullSender whether the reverse-path is null
     * @param domain the domain that SPF passed for, or null
     */
    public Finding unknown(InetAddress client, boolean nullSender, @Nullable Domain domain) {
        ReputationConfig now = config.get();
        long window = now.window().toNanos();
        if (nullSender) {
            return new Finding(
                    Level.NONE, Who.CLIENT, (int) Math.round(nullSenders.add(client, 1, window)));
        }
        double ofClient = clients.add(client, 1, window);
        double ofNetwork = networks.add(Networks.of(client), 1, window);
        Finding byClient = finding(now, Who.CLIENT, ofClient, 1);
        Finding byNetwork = finding(now, Who.NETWORK, ofNetwork, now.networkFactor());
        Finding found = harder(byClient, byNetwork);
        return domain == null
                ? found
                : harder(found, ofDomain(now, domains.add(domain, 1, window)));
    }

    private static Finding ofDomain(ReputationConfig config, double count) {
        return finding(config, Who.DOMAIN, count, config.networkFactor());
    }

    private static Finding finding(ReputationConfig config, Who who, double count, int factor) {
        return new Finding(level(config, count, factor), who, (int) Math.round(count));
    }

    private static Finding harder(Finding one, Finding other) {
        return other.level().compareTo(one.level()) > 0 ? other : one;
    }

    private static Level level(ReputationConfig config, double count, int factor) {
        // half a count of grace: with the decay since the first, the tenth makes 9.99
        if (reached(config.banAfter() * (long) factor, count)) {
            return Level.BAN;
        }
        if (reached(config.hangUpAfter() * (long) factor, count)) {
            return Level.HANG_UP;
        }
        return reached(config.slowAfter() * (long) factor, count) ? Level.SLOW : Level.NONE;
    }

    private static boolean reached(long threshold, double count) {
        return threshold > 0 && count + 0.5 >= threshold;
    }

    /**
     * Counts unknown recipients of a transaction by the domains that signed its message.
     *
     * @return what the worst of them calls for
     */
    public Finding attribute(Set<Domain> authenticated, int unknown) {
        ReputationConfig now = config.get();
        Finding worst = new Finding(Level.NONE, Who.DOMAIN, 0);
        if (unknown > 0) {
            for (Domain domain : authenticated) {
                double count = domains.add(domain, unknown, now.window().toNanos());
                worst = harder(worst, ofDomain(now, count));
            }
        }
        return worst;
    }

    /** How many a client, or a domain that it authenticated as, named lately; the larger. */
    public int lately(InetAddress client, Set<Domain> authenticated) {
        long window = config.get().window().toNanos();
        double most = clients.get(client, window);
        for (Domain domain : authenticated) {
            most = Math.max(most, domains.get(domain, window));
        }
        return (int) Math.round(most);
    }

    /** How many clients are remembered. */
    public int clients() {
        return clients.size();
    }
}
