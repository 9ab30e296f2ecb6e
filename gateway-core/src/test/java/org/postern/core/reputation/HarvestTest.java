package org.postern.core.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
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
                10,
                Duration.ofDays(7),
                Duration.ofHours(4));
    }

    private Level unknown(int times) {
        Level level = Level.NONE;
        for (int i = 0; i < times; i++) {
            level = harvest.unknown(CLIENT, false).level();
        }
        return level;
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
            assertThat(harvest.unknown(CLIENT, true).level()).isEqualTo(Level.NONE);
        }
        assertThat(harvest.lately(CLIENT, Set.of())).isZero();
    }

    @Test
    void aNetworkMayHaveMoreThanOneOfItsClientsAndNotAnyAmount() {
        for (int client = 0; client < 11; client++) {
            assertThat(harvest.unknown(Ip.parse("192.0.2." + client), false).level())
                    .as("client %s", client)
                    .isEqualTo(Level.NONE);
        }
        Harvest.Finding twelfth = harvest.unknown(Ip.parse("192.0.2.11"), false);
        assertThat(twelfth).isEqualTo(new Harvest.Finding(Level.SLOW, Harvest.Who.NETWORK, 12));
        assertThat(harvest.unknown(Ip.parse("192.0.3.1"), false).level()).isEqualTo(Level.NONE);
        for (int i = 0; i < 36; i++) {
            harvest.unknown(Ip.parse("2001:db8::" + i), false);
        }
        assertThat(harvest.unknown(Ip.parse("2001:db8::ffff"), false).level()).isEqualTo(Level.BAN);
    }

    @Test
    void zeroIsNever() {
        config = thresholds(0, 0, 0);
        assertThat(unknown(100_000)).isEqualTo(Level.NONE);
    }

    @Test
    void aDomainCarriesWhatWasNamedWhereItAuthenticated() {
        Domain domain = Domain.of("list.example");
        harvest.attribute(Set.of(domain), 40);
        assertThat(harvest.lately(CLIENT, Set.of(domain))).isEqualTo(40);
        assertThat(harvest.lately(CLIENT, Set.of())).isZero();
    }

    @Test
    void aDomainThatGoesTooFarIsFoundWhereverItComesFrom() {
        Domain domain = Domain.of("list.example");
        Harvest.Finding last = new Harvest.Finding(Level.NONE, Harvest.Who.CLIENT, 0);
        for (int i = 0; i < 36; i++) {
            // a network each, so that neither client nor network has more than one
            last = harvest.unknown(Ip.parse("10.0." + i + ".1"), false, domain);
            Level wanted =
                    i < 11 ? Level.NONE : i < 23 ? Level.SLOW : i < 35 ? Level.HANG_UP : Level.BAN;
            assertThat(last.level()).as("%d", i + 1).isEqualTo(wanted);
        }
        assertThat(last).isEqualTo(new Harvest.Finding(Level.BAN, Harvest.Who.DOMAIN, 36));
        assertThat(harvest.unknown(Ip.parse("10.1.0.1"), false).level())
                .as("without that domain it is a client like any other")
                .isEqualTo(Level.NONE);
        assertThat(harvest.unknown(Ip.parse("10.2.0.1"), true, domain).level())
                .as("a null sender calls for nothing")
                .isEqualTo(Level.NONE);
        assertThat(harvest.attribute(Set.of(Domain.of("signed.example")), 36))
                .isEqualTo(new Harvest.Finding(Level.BAN, Harvest.Who.DOMAIN, 36));
        assertThat(harvest.attribute(Set.of(Domain.of("good.example")), 0).level())
                .isEqualTo(Level.NONE);
    }

    @Test
    void anAttackFromEverywhereIsRememberedInBounds() {
        for (int i = 0; i < 300_000; i++) {
            harvest.unknown(
                    Ip.parse("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)), false);
        }
        assertThat(harvest.clients()).isEqualTo(200_000);
    }
}
