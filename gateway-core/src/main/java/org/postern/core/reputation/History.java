package org.postern.core.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ReputationConfig;
import org.postern.core.files.WholeFile;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.time.TimeSource;

/**
 * Learns who sends good mail: messages that were accepted and authenticated, by network (an IPv4
 * /24, an IPv6 /48, since who has a site sends from any /64 of it) and domain. Each counts less as
 * time goes by; a network and domain are known good with enough of them and when the first is some
 * days old, so that no burst buys trust. Nobody keeps a list of big providers by hand.
 *
 * <p>At most {@value #MAX_NETWORKS} networks with {@value #MAX_DOMAINS} domains each, the longest
 * unused go first. From {@value #MANY_DOMAINS} domains in all on a network comes to no more than
 * {@value #FEW_DOMAINS}: whoever has an IPv6 /32 and the names below a domain of his own would have
 * the memory of a million. Ages are by the wall clock, since they outlive the process; a clock set
 * back makes nobody older. Thread-safe; answers from memory.
 */
public final class History implements KnownGood {
    /** The most networks. */
    public static final int MAX_NETWORKS = 100_000;

    /** The most domains of one network; the one with the least mail goes first. */
    public static final int MAX_DOMAINS = 20;

    private static final int MANY_DOMAINS = 200_000;
    private static final int FEW_DOMAINS = 3;

    private final Supplier<ReputationConfig> config;
    private final TimeSource time;
    // the domains of a network are exchanged as a whole: who has got them may read them at leisure
    private final Map<Cidr, Map<Domain, Tally>> networks =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Cidr, Map<Domain, Tally>> eldest) {
                    boolean over = size() > MAX_NETWORKS;
                    domainsInAll -= over ? eldest.getValue().size() : 0;
                    return over;
                }
            };
    private int domainsInAll;
    private boolean changed;

    /** Messages, decayed as of the last, and when the first and the last were. */
    private record Tally(double messages, Instant first, Instant last) {
        double at(Instant now, Duration halfLife) {
            long age = Math.max(0, Duration.between(last, now).toMillis());
            return messages * Math.pow(0.5, age / (double) Math.max(1, halfLife.toMillis()));
        }

        Tally andOne(Instant now, Duration halfLife) {
            return new Tally(
                    at(now, halfLife) + 1,
                    // what was first seen later was so by a wrong clock
                    now.isBefore(first) ? now : first,
                    // while the clock is set back nothing grows old
                    now.isAfter(last) ? now : last);
        }

        String words() {
            return messages + "\t" + first + '\t' + last;
        }

        Tally and(Tally other, Duration halfLife) {
            Instant later = last.isAfter(other.last) ? last : other.last;
            return new Tally(
                    at(later, halfLife) + other.at(later, halfLife),
                    first.isBefore(other.first) ? first : other.first,
                    later);
        }
    }

    /**
     * @param config the settings of this moment
     */
    public History(Supplier<ReputationConfig> config, TimeSource time) {
        this.config = config;
        this.time = time;
    }

    /**
     * Notes messages that were accepted some time ago, by each domain that SPF or DKIM passed for.
     *
     * @param messages how many
     * @param first when the first was accepted
     * @param last when the last was; they count as if all had been then
     */
    public void learn(
            InetAddress client,
            Set<Domain> authenticated,
            int messages,
            Instant first,
            Instant last) {
        Tally told = new Tally(messages, first, last);
        Duration halfLife = config.get().halfLife();
        learn(client, authenticated, before -> before == null ? told : before.and(told, halfLife));
    }

    /** Notes a message that was accepted, by each domain that SPF or DKIM passed for. */
    public void learn(InetAddress client, Set<Domain> authenticated) {
        Instant now = time.instant();
        Duration halfLife = config.get().halfLife();
        learn(
                client,
                authenticated,
                before -> before == null ? new Tally(1, now, now) : before.andOne(now, halfLife));
    }

    private void learn(
            InetAddress client, Set<Domain> authenticated, Function<@Nullable Tally, Tally> next) {
        if (!authenticated.isEmpty()) {
            learn(Networks.site(client), authenticated, next);
        }
    }

    private void learn(
            Cidr network, Set<Domain> authenticated, Function<@Nullable Tally, Tally> next) {
        Instant now = time.instant();
        Duration halfLife = config.get().halfLife();
        synchronized (networks) {
            Map<Domain, Tally> before = networks.getOrDefault(network, Map.of());
            int most =
                    domainsInAll < MANY_DOMAINS
                            ? MAX_DOMAINS
                            : Math.max(FEW_DOMAINS, before.size());
            Map<Domain, Tally> domains = new HashMap<>(before);
            for (Domain domain : authenticated) {
                domains.put(domain, next.apply(domains.get(domain)));
                if (domains.size() > most) {
                    removeLeast(domains, now, halfLife);
                }
            }
            domainsInAll += domains.size() - before.size();
            networks.put(network, domains);
            changed = true;
        }
    }

    private static void removeLeast(Map<Domain, Tally> ofNetwork, Instant now, Duration halfLife) {
        ofNetwork.entrySet().stream()
                .min(Comparator.comparingDouble(e -> e.getValue().at(now, halfLife)))
                .map(Map.Entry::getKey)
                .ifPresent(ofNetwork::remove);
    }

    /** {@inheritDoc} Without a domain: whether any domain of the client's network is known good. */
    @Override
    public boolean isKnownGood(InetAddress client, Set<Domain> authenticated) {
        ReputationConfig now = config.get();
        Instant instant = time.instant();
        synchronized (networks) {
            Map<Domain, Tally> ofNetwork = networks.get(Networks.site(client));
            if (ofNetwork == null) {
                return false;
            }
            if (authenticated.isEmpty()) {
                return ofNetwork.values().stream().anyMatch(e -> isGood(e, now, instant));
            }
            return authenticated.stream().anyMatch(d -> isGood(ofNetwork.get(d), now, instant));
        }
    }

    private static boolean isGood(@Nullable Tally entry, ReputationConfig config, Instant now) {
        return entry != null
                && entry.at(now, config.halfLife()) + 0.5 >= config.goodAfterMessages()
                && Duration.between(entry.first(), now).compareTo(config.goodAfterAge()) >= 0;
    }

    /** How many networks have a history. */
    public int size() {
        synchronized (networks) {
            return networks.size();
        }
    }

    /**
     * Reads what an earlier run has learned; a line that makes no sense is left out.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public void load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            lines.limit((long) MAX_NETWORKS * MAX_DOMAINS).forEach(this::read);
        } catch (java.io.UncheckedIOException e) {
            throw new IOException(file + " cannot be read", e);
        }
    }

    private void read(String line) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 5) {
            return;
        }
        try {
            Cidr network = Cidr.parse(parts[0]);
            Domain domain = Domain.parse(parts[1]);
            double messages = Double.parseDouble(parts[2]);
            Tally entry = new Tally(messages, Instant.parse(parts[3]), Instant.parse(parts[4]));
            if (Double.isFinite(messages) && messages >= 0) {
                Duration halfLife = config.get().halfLife();
                // an earlier version wrote each /64 of an IPv6 site by itself
                learn(
                        Networks.site(network),
                        Set.of(domain),
                        before -> before == null ? entry : before.and(entry, halfLife));
            }
        } catch (InvalidAddressException | IllegalArgumentException | DateTimeParseException e) {
            return; // half a line after a crash of the machine: that much trust is earned again
        }
    }

    /**
     * Writes down what has been learned, if there is news; whole, or the old file stays.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        List<Cidr> names = new ArrayList<>(size());
        List<Map<Domain, Tally>> tallies = new ArrayList<>(size());
        synchronized (networks) {
            if (!changed) {
                return;
            }
            changed = false;
            // what sessions wait for is this, neither the words nor the disk
            networks.forEach((network, domains) -> {
                names.add(network);
                tallies.add(domains);
            });
        }
        Iterator<String> lines =
                IntStream.range(0, names.size())
                        .boxed()
                        .flatMap(i -> lines(names.get(i), tallies.get(i)))
                        .iterator();
        try {
            WholeFile.write(file, Lines.of(lines));
        } catch (IOException e) {
            synchronized (networks) {
                changed = true;
            }
            throw e;
        }
    }

    private static Stream<String> lines(Cidr network, Map<Domain, Tally> domains) {
        return domains.entrySet().stream()
                .map(e -> network + "\t" + e.getKey().ascii() + '\t' + e.getValue().words());
    }
}
