package org.postern.app.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.ReputationConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;

class HarvestersTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.7");
    private static final Domain LIST = Domain.of("list.example");

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Metrics metrics = new Metrics();
    private final Chronicle chronicle = new Chronicle();
    private final List<String> notes = new ArrayList<>();
    private final Set<Object> good = new HashSet<>();
    private ReputationConfig config = thresholds(3, 6, 9);
    private final Harvesters harvesters =
            new Harvesters(
                    () -> config,
                    (client, domains) ->
                            domains.isEmpty()
                                    ? good.contains(client)
                                    : domains.stream().anyMatch(good::contains),
                    metrics,
                    chronicle,
                    time);

    private static ReputationConfig thresholds(int slow, int hangUp, int ban) {
        ReputationConfig defaults = ReputationConfig.defaults(true);
        return new ReputationConfig(
                slow,
                Duration.ofSeconds(2),
                hangUp,
                ban,
                Duration.ofHours(1),
                Duration.ofHours(1),
                2,
                20,
                defaults.goodAfterAge(),
                defaults.halfLife(),
                Set.of(),
                defaults.trapHold(),
                0,
                0,
                defaults.anomalyMode(),
                10,
                Duration.ofDays(7),
                Duration.ofHours(4));
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    private Harvesters.Response name(InetAddress client, int times) {
        Harvesters.Response last = Harvesters.Response.Answer.INSTANCE;
        for (int i = 0; i < times; i++) {
            last = harvesters.unknown(client, false, null);
        }
        return last;
    }

    @Test
    void aStrangerIsSlowedThenHungUpOnThenKeptOutAndTheBanSaysWhyAndHowMuchItCost() {
        chronicle.tell((kind, detail) -> notes.add(kind + "|" + detail));
        assertThat(name(CLIENT, 2)).isEqualTo(Harvesters.Response.Answer.INSTANCE);
        assertThat(name(CLIENT, 1)).isEqualTo(new Harvesters.Response.Late(Duration.ofSeconds(2)));
        assertThat(name(CLIENT, 3)).isInstanceOf(Harvesters.Response.HangUp.class);
        assertThat(harvesters.banned(CLIENT)).isEmpty();
        name(CLIENT, 3);
        assertThat(harvesters.banned(CLIENT))
                .hasValueSatisfying(refusal -> {
                    assertThat(refusal.reply().code()).isEqualTo(421);
                    assertThat(refusal.detail())
                            .isEqualTo(
                                    "client 192.0.2.7/32: 9 unknown recipients of its"
                                            + " address");
                });
        assertThat(harvesters.bans().all())
                .singleElement()
                .satisfies(ban -> assertThat(ban.refused()).isEqualTo(1));
        assertThat(notes)
                .containsExactly(
                        "ban|client 192.0.2.7/32: kept out until 2026-11-21T11:00:00Z: 9 unknown"
                                + " recipients of its address");
    }

    @Test
    void whoIsKnownGoodIsOnlySlowedTheMoreTheWorseItIsAndSomebodyIsToldOnce() {
        chronicle.tell((kind, detail) -> notes.add(kind + "|" + detail));
        good.add(CLIENT);
        assertThat(name(CLIENT, 3)).isEqualTo(new Harvesters.Response.Late(Duration.ofSeconds(2)));
        assertThat(name(CLIENT, 3)).isEqualTo(new Harvesters.Response.Late(Duration.ofSeconds(4)));
        assertThat(name(CLIENT, 50))
                .isEqualTo(new Harvesters.Response.Late(Duration.ofSeconds(10)));
        assertThat(harvesters.bans().all()).isEmpty();
        assertThat(notes)
                .containsExactly(
                        "ban-spared|client 192.0.2.7/32: known good and only slowed: 9 unknown"
                                + " recipients lately");
    }

    @Test
    void whoIsLetInIsForgivenAndSoIsTheNetworkForIt() {
        for (int i = 0; i < 3; i++) {
            name(CLIENT, 9);
            assertThat(harvesters.letIn(Cidr.parse("192.0.2.7/32"), "olga")).hasSize(1);
        }
        assertThat(name(CLIENT, 1)).isEqualTo(Harvesters.Response.Answer.INSTANCE);
        assertThat(harvesters.bans().all()).as("27 named, none counted").isEmpty();
        name(CLIENT, 9);
        name(Ip.parse("192.0.2.8"), 9);
        name(Ip.parse("198.51.100.1"), 9);
        assertThat(harvesters.bans().all()).as("two clients, their network, another").hasSize(4);
        assertThat(harvesters.letIn(Cidr.parse("192.0.2.0/24"), "olga")).hasSize(3);
        assertThat(name(CLIENT, 1)).isEqualTo(Harvesters.Response.Answer.INSTANCE);
        assertThat(harvesters.bans().all()).hasSize(1);
    }

    @Test
    void aDomainIsKeptOutAsItselfAndLetInAsItself() {
        for (int i = 0; i < 18; i++) {
            harvesters.unknown(Ip.parse("198.51." + i + ".1"), false, LIST);
        }
        assertThat(harvesters.bannedSender(CLIENT, LIST)).isPresent();
        good.add(LIST);
        assertThat(harvesters.bannedSender(CLIENT, LIST)).as("known good here").isEmpty();
        good.clear();
        assertThat(harvesters.letIn(LIST, "olga")).hasSize(1);
        assertThat(harvesters.bannedSender(CLIENT, LIST)).isEmpty();
    }

    @Test
    void nullSendersAreCountedApartAndCallForNothing() {
        for (int i = 0; i < 100; i++) {
            assertThat(harvesters.unknown(CLIENT, true, null))
                    .isEqualTo(Harvesters.Response.Answer.INSTANCE);
            assertThat(harvesters.unknown(Ip.parse("192.0.2.8"), true, null))
                    .isEqualTo(Harvesters.Response.Answer.INSTANCE);
        }
        assertThat(name(CLIENT, 2)).isEqualTo(Harvesters.Response.Answer.INSTANCE);
        assertThat(harvesters.bans().all()).isEmpty();
    }

    @Test
    void aReloadThatSwitchesBansOffLetsEverybodyInAndThresholdsOfZeroDoNothing() {
        name(CLIENT, 9);
        assertThat(harvesters.banned(CLIENT)).isPresent();
        config = thresholds(0, 0, 0);
        assertThat(harvesters.banned(CLIENT)).as("at once").isEmpty();
        harvesters.expire();
        assertThat(harvesters.bans().all()).isEmpty();
        assertThat(name(CLIENT, 1_000)).isEqualTo(Harvesters.Response.Answer.INSTANCE);
        config = thresholds(3, 6, 2_000);
        assertThat(harvesters.banned(CLIENT)).isEmpty();
        assertThat(name(CLIENT, 1))
                .as("what was named meanwhile counts")
                .isInstanceOf(Harvesters.Response.HangUp.class);
    }

    @Test
    void aStepOfTheWallClockNeitherBansNorFrees() {
        name(CLIENT, 8);
        time.stepWallClock(Duration.ofDays(400));
        assertThat(harvesters.bans().all()).isEmpty();
        name(CLIENT, 1);
        time.stepWallClock(Duration.ofDays(-800));
        assertThat(harvesters.banned(CLIENT)).isPresent();
        time.advance(Duration.ofHours(1));
        assertThat(harvesters.banned(CLIENT)).isEmpty();
    }
}
