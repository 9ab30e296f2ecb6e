package org.postern.app.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.postern.app.lists.AddedLists;
import org.postern.app.telemetry.Metrics;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ReputationConfig;
import org.postern.core.lists.AddedEntries;
import org.postern.core.lists.ListEntry;
import org.postern.core.lists.ListKind;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.reputation.Networks;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spam traps: who sends a message to an address that nobody writes to is put on the deny list for a
 * while, an added entry like any other that can be taken back. Nothing in the session gives the
 * trap away. Our own and allowed clients and those with a good history are left alone, since
 * anybody can make a mailing list write to a trap; so is who brings a bounce, since anybody can
 * forge a trap as sender. Thread-safe; the list is written in the background.
 */
public final class Traps {
    private static final Logger LOG = LoggerFactory.getLogger("reputation");
    private static final int MAX_UNDER_WAY = 1_000;

    private final AddedLists lists;
    private final Reputation reputation;
    private final Supplier<ReputationConfig> config;
    private final Metrics metrics;
    private final TimeSource time;
    private final Set<Cidr> underWay = ConcurrentHashMap.newKeySet();

    /**
     * @param config the settings of this moment
     */
    public Traps(
            AddedLists lists,
            Reputation reputation,
            Supplier<ReputationConfig> config,
            Metrics metrics,
            TimeSource time) {
        this.lists = lists;
        this.reputation = reputation;
        this.config = config;
        this.metrics = metrics;
        this.time = time;
    }

    /** Whether an address is a trap. */
    public boolean isTrap(EmailAddress address) {
        Set<String> traps = config.get().traps();
        return !traps.isEmpty() && traps.contains(address.key());
    }

    /**
     * Notes a message to a trap.
     *
     * @param nullSender whether it is a bounce, as it says
     * @param listed whether the client is our own or on an allow list
     */
    public void hit(
            InetAddress client,
            EmailAddress trap,
            boolean nullSender,
            Verdicts verdicts,
            boolean listed) {
        if (nullSender) {
            // an honest server's answer to who forged the trap's address: the backscatter outage
            metrics.count("reputation.traps", "response", "null-sender");
            return;
        }
        Set<Domain> domains = Reputation.authenticated(verdicts);
        boolean good =
                listed
                        || (!domains.isEmpty()
                                && reputation.knownGood().isKnownGood(client, domains));
        Cidr who = Networks.alone(client);
        boolean full = underWay.size() >= MAX_UNDER_WAY;
        metrics.count("reputation.traps", "response", good ? "known-good" : "listed");
        if (!good && !full && underWay.add(who)) {
            Thread.ofVirtual().name("trap").start(() -> list(who, trap));
        }
    }

    private void list(Cidr who, EmailAddress trap) {
        try {
            Instant until =
                    time.instant().plus(config.get().trapHold()).truncatedTo(ChronoUnit.SECONDS);
            lists.add(
                    AddedEntries.Target.DENY,
                    ListKind.CLIENT,
                    who.toString(),
                    "wrote to " + trap,
                    ListEntry.SPAM_TRAP,
                    until);
        } catch (IOException | InvalidAddressException e) {
            LOG.error("{} wrote to trap {} and could not be listed: {}", who, trap, e.toString());
        } finally {
            underWay.remove(who);
        }
    }
}
