package org.postern.app.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
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
    private ReputationConfig config = TestSettings.harvest(3, 6, 9);
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
        config = TestSettings.harvest(0, 0, 0);
        assertThat(harvesters.banned(CLIENT)).as("at once").isEmpty();
        harvesters.expire();
        assertThat(harvesters.bans().all()).isEmpty();
        assertThat(name(CLIENT, 1_000)).isEqualTo(Harvesters.Response.Answer.INSTANCE);
        config = TestSettings.harvest(3, 6, 2_000);
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

    private String scraped() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aNetworkIsKeptOutForWhatItsClientsNameTogetherAndWithItWhoHasNamedNobody() {
        List<String> changes = new ArrayList<>();
        harvesters.onChange(() -> changes.add("told"));
        for (int client = 1; client <= 4; client++) {
            assertThat(harvesters.bans().all()).isEmpty();
            name(Ip.parse("192.0.2." + client), 5); // a hang-up each at six, a ban at nine
        }
        assertThat(harvesters.bans().all())
                .singleElement()
                .satisfies(ban -> assertThat(ban.whom().title()).isEqualTo("network 192.0.2.0/24"));
        assertThat(changes).hasSize(1);
        assertThat(harvesters.banned(Ip.parse("192.0.2.200")))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal.reply().toString())
                                .contains("Too many unknown recipients from your network"));
        assertThat(harvesters.banned(Ip.parse("192.0.3.1"))).isEmpty();
        assertThat(harvesters.letIn(Cidr.parse("192.0.2.0/24"), "olga")).hasSize(1);
        assertThat(changes).hasSize(2);
    }

    @Test
    void aClientIsHungUpOnAndADomainIsPutOffEachInItsOwnName() {
        assertThat(name(CLIENT, 6))
                .isInstanceOfSatisfying(
                        Harvesters.Response.HangUp.class,
                        hangUp -> {
                            assertThat(hangUp.count()).isEqualTo(6);
                            assertThat(hangUp.reply().toString())
                                    .startsWith(
                                            "421 4.7.0 Too many unknown recipients from your"
                                                    + " address; clean your list");
                        });
        assertThat(nameAs(LIST, 12))
                .isInstanceOfSatisfying(
                        Harvesters.Response.PutOff.class,
                        putOff -> {
                            assertThat(putOff.count()).isEqualTo(12);
                            assertThat(putOff.reply().toString())
                                    .startsWith(
                                            "451 4.7.0 Too many unknown recipients from your"
                                                    + " domain list.example; clean your list");
                        });
    }

    /** Names unknown recipients by mail of a domain, each from a network of its own. */
    private Harvesters.Response nameAs(Domain domain, int times) {
        Harvesters.Response last = Harvesters.Response.Answer.INSTANCE;
        for (int i = 0; i < times; i++) {
            last = harvesters.unknown(Ip.parse("198.51." + i + ".1"), false, domain);
        }
        return last;
    }

    @Test
    void aDomainThatIsKnownGoodIsSlowedHoweverManyItNames() {
        good.add(LIST);
        assertThat(nameAs(LIST, 12)).isEqualTo(new Harvesters.Response.Late(Duration.ofSeconds(4)));
        assertThat(nameAs(LIST, 60))
                .isEqualTo(new Harvesters.Response.Late(Duration.ofSeconds(10)));
        assertThat(harvesters.mayBeBanned(LIST)).isFalse();
    }

    @Test
    void whoSignedIsCountedApartFromWhoseSpfPassedAndIsLetInByItsName() {
        chronicle.tell((kind, detail) -> notes.add(kind + "|" + detail));
        harvesters.attribute(CLIENT, Set.of(LIST), 0);
        harvesters.attribute(CLIENT, Set.of(LIST), 17);
        assertThat(harvesters.bannedSigner(CLIENT, Set.of(LIST))).isEmpty();
        harvesters.attribute(CLIENT, Set.of(LIST), 1);
        assertThat(harvesters.bannedSigner(CLIENT, Set.of(Domain.of("other.example"), LIST)))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal.reply().toString())
                                .startsWith("451 4.7.0")
                                .contains("from your signing domain list.example"));
        assertThat(harvesters.bannedSender(CLIENT, LIST)).as("who sends as it").isEmpty();
        assertThat(harvesters.banned(CLIENT)).as("who brings it").isEmpty();
        nameAs(LIST, 18);
        assertThat(harvesters.mayBeBanned(LIST)).isTrue();
        assertThat(harvesters.letIn(LIST, "olga")).as("both at once").hasSize(2);
        assertThat(harvesters.bannedSigner(CLIENT, Set.of(LIST))).isEmpty();
        assertThat(harvesters.mayBeBanned(LIST)).isFalse();
        assertThat(notes)
                .filteredOn(note -> note.startsWith("ban-lifted|"))
                .hasSize(2)
                .allMatch(note -> note.endsWith("list.example: let in again by olga"));
    }

    @Test
    void eachResponseIsCountedByItsName() throws IOException {
        InetAddress known = Ip.parse("203.0.113.1");
        good.add(known);
        name(CLIENT, 10);
        name(known, 9);
        harvesters.unknown(CLIENT, true, null);
        assertThat(scraped())
                .contains(
                        "postern_reputation_unknown_recipients_total{response=\"none\"} 4.0",
                        "postern_reputation_unknown_recipients_total{response=\"slow\"} 6.0",
                        "{response=\"slow-known-good\"} 4.0",
                        "{response=\"hang-up\"} 3.0",
                        "postern_reputation_unknown_recipients_total{response=\"ban\"} 2.0",
                        "{response=\"null-sender\"} 1.0",
                        "postern_reputation_bans_begun_total{of=\"client\"} 1.0",
                        "postern_reputation_bans_spared_total{of=\"client\"} 1.0",
                        "postern_reputation_bans_begun_total{of=\"network\"} 0.0");
    }
}
