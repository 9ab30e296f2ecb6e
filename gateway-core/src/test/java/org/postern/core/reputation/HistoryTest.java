package org.postern.core.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;

class HistoryTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.7");
    private static final InetAddress NEIGHBOUR = Ip.parse("192.0.2.200");
    private static final InetAddress STRANGER = Ip.parse("198.51.100.1");
    private static final Set<Domain> PARTNER = Set.of(Domain.of("partner.example"));

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final ReputationConfig config = HarvestTest.thresholds(3, 6, 9);

    private History history() {
        return new History(() -> config, time);
    }

    private History learned(int messages, Duration apart) {
        History history = history();
        for (int i = 0; i < messages; i++) {
            history.learn(CLIENT, PARTNER);
            time.advance(apart);
        }
        return history;
    }

    @Test
    void enoughMailOverSomeDaysMakesADomainKnownGoodInItsNetwork() {
        History history = learned(21, Duration.ofHours(4));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
        assertThat(history.isKnownGood(NEIGHBOUR, PARTNER)).isTrue();
        assertThat(history.isKnownGood(CLIENT, Set.of())).isTrue();
        assertThat(history.isKnownGood(STRANGER, PARTNER)).isFalse();
        assertThat(history.isKnownGood(CLIENT, Set.of(Domain.of("other.example")))).isFalse();
    }

    @Test
    void aBurstBuysNoTrust() {
        History history = learned(10_000, Duration.ofMillis(1));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isFalse();
        time.advance(Duration.ofDays(3));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
    }

    @Test
    void trustFadesWithoutMail() {
        History history = learned(30, Duration.ofHours(4));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
        time.advance(Duration.ofDays(60));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isFalse();
    }

    @Test
    void mailThatAuthenticatedNobodyTeachesNothing() {
        History history = history();
        for (int i = 0; i < 100; i++) {
            history.learn(CLIENT, Set.of());
        }
        time.advance(Duration.ofDays(4));
        assertThat(history.isKnownGood(CLIENT, Set.of())).isFalse();
        assertThat(history.size()).isZero();
    }

    @Test
    void aClockSetBackNeitherMakesTrustNorBreaksIt() {
        History history = learned(30, Duration.ofHours(4));
        time.stepWallClock(Duration.ofDays(-2));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
        time.stepWallClock(Duration.ofDays(-365));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isFalse();
        history.learn(CLIENT, PARTNER);
        time.stepWallClock(Duration.ofDays(367));
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
    }

    @Test
    void whatWasFirstSeenWhileTheClockWasAYearAheadIsKnownGoodAfterSomeDaysAsAnybody() {
        time.stepWallClock(Duration.ofDays(365));
        History history = learned(1, Duration.ZERO);
        time.stepWallClock(Duration.ofDays(-365));
        for (int i = 0; i < 21; i++) {
            history.learn(CLIENT, PARTNER);
            time.advance(Duration.ofHours(4));
        }
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
    }

    @Test
    void whatWasLearnedSurvivesARestartAndHalfALineIsLeftOut() throws IOException {
        Path file = folder.resolve("reputation/history.tsv");
        learned(30, Duration.ofHours(4)).save(file);
        Files.writeString(file, Files.readString(file) + "198.51.100.0/24\tx.example\t99\t2026");
        History after = history();
        after.load(file);
        assertThat(after.isKnownGood(CLIENT, PARTNER)).isTrue();
        assertThat(after.size()).isEqualTo(1);
    }

    @Test
    void aNetworkKeepsTheDomainsWithTheMostMail() {
        History history = learned(30, Duration.ofHours(4));
        for (int i = 0; i < 1_000; i++) {
            history.learn(CLIENT, Set.of(Domain.of("d" + i + ".example")));
        }
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
    }

    @Test
    void anIpv6SiteIsKnownGoodAlsoFromSubnetsThatItHasNeverUsed() throws IOException {
        History history = history();
        for (int i = 0; i < 21; i++) {
            history.learn(Ip.parse("2001:db8:1:" + i + "::1"), PARTNER);
            time.advance(Duration.ofHours(4));
        }
        assertThat(history.isKnownGood(Ip.parse("2001:db8:1:ff::9"), PARTNER)).isTrue();
        assertThat(history.isKnownGood(Ip.parse("2001:db8:1:ff::9"), Set.of())).isTrue();
        assertThat(history.isKnownGood(Ip.parse("2001:db8:2::9"), PARTNER)).isFalse();
        assertThat(history.size()).isEqualTo(1);

        Path file = folder.resolve("older.tsv");
        String past = "\tpartner.example\t11\t2026-11-01T00:00:00Z\t2026-11-21T00:00:00Z\n";
        Files.writeString(file, "2001:db8:7:1::/64" + past + "2001:db8:7:2::/64" + past);
        History after = history();
        after.load(file);
        assertThat(after.isKnownGood(Ip.parse("2001:db8:7:3::1"), PARTNER)).isTrue();
        assertThat(after.size()).isEqualTo(1);
    }

    @Test
    void aNetworkKeepsNoMoreDomainsOfAFileThanOfMail() throws IOException {
        Path file = folder.resolve("history.tsv");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append("192.0.2.0/24\td").append(i).append(".example\t").append(i + 2);
            lines.append("\t2026-11-01T00:00:00Z\t2026-11-21T00:00:00Z\n");
        }
        Files.writeString(file, lines);
        History history = history();
        history.load(file);
        history.learn(STRANGER, PARTNER);
        history.save(file);
        assertThat(Files.readString(file).lines())
                .hasSize(History.MAX_DOMAINS + 1)
                .anyMatch(line -> line.startsWith("192.0.2.0/24\td99.example\t"))
                .noneMatch(line -> line.contains("d0.example"));
    }

    @Test
    void namesWithoutNumberFromNetworksWithoutNumberAreRememberedInBounds() throws IOException {
        History history = learned(30, Duration.ofHours(4));
        for (int i = 0; i < 20_000; i++) {
            InetAddress client = Ip.parse("2001:db8:" + Integer.toHexString(i) + "::1");
            for (int n = 0; n < 12; n++) {
                history.learn(client, Set.of(Domain.of("n" + n + ".example")));
            }
        }
        Path file = folder.resolve("history.tsv");
        history.save(file);
        try (var lines = Files.lines(file)) {
            // 12 each of 16,667 networks, and 3 of the others
            assertThat(lines.count()).isBetween(200_000L, 210_020L);
        }
        assertThat(history.size()).isEqualTo(20_001);
        assertThat(history.isKnownGood(CLIENT, PARTNER)).isTrue();
    }
}
