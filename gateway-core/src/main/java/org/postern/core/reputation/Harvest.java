package org.postern.core.reputation;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.time.TimeSource;

/**
 * Counts recipients that do not exist, by client, by network and by authenticated domain, and says
 * what that calls for. Mail with a null reverse-path is counted apart and calls for nothing: it is
 * what a forged sender's victims send. Counts halve with every {@code window}.
 *
 * <p>A client is one IPv4 address or an IPv6 /64, a network its /24 or /48: whoever has one address
 * of a /64 has them all, and whoever has one /64 of a site can have the others. At most {@value
 * #CLIENTS} clients, {@value #NETWORKS} networks and twice {@value #DOMAINS} domains are
 * remembered, the longest untouched go first. Thread-safe; answers from memory.
 */
public final class Harvest {
    private static final int CLIENTS = 200_000;
    private static final int NETWORKS = 100_000;
    private static final int DOMAINS = 50_000;

    private final Supplier<ReputationConfig> config;
    private final DecayingCounts<Banned.Network> clients;
    private final DecayingCounts<Banned.Network> networks;
    private final DecayingCounts<Banned.Sender> senders;
    private final DecayingCounts<Banned.Signer> signers;
    private final DecayingCounts<Banned.Network> nullSenders;

    /** What the counts call for, mild to hard. */
    public enum Level {
        /** Nothing. */
        NONE,
        /** The answer is delayed. */
        SLOW,
        /** 421: the connection is closed; of a domain, 451: its recipient is put off. */
        HANG_UP,
        /** The same, and who it is, is kept out for a while. */
        BAN
    }

    /**
     * What a count calls for.
     *
     * @param level what is to be done
     * @param whose who has gone too far
     * @param count how many of theirs there were lately
     */
    public record Finding(Level level, Banned whose, int count) {
        /** The same, but nothing harder than this. */
        public Finding atMost(Level most) {
            return level.compareTo(most) > 0 ? new Finding(most, whose, count) : this;
        }

        /** This one or, if that calls for more, the other. */
        public Finding orHarder(Finding other) {
            return other.level().compareTo(level) > 0 ? other : this;
        }
    }

    /**
     * What one more unknown recipient calls for.
     *
     * @param byAddress of the client and its network
     * @param byDomain of the domain that SPF passed for, or null where it did for none
     */
    public record Findings(Finding byAddress, @Nullable Finding byDomain) {}

    /**
     * @param config the settings of this moment
     */
    public Harvest(Supplier<ReputationConfig> config, TimeSource time) {
        this.config = config;
        this.clients = new DecayingCounts<>(CLIENTS, time);
        this.networks = new DecayingCounts<>(NETWORKS, time);
        this.senders = new DecayingCounts<>(DOMAINS, time);
        this.signers = new DecayingCounts<>(DOMAINS, time);
        this.nullSenders = new DecayingCounts<>(CLIENTS, time);
    }

    /**
     * Counts one unknown recipient.
     *
     * @param nullSender whether the reverse-path is null
     * @param domain the domain that SPF passed for, or null; a domain that is only claimed must
     *     never come here
     */
    public Findings unknown(InetAddress client, boolean nullSender, @Nullable Domain domain) {
        ReputationConfig now = config.get();
        long window = now.window().toNanos();
        var host = new Banned.Network(Networks.host(client));
        if (nullSender) {
            int count = (int) Math.round(nullSenders.add(host, 1, window));
            return new Findings(new Finding(Level.NONE, host, count), null);
        }
        var site = new Banned.Network(Networks.site(client));
        Finding found =
                finding(now, host, clients.add(host, 1, window), 1)
                        .orHarder(
                                finding(
                                        now,
                                        site,
                                        networks.add(site, 1, window),
                                        now.networkFactor()));
        if (domain == null) {
            return new Findings(found, null);
        }
        var sender = new Banned.Sender(domain);
        double count = senders.add(sender, 1, window);
        return new Findings(found, finding(now, sender, count, now.networkFactor()));
    }

    private static Finding finding(
            ReputationConfig config, Banned whose, double count, int factor) {
        return new Finding(level(config, count, factor), whose, (int) Math.round(count));
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
     * Counts unknown recipients of a transaction by the domains that signed its message and that
     * SPF did not pass for.
     *
     * @return what that calls for, one for each domain
     */
    public List<Finding> signed(Set<Domain> domains, int unknown) {
        ReputationConfig now = config.get();
        List<Finding> found = new ArrayList<>();
        if (unknown > 0) {
            for (Domain domain : domains) {
                var signer = new Banned.Signer(domain);
                double count = signers.add(signer, unknown, now.window().toNanos());
                found.add(finding(now, signer, count, now.networkFactor()));
            }
        }
        return found;
    }

    /** How many a client, or a domain that it authenticated as, named lately; the largest. */
    public int lately(InetAddress client, Set<Domain> authenticated) {
        long window = config.get().window().toNanos();
        double most = clients.get(new Banned.Network(Networks.host(client)), window);
        for (Domain domain : authenticated) {
            most = Math.max(most, senders.get(new Banned.Sender(domain), window));
            most = Math.max(most, signers.get(new Banned.Signer(domain), window));
        }
        return (int) Math.round(most);
    }

    /**
     * Forgives all of these: who is let in again is not kept out by the next name. Of a network,
     * every client in it; of a client, its part in what its network is counted for too. The tables
     * are gone through once, however many they are.
     */
    public void forget(Set<Banned> whom) {
        Set<Cidr> named = new HashSet<>();
        for (Banned one : whom) {
            switch (one) {
                case Banned.Network(Cidr cidr) -> named.add(cidr);
                case Banned.Sender sender -> senders.forget(sender);
                case Banned.Signer signer -> signers.forget(signer);
            }
        }
        if (!named.isEmpty()) {
            forgetNetworks(named);
        }
    }

    private void forgetNetworks(Set<Cidr> named) {
        Set<Integer> prefixes = named.stream().map(Cidr::prefix).collect(Collectors.toSet());
        Predicate<Banned.Network> meant =
                of ->
                        prefixes.stream()
                                .filter(prefix -> prefix <= of.cidr().prefix())
                                .anyMatch(prefix -> named.contains(of.cidr().within(prefix)));
        long window = config.get().window().toNanos();
        clients.forget(meant, window)
                .forEach((client, count) ->
                        networks.subtract(
                                new Banned.Network(Networks.site(client.cidr())), count, window));
        networks.forget(meant, window);
        nullSenders.forget(meant, window);
    }

    /** How many counts of clients, networks and domains are remembered, all together. */
    public int size() {
        return sizes().values().stream().mapToInt(IntSupplier::getAsInt).sum();
    }

    /** The tables of counts by name, and how to learn how many each remembers. */
    public Map<String, IntSupplier> sizes() {
        return Map.of(
                "harvest-clients", clients::size,
                "harvest-networks", networks::size,
                "harvest-senders", senders::size,
                "harvest-signers", signers::size,
                "harvest-null-senders", nullSenders::size);
    }
}
