package org.postern.app.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.journal.Events;
import org.postern.app.lists.AddedLists;
import org.postern.app.telemetry.Metrics;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.ReputationConfig;
import org.postern.core.lists.AddedEntries;
import org.postern.core.lists.ListEntry;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientDirectory;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.time.ManualTimeSource;

/** Who wrote to a trap is listed, however long the disk will not. */
class TrapsTest {
    private static final EmailAddress TRAP = EmailAddress.of("old@example.test");

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00.5Z"));
    private final Metrics metrics = new Metrics();
    private Reputation reputation;
    private final AtomicBoolean broken = new AtomicBoolean();
    private AddedLists lists;
    private Traps traps;

    @BeforeEach
    void start() throws IOException {
        Snapshot snapshot = SmallSite.snapshot(folder, time, "", "bob@example.test");
        Path data = folder.resolve("d");
        lists =
                new AddedLists(
                        data,
                        time,
                        () -> {
                            if (broken.get()) {
                                throw new IllegalStateException("a defect");
                            }
                            return new SnapshotResult.Loaded(snapshot, List.of());
                        });
        ReputationConfig config = ReputationConfig.defaults(true);
        reputation = new Reputation(data, () -> config, c -> false, metrics, time);
        traps = new Traps(lists, reputation, () -> config, metrics, time, Duration.ofMillis(20));
    }

    @AfterEach
    void close() {
        metrics.close();
    }

    /** A file where the folder of lists has to be. */
    private Path inTheWay() throws IOException {
        return Files.writeString(
                Files.createDirectories(folder.resolve("d")).resolve("lists"), "no folder");
    }

    private void hit(String client) {
        traps.hit(Ip.parse(client), TRAP, false, false);
    }

    private String scraped() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<String> listed() throws IOException {
        return lists.entries(AddedEntries.Target.DENY).stream().map(ListEntry::value).toList();
    }

    private void awaitListed(String... clients) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(listed()).containsExactlyInAnyOrder(clients));
        await().atMost(Duration.ofSeconds(20)).until(() -> traps.waiting() == 0);
    }

    @Test
    void whoCameWhileTheDiskWouldNotIsListedWhenItWill() throws IOException {
        Path inTheWay = inTheWay();
        hit("192.0.2.1");
        await().atMost(Duration.ofSeconds(20)).until(() -> traps.trouble().isPresent());
        hit("192.0.2.2");
        hit("192.0.2.1");
        assertThat(traps.waiting()).isEqualTo(2);
        assertThat(traps.trouble().orElseThrow())
                .startsWith("NOT LISTED: 2 clients that wrote to one: ")
                .contains("lists");
        assertThat(scraped()).contains("postern_reputation_traps_waiting 2.0");
        Files.delete(inTheWay);
        awaitListed("192.0.2.1/32", "192.0.2.2/32");
        assertThat(traps.trouble()).isEmpty();
    }

    @Test
    void aDefectWhileListsAreReadAnewCostsNobodyHisEntry() throws IOException {
        broken.set(true);
        hit("192.0.2.1");
        await().atMost(Duration.ofSeconds(20)).until(() -> traps.trouble().isPresent());
        assertThat(traps.trouble().orElseThrow()).contains("a defect");
        broken.set(false);
        awaitListed("192.0.2.1/32");
        hit("192.0.2.3");
        awaitListed("192.0.2.1/32", "192.0.2.3/32");
    }

    @Test
    void noMoreThanAThousandWait() throws IOException {
        Path inTheWay = inTheWay();
        for (int i = 0; i < 1_010; i++) {
            hit("198.18.%d.%d".formatted(i / 250, i % 250));
        }
        assertThat(traps.waiting()).isEqualTo(1_000);
        assertThat(scraped())
                .contains("postern_reputation_traps_total{response=\"too-many\"} 10.0");
        Files.delete(inTheWay);
        await().atMost(Duration.ofSeconds(20)).until(() -> traps.waiting() == 0);
        assertThat(listed()).hasSize(1_000);
    }

    @Test
    void aHostOfIpv6IsListedByItsNetwork() throws IOException {
        hit("2001:db8:1:2::3");
        hit("2001:db8:1:2::4");
        awaitListed("2001:db8:1:2::/64");
    }

    @Test
    void theEntrySaysWhyAndUntilWhenAndIsWrittenDown() throws IOException {
        List<String> notes = new CopyOnWriteArrayList<>();
        reputation.chronicle().tell((kind, detail) -> notes.add(kind + " " + detail));
        hit("192.0.2.1");
        awaitListed("192.0.2.1/32");
        Instant until =
                time.instant()
                        .plus(ReputationConfig.defaults(true).trapHold())
                        .truncatedTo(ChronoUnit.SECONDS);
        assertThat(lists.entries(AddedEntries.Target.DENY))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.isOfSpamTrap()).isTrue();
                    assertThat(entry.expires()).isEqualTo(until);
                    assertThat(entry.comment()).isEqualTo("wrote to old@example.test");
                });
        assertThat(notes)
                .containsExactly(
                        "trap client 192.0.2.1/32: on the deny list until "
                                + until
                                + ": wrote to a spam trap");
        assertThat(scraped()).contains("postern_reputation_traps_total{response=\"listed\"} 1.0");
    }

    @Test
    void whoIsOursWhoBringsABounceAndWhoIsKnownGoodAreCountedAndLeftAlone() throws IOException {
        var good = Events.evidence(AuthResult.PASS, AuthResult.PASS, "203.0.113.1", "p.example");
        for (int i = 0; i < 30; i++) {
            reputation.accepted(Ip.parse("203.0.113.1"), good.verdicts());
        }
        time.advance(Duration.ofDays(4));
        traps.hit(Ip.parse("192.0.2.1"), TRAP, true, false);
        traps.hit(Ip.parse("192.0.2.2"), TRAP, false, true);
        hit("203.0.113.77"); // of the network that has a good history
        assertThat(scraped())
                .contains(
                        "postern_reputation_traps_total{response=\"null-sender\"} 1.0",
                        "postern_reputation_traps_total{response=\"known-good\"} 2.0")
                .doesNotContain("postern_reputation_traps_total{response=\"listed\"}");
        assertThat(traps.waiting()).isZero();
        assertThat(listed()).isEmpty();
    }

    private final AtomicInteger details = new AtomicInteger();

    private RecipientLookup lookUp(String address, RecipientLookup directory) throws IOException {
        ReputationConfig config =
                SmallSite.snapshot(
                                folder,
                                time,
                                "reputation: { spam-traps: [old@example.test] }\n",
                                "bob@example.test")
                        .config()
                        .reputation();
        return Traps.lookup(
                EmailAddress.of(address),
                config,
                new RecipientDirectory() {
                    @Override
                    public RecipientLookup lookup(EmailAddress asked) {
                        return directory;
                    }

                    @Override
                    public Optional<EmailAddress> withoutDetail(EmailAddress asked) {
                        details.incrementAndGet();
                        return asked.localPart().contains("+")
                                ? Optional.of(TRAP)
                                : Optional.empty();
                    }

                    @Override
                    public String name() {
                        return "test";
                    }
                });
    }

    @Test
    void whoStandsInADirectoryByHimselfIsNoTrapWhateverTheConfigurationSays() throws IOException {
        RecipientLookup person = new RecipientLookup.Known(List.of(TRAP), "recipients.yaml:1");
        assertThat(lookUp("Old@example.test", person)).isSameAs(person);
        RecipientLookup everybody =
                new RecipientLookup.Known(List.of(TRAP), "catch-all", Handling.NONE, true);
        RecipientLookup trap = new RecipientLookup.Known(List.of(TRAP), "spam-trap");
        assertThat(lookUp("old@example.test", everybody)).isEqualTo(trap);
        assertThat(lookUp("old@example.test", RecipientLookup.Unknown.INSTANCE)).isEqualTo(trap);
        assertThat(lookUp("old+x@example.test", RecipientLookup.Unknown.INSTANCE)).isEqualTo(trap);
        details.set(0);
        assertThat(lookUp("old+x@example.test", person)).isSameAs(person);
        assertThat(details).as("who is known is known").hasValue(0);
        RecipientLookup away = new RecipientLookup.Unavailable("LDAP is away");
        assertThat(lookUp("old@example.test", away)).as("as anybody's").isSameAs(away);
        assertThat(lookUp("bob@example.test", RecipientLookup.Unknown.INSTANCE))
                .isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }
}
