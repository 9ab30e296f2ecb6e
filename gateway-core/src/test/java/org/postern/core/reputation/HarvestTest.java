package org.postern.core.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.config.ReputationConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.reputation.Harvest.Level;
import org.postern.core.time.ManualTimeSource;

class HarvestTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.7");

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private ReputationConfig config = thresholds(3, 6, 9);
    private final Harvest harvest = new Harvest(() -> config, time);

    static ReputationConfig thresholds(int slow, int hangUp, int ban) {
        return new ReputationConfig(
                slow,
                Duration.ofSeconds(2),
                hangUp,
                ban,
                Duration.ofHours(1),
                Duration.ofHours(1),
                4,
                20,
                Duration.ofDays(3),
                Duration.ofDays(30),
                Set.of(),
                Duration.ofDays(1),
                50,
                20,
                RuleConfig.Mode.ENFORCE,
                10,
                Duration.ofDays(7),
                Duration.ofHours(4));
    }

    private Level unknown(int times) {
        Level level = Level.NONE;
        for (int i = 0; i < times; i++) {
            level = unknown(CLIENT).level();
        }
        return level;
    }

    private Harvest.Finding unknown(InetAddress client) {
        return harvest.unknown(client, false, null).byAddress();
    }

    private static Banned network(String cidr) {
        return new Banned.Network(Cidr.parse(cidr));
    }

    @Test
    void moreUnknownRecipientsCallForMore() {
        assertThat(unknown(2)).isEqualTo(Level.NONE);
        assertThat(unknown(1)).isEqualTo(Level.SLOW);
        assertThat(unknown(2)).isEqualTo(Level.SLOW);
        assertThat(unknown(1)).isEqualTo(Level.HANG_UP);
        assertThat(unknown(3)).isEqualTo(Level.BAN);
    }

    @Test
    void countsHalveWithTheWindow() {
        unknown(8);
        time.advance(Duration.ofHours(1));
        assertThat(harvest.lately(CLIENT, Set.of())).isEqualTo(4);
        assertThat(unknown(1)).isEqualTo(Level.SLOW);
        time.advance(Duration.ofDays(1));
        assertThat(unknown(1)).isEqualTo(Level.NONE);
    }

    @Test
    void theWallClockChangesNothing() {
        unknown(8);
        time.stepWallClock(Duration.ofDays(-30));
        assertThat(harvest.lately(CLIENT, Set.of())).isEqualTo(8);
        time.stepWallClock(Duration.ofDays(60));
        assertThat(harvest.lately(CLIENT, Set.of())).isEqualTo(8);
    }

    @Test
    void nullSendersAreCountedApartAndCallForNothing() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(harvest.unknown(CLIENT, true, null).byAddress().level())
                    .isEqualTo(Level.NONE);
        }
        assertThat(harvest.lately(CLIENT, Set.of())).isZero();
    }

    @Test
    void aNetworkMayHaveMoreThanOneOfItsClientsAndNotAnyAmount() {
        for (int client = 0; client < 11; client++) {
            assertThat(unknown(Ip.parse("192.0.2." + client)).level())
                    .as("client %s", client)
                    .isEqualTo(Level.NONE);
        }
        assertThat(unknown(Ip.parse("192.0.2.11")))
                .isEqualTo(new Harvest.Finding(Level.SLOW, network("192.0.2.0/24"), 12));
        assertThat(unknown(Ip.parse("192.0.3.1")).level()).isEqualTo(Level.NONE);
    }

    @Test
    void whoHasASubnetOfIpv6IsOneClientAndWhoHasASiteOneNetwork() {
        for (int i = 0; i < 8; i++) {
            unknown(Ip.parse("2001:db8::" + i));
        }
        assertThat(unknown(Ip.parse("2001:db8::ffff")))
                .isEqualTo(new Harvest.Finding(Level.BAN, network("2001:db8::/64"), 9));
        for (int i = 1; i < 27; i++) {
            unknown(Ip.parse("2001:db8:0:" + i + "::1"));
        }
        assertThat(unknown(Ip.parse("2001:db8:0:ffff::1")))
                .isEqualTo(new Harvest.Finding(Level.BAN, network("2001:db8::/48"), 36));
        assertThat(unknown(Ip.parse("2001:db8:1::1")).level()).isEqualTo(Level.NONE);
    }

    @Test
    void whoIsLetInAgainIsNotKeptOutByTheNextName() {
        unknown(8);
        assertThat(unknown(1)).isEqualTo(Level.BAN);
        harvest.forget(Set.of(network("192.0.2.7/32")));
        assertThat(unknown(1)).isEqualTo(Level.NONE);
    }

    @Test
    void zeroIsNever() {
        config = thresholds(0, 0, 0);
        assertThat(unknown(100_000)).isEqualTo(Level.NONE);
    }

    @Test
    void aDomainCarriesWhatWasNamedWhereItAuthenticated() {
        Domain domain = Domain.of("list.example");
        harvest.signed(Set.of(domain), 40);
        assertThat(harvest.lately(CLIENT, Set.of(domain))).isEqualTo(40);
        assertThat(harvest.lately(CLIENT, Set.of())).isZero();
    }

    @Test
    void aDomainThatGoesTooFarIsFoundWhereverItComesFrom() {
        Domain domain = Domain.of("list.example");
        for (int i = 0; i < 36; i++) {
            // a network each, so that neither client nor network has more than one
            Harvest.Findings found = harvest.unknown(Ip.parse("10.0." + i + ".1"), false, domain);
            Level wanted =
                    i < 11 ? Level.NONE : i < 23 ? Level.SLOW : i < 35 ? Level.HANG_UP : Level.BAN;
            assertThat(found.byDomain())
                    .isEqualTo(new Harvest.Finding(wanted, new Banned.Sender(domain), i + 1));
            assertThat(found.byAddress().level()).isEqualTo(Level.NONE);
        }
        assertThat(harvest.unknown(Ip.parse("10.1.0.1"), false, null).byDomain())
                .as("without that domain it is a client like any other")
                .isNull();
        Harvest.Findings bounce = harvest.unknown(Ip.parse("10.2.0.1"), true, domain);
        assertThat(bounce.byAddress().level()).as("a null sender").isEqualTo(Level.NONE);
        assertThat(bounce.byDomain()).isNull();
    }

    @Test
    void whatASignatureProvesIsCountedApartSinceAnybodyCanBringItAgain() {
        Domain domain = Domain.of("signed.example");
        assertThat(harvest.signed(Set.of(domain), 36))
                .containsExactly(new Harvest.Finding(Level.BAN, new Banned.Signer(domain), 36));
        assertThat(harvest.unknown(CLIENT, false, domain).byDomain())
                .isEqualTo(new Harvest.Finding(Level.NONE, new Banned.Sender(domain), 1));
        assertThat(harvest.signed(Set.of(domain), 0)).isEmpty();
    }

    @Test
    void anAttackFromEverywhereIsRememberedInBounds() {
        for (int i = 0; i < 300_000; i++) {
            InetAddress client =
                    Ip.parse("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
            harvest.unknown(client, false, Domain.of("d" + i + ".example"));
            harvest.unknown(client, true, null);
            harvest.signed(Set.of(Domain.of("s" + i + ".example")), 1);
        }
        // of clients 200,000 and of null senders as many, 1,172 networks, and twice 50,000 domains
        assertThat(harvest.size()).isEqualTo(2 * 200_000 + 1_172 + 2 * 50_000);
    }

    @Test
    void aClientThatIsForgivenIsForgivenInItsNetworkToo() {
        // the network is banned from four times nine on
        InetAddress neighbour = Ip.parse("192.0.2.8");
        unknown(27);
        for (int i = 0; i < 8; i++) {
            unknown(neighbour);
        }
        harvest.forget(Set.of(network("192.0.2.7/32")));
        assertThat(unknown(CLIENT).level()).isEqualTo(Level.NONE);
        unknown(24);
        assertThat(unknown(Ip.parse("192.0.2.9")).level())
                .as("34 of the network, and 27 forgiven")
                .isEqualTo(Level.HANG_UP);
        assertThat(unknown(neighbour).level()).as("its own count stays").isEqualTo(Level.BAN);
    }

    @Test
    void aNetworkThatIsForgivenIsForgivenWithEveryClientInIt() {
        InetAddress v6 = Ip.parse("2001:db8:1:2::7");
        for (int i = 0; i < 40; i++) {
            unknown(CLIENT);
            unknown(v6);
        }
        harvest.forget(Set.of(network("192.0.2.0/24")));
        assertThat(unknown(CLIENT).level()).isEqualTo(Level.NONE);
        assertThat(unknown(v6).level()).as("another network").isEqualTo(Level.BAN);
        harvest.forget(Set.of(network("2001:db8::/32")));
        assertThat(unknown(v6).level()).isEqualTo(Level.NONE);
    }

    @Test
    void manyAreForgivenAtOnceEachWithWhatIsItsOwn() {
        InetAddress v6 = Ip.parse("2001:db8:1:2::7");
        InetAddress other = Ip.parse("198.51.100.1");
        Domain domain = Domain.of("list.example");
        for (int i = 0; i < 40; i++) {
            harvest.unknown(CLIENT, false, domain);
            harvest.unknown(CLIENT, true, null);
            unknown(v6);
            unknown(other);
        }
        harvest.signed(Set.of(domain), 40);
        int before = harvest.size();
        harvest.forget(
                Set.of(
                        network("192.0.2.7/32"),
                        network("2001:db8:1::/48"),
                        new Banned.Sender(domain)));
        assertThat(before - harvest.size())
                .as("a client, what it bounced, a client with its network, and a domain")
                .isEqualTo(5);
        assertThat(unknown(CLIENT)).isEqualTo(new Harvest.Finding(Level.NONE, host(CLIENT), 1));
        assertThat(unknown(v6).level()).isEqualTo(Level.NONE);
        assertThat(unknown(other).level()).isEqualTo(Level.BAN);
        assertThat(harvest.signed(Set.of(domain), 1))
                .extracting(Harvest.Finding::level)
                .containsExactly(Level.BAN);
    }

    private static Banned host(InetAddress client) {
        return new Banned.Network(Networks.host(client));
    }
}
