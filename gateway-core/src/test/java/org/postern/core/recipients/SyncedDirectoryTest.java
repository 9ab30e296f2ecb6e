package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientFeed.FeedException;
import org.postern.core.time.ManualTimeSource;

class SyncedDirectoryTest extends RecipientDirectoryContract {
    private static final RecipientSourceConfig.Http CONFIG =
            new RecipientSourceConfig.Http(
                    URI.create("https://people.example/list.json"),
                    null,
                    null,
                    null,
                    new RecipientSourceConfig.Sync(
                            Duration.ofMinutes(15), Duration.ofSeconds(10), '+', null));

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));

    private Set<Domain> hosted = Set.of(Domain.of("example.test"));
    private RecipientFeed feed = sink -> {};

    private SyncedDirectory synced() {
        return new SyncedDirectory(
                CONFIG, sink -> feed.fetch(sink), folder, () -> 0.1, () -> hosted, time);
    }

    private static RecipientFeed listing(List<String> addresses) {
        return sink -> {
            for (String address : addresses) {
                sink.recipient(address);
            }
        };
    }

    private static List<String> people(int count) {
        return IntStream.range(0, count).mapToObj(i -> "user" + i + "@example.test").toList();
    }

    @Override
    RecipientDirectory directory(List<EmailAddress> known) {
        hosted =
                Set.of(
                        Domain.of("example.test"),
                        Domain.of("mx.example.test"),
                        Domain.of("example.org"));
        SyncedDirectory directory = synced();
        if (known.isEmpty()) {
            // nobody at all is believed only of a source that once named somebody, and confirmed
            feed = listing(List.of("somebody@example.test"));
            directory.sync(false);
        }
        feed = listing(known.stream().map(EmailAddress::toString).toList());
        directory.sync(false);
        directory.sync(true);
        return directory;
    }

    private static RecipientLookup ask(RecipientDirectory directory, String address) {
        return directory.lookup(EmailAddress.of(address));
    }

    @Test
    void aSourceThatWasNeverLoadedSaysUnavailableAndNeverUnknown() {
        SyncedDirectory directory = synced();
        assertThat(ask(directory, "user1@example.test"))
                .isInstanceOf(RecipientLookup.Unavailable.class);
        feed =
                sink -> {
                    throw new FeedException("connection refused");
                };
        assertThat(directory.sync(false))
                .isEqualTo(new SyncedDirectory.Outcome.Failed("connection refused"));
        assertThat(ask(directory, "user1@example.test"))
                .isInstanceOfSatisfying(
                        RecipientLookup.Unavailable.class,
                        u -> assertThat(u.reason()).contains("never", "connection refused"));
        assertThat(directory.status().entries()).isEqualTo(-1);
    }

    @Test
    void whatIsAskedForSingleRecipientsIsStillKnownAfterARestart() {
        feed =
                sink -> {
                    sink.recipient("user1@example.test", new Handling("west", "str\"ict"));
                    sink.recipient("user2@example.test", Handling.NONE);
                };
        assertThat(synced().sync(false)).isEqualTo(new SyncedDirectory.Outcome.Taken(2, 2, 0, 0));
        SyncedDirectory restarted = synced();
        assertThat(restarted.handling(EmailAddress.of("user1+shop@example.test")))
                .contains(new Handling("west", "str\"ict"));
        assertThat(restarted.handling(EmailAddress.of("user2@example.test")))
                .contains(Handling.NONE);
        assertThat(restarted.handlings()).containsExactly(new Handling("west", "str\"ict"));
    }

    @Test
    void theLastGoodListIsServedWhileTheSourceIsAwayAlsoAfterARestart() {
        feed = listing(people(3));
        assertThat(synced().sync(false)).isEqualTo(new SyncedDirectory.Outcome.Taken(3, 3, 0, 0));
        time.advance(Duration.ofDays(30));
        feed =
                sink -> {
                    sink.recipient("half@example.test");
                    throw new FeedException("broke off");
                };
        SyncedDirectory restarted = synced();
        assertThat(restarted.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Failed.class);
        assertThat(ask(restarted, "User1+shop@example.test"))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k -> assertThat(k.source()).endsWith(CONFIG.name() + ".yaml:6"));
        assertThat(ask(restarted, "half@example.test")).isEqualTo(RecipientLookup.Unknown.INSTANCE);
        assertThat(restarted.status().loadedAt()).isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void aListThatWouldTakeAwayTooManyWaitsForConfirmationOfJustThat() {
        SyncedDirectory directory = synced();
        feed = listing(people(100));
        directory.sync(false);
        feed = listing(people(89));
        assertThat(directory.sync(false))
                .isEqualTo(new SyncedDirectory.Outcome.Refused(89, 11, 100));
        assertThat(ask(directory, "user95@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(directory.status().refused()).isEqualTo(11);
        feed = listing(people(50));
        assertThat(directory.sync(true))
                .as("more than anybody has looked at")
                .isEqualTo(new SyncedDirectory.Outcome.Refused(50, 50, 100));
        assertThat(directory.sync(true)).isEqualTo(new SyncedDirectory.Outcome.Taken(50, 0, 50, 0));
        assertThat(directory.status().refused()).isZero();
        assertThat(ask(directory, "user95@example.test"))
                .isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void aConfirmationWithNothingToConfirmOpensNothing() {
        SyncedDirectory directory = synced();
        feed = listing(people(100));
        directory.sync(false);
        feed = listing(people(10));
        assertThat(directory.sync(true)).isInstanceOf(SyncedDirectory.Outcome.Refused.class);
    }

    @Test
    void tenPercentOrFiveMayGoUnconfirmedButNeverEverybody() {
        SyncedDirectory directory = synced();
        feed = listing(people(6));
        directory.sync(false);
        feed = listing(people(1));
        assertThat(directory.sync(false)).isEqualTo(new SyncedDirectory.Outcome.Taken(1, 0, 5, 0));
        feed = listing(List.of());
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Refused.class);
        feed = listing(people(100));
        directory.sync(false);
        feed = listing(people(90));
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
    }

    private void feedOfTwoDomains(int first, int second) {
        List<String> both = new ArrayList<>(people(first));
        people(second).forEach(p -> both.add(p.replace(".test", ".org")));
        feed = listing(both);
    }

    @Test
    void aSourceOfTwoDomainsCannotLoseAllOrTooManyOfTheSmallOneUnconfirmed() {
        hosted = Set.of(Domain.of("example.test"), Domain.of("example.org"));
        SyncedDirectory directory = synced();
        feedOfTwoDomains(300, 16);
        directory.sync(false);
        feedOfTwoDomains(300, 10);
        assertThat(directory.sync(false))
                .as("little of the whole, much of the domain")
                .isEqualTo(new SyncedDirectory.Outcome.Refused(310, 6, 316));
        assertThat(directory.status().error())
                .isEqualTo("the list would take away 6 of 16 recipients of example.org");
        feedOfTwoDomains(300, 11);
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
        feedOfTwoDomains(300, 4);
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Refused.class);
        assertThat(directory.sync(true)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
        feedOfTwoDomains(300, 0);
        assertThat(directory.sync(false))
                .as("never the last of a domain")
                .isEqualTo(new SyncedDirectory.Outcome.Refused(300, 4, 304));
        assertThat(ask(directory, "user1@example.org")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(directory.sync(true)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
        assertThat(directory.sync(false))
                .as("nothing more is lost")
                .isInstanceOf(SyncedDirectory.Outcome.Taken.class);
    }

    @Test
    void aMailboxThatIsAlsoAnAliasKeepsItsCopyAlsoAfterARestart() {
        SyncedDirectory directory = synced();
        feed =
                sink -> {
                    sink.recipient("bob@example.test", new Handling(null, "strict"));
                    sink.recipient("archive@example.test");
                    sink.recipient("carol@example.test");
                    sink.alias("Bob@example.test", List.of("archive@example.test"));
                    sink.alias("carol@example.test", List.of("carol@elsewhere.example"));
                };
        assertThat(directory.sync(false)).isEqualTo(new SyncedDirectory.Outcome.Taken(3, 3, 0, 1));
        for (SyncedDirectory asked : List.of(directory, synced())) {
            assertThat(asked.lookup(EmailAddress.of("bob@example.test")))
                    .isInstanceOfSatisfying(
                            RecipientLookup.Known.class,
                            k ->
                                    assertThat(k.targets().stream().map(EmailAddress::key))
                                            .containsExactly(
                                                    "bob@example.test", "archive@example.test"));
            assertThat(asked.handling(EmailAddress.of("bob@example.test")))
                    .contains(new Handling(null, "strict"));
            assertThat(whole(asked).lookup(EmailAddress.of("carol@example.test")))
                    .isInstanceOf(RecipientLookup.Known.class);
        }
    }

    @Test
    void aListThatIsTooMuchForTheMemoryIsAFailureAndTheOldOneIsServed() {
        SyncedDirectory directory = synced();
        feed = listing(people(3));
        directory.sync(false);
        feed =
                sink -> {
                    throw new OutOfMemoryError("as a huge list would");
                };
        assertThat(directory.sync(false))
                .isEqualTo(new SyncedDirectory.Outcome.Failed("unexpected: OutOfMemoryError"));
        assertThat(ask(directory, "user1@example.test")).isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void anEmptyFirstListIsNotBelieved() {
        SyncedDirectory directory = synced();
        feed = listing(List.of());
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Refused.class);
        assertThat(ask(directory, "user1@example.test"))
                .isInstanceOf(RecipientLookup.Unavailable.class);
    }

    @Test
    void aDomainThatIsNoLongerOursDoesNotCountAsRemoved() {
        hosted = Set.of(Domain.of("example.test"), Domain.of("example.org"));
        SyncedDirectory directory = synced();
        List<String> both = new ArrayList<>(people(20));
        people(20).forEach(p -> both.add(p.replace(".test", ".org")));
        feed = listing(both);
        directory.sync(false);
        hosted = Set.of(Domain.of("example.test"));
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
        assertThat(directory.status().entries()).isEqualTo(20);
    }

    @Test
    void whatIsNoAddressIsCountedAndLeftOutAndAliasesLeadOn() {
        SyncedDirectory directory = synced();
        feed =
                sink -> {
                    sink.recipient("alice");
                    sink.recipient("not an address@");
                    sink.recipient("x500:/o=corp");
                    sink.recipient("\u00e4rger@example.test");
                    sink.alias("sales", List.of("alice", "bob@elsewhere.example"));
                    sink.alias("lost", List.of("bob@elsewhere.example"));
                    sink.alias("circle", List.of("ring"));
                    sink.alias("ring", List.of("circle"));
                };
        assertThat(directory.sync(false)).isEqualTo(new SyncedDirectory.Outcome.Taken(6, 6, 0, 6));
        assertThat(directory.status().example()).isEqualTo("not an address@ is no address");
        for (SyncedDirectory asked : List.of(directory, synced())) {
            assertThat(ask(asked, "sales@example.test"))
                    .isInstanceOfSatisfying(
                            RecipientLookup.Known.class,
                            k -> {
                                assertThat(k.targets())
                                        .containsExactly(EmailAddress.of("alice@example.test"));
                                assertThat(k.source()).endsWith(".yaml:8");
                            });
            assertThat(ask(asked, "ring@example.test"))
                    .as("it exists, so it is not unknown")
                    .isInstanceOfSatisfying(
                            RecipientLookup.Unavailable.class,
                            u -> assertThat(u.reason()).contains("leads back to itself"));
            assertThat(whole(asked).lookup(EmailAddress.of("lost@example.test")))
                    .as("it exists, and nobody can say where its mail goes")
                    .isInstanceOfSatisfying(
                            RecipientLookup.Unavailable.class,
                            u -> assertThat(u.reason()).contains("of no domain of ours"));
            assertThat(ask(asked, "\u00e4rger@example.test"))
                    .isInstanceOf(RecipientLookup.Known.class);
        }
    }

    private static Recipients whole(SyncedDirectory directory) {
        return new Recipients(Map.of(Domain.of("example.test"), directory));
    }

    @Test
    void anAliasOfADomainThatWasOursIsNotPassedOnToIt() {
        hosted = Set.of(Domain.of("example.test"), Domain.of("example.org"));
        SyncedDirectory directory = synced();
        feed =
                sink -> {
                    sink.recipient("alice@example.test");
                    sink.alias("both@example.test", List.of("alice", "bob@example.org"));
                    sink.alias("old@example.test", List.of("bob@example.org"));
                };
        directory.sync(false);
        Recipients afterwards = whole(synced());
        assertThat(afterwards.lookup(EmailAddress.of("both@example.test")))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k ->
                                assertThat(k.targets())
                                        .containsExactly(EmailAddress.of("alice@example.test")));
        assertThat(afterwards.lookup(EmailAddress.of("old@example.test")))
                .isInstanceOf(RecipientLookup.Unavailable.class);
    }

    @Test
    void whatWaitsForConfirmationStillDoesAfterARestartAndIsConfirmedAtOnce() {
        SyncedDirectory directory = synced();
        feed = listing(people(100));
        directory.sync(false);
        feed = listing(people(50));
        directory.sync(false);
        SyncedDirectory restarted = synced();
        assertThat(restarted.status().refused()).isEqualTo(50);
        assertThat(ask(restarted, "user95@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(restarted.sync(true)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
        assertThat(synced().status().refused()).isZero();
    }

    @Test
    void aDomainThatTheListWasNotMadeForIsUnavailableAndNeverUnknown() {
        feed = listing(people(20));
        SyncedDirectory directory = synced();
        directory.sync(false);
        hosted = Set.of(Domain.of("example.test"), Domain.of("example.org"));
        for (SyncedDirectory asked : List.of(directory, synced())) {
            assertThat(ask(asked, "user1@example.org"))
                    .isInstanceOf(RecipientLookup.Unavailable.class);
            assertThat(ask(asked, "nobody@example.test"))
                    .isEqualTo(RecipientLookup.Unknown.INSTANCE);
        }
        directory.sync(false);
        assertThat(ask(directory, "user1@example.org")).isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void peopleOfADomainThatIsNoLongerOursDoNotMakeALargerRemovalAllowed() {
        hosted = Set.of(Domain.of("example.test"), Domain.of("example.org"));
        SyncedDirectory directory = synced();
        List<String> both = new ArrayList<>(people(100));
        people(1_000).forEach(p -> both.add(p.replace(".test", ".org")));
        feed = listing(both);
        directory.sync(false);
        hosted = Set.of(Domain.of("example.test"));
        feed = listing(people(50));
        assertThat(directory.sync(false))
                .isEqualTo(new SyncedDirectory.Outcome.Refused(50, 50, 100));
    }

    @Test
    void aLocalPartThatNeedsQuotesIsKeptAsItIs() {
        feed =
                sink -> {
                    sink.recipient("\"john doe\"");
                    sink.recipient("\"a@b\"");
                    sink.alias("\"the boss\"", List.of("\"john doe\""));
                };
        SyncedDirectory directory = synced();
        assertThat(directory.sync(false)).isEqualTo(new SyncedDirectory.Outcome.Taken(3, 3, 0, 0));
        for (SyncedDirectory asked : List.of(directory, synced())) {
            for (String known : List.of("\"John Doe\"", "\"a@b\"", "\"The boss\"")) {
                assertThat(ask(asked, known + "@example.test"))
                        .isInstanceOf(RecipientLookup.Known.class);
            }
        }
    }

    @Test
    void anAliasThatIsSpelledInTwoWaysHasTheTargetsOfBoth() {
        feed =
                sink -> {
                    sink.alias("Sales@example.test", List.of("a"));
                    sink.alias("sales@example.test", List.of("b"));
                };
        SyncedDirectory directory = synced();
        directory.sync(false);
        assertThat(ask(directory, "sales@example.test"))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class, k -> assertThat(k.targets()).hasSize(2));
    }

    @Test
    void aFetchThatEndsInAFaultOfOursIsAFailureLikeAnyOther() {
        SyncedDirectory directory = synced();
        feed =
                sink -> {
                    throw new IllegalStateException("a secret");
                };
        assertThat(directory.sync(false))
                .isEqualTo(new SyncedDirectory.Outcome.Failed("unexpected: IllegalStateException"));
        feed = listing(people(3));
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
    }

    @Test
    void aliasesThatLeadNowhereAnyMoreCountAsTakenAway() {
        feed =
                sink -> {
                    for (int i = 0; i < 100; i++) {
                        sink.alias("a" + i + "@example.test", List.of("u" + i));
                    }
                };
        SyncedDirectory directory = synced();
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
        feed =
                sink -> {
                    for (int i = 0; i < 100; i++) {
                        boolean spoilt = i < 20;
                        sink.alias(
                                "a" + i + "@example.test",
                                List.of(spoilt ? "u@store.internal" : "u" + i));
                    }
                };
        assertThat(directory.sync(false))
                .isEqualTo(new SyncedDirectory.Outcome.Refused(100, 20, 100));
        assertThat(ask(directory, "a7@example.test")).isInstanceOf(RecipientLookup.Known.class);
        feed = sink -> sink.alias("a1@example.test", List.of("u@store.internal"));
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Refused.class);
        assertThat(directory.status().error()).contains("names nobody");
    }

    @Test
    void anAliasThatNamesItselfKeepsACopy() {
        feed = sink -> sink.alias("bob@example.test", List.of("bob", "archive"));
        SyncedDirectory directory = synced();
        directory.sync(false);
        assertThat(ask(directory, "bob@example.test"))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k ->
                                assertThat(k.targets())
                                        .containsExactly(
                                                EmailAddress.of("bob@example.test"),
                                                EmailAddress.of("archive@example.test")));
        assertThat(directory.status().invalid()).isZero();
    }

    @Test
    void aListOfBeforeListsSaidWhomTheyWereMadeForIsForTheDomainsOfThen() throws Exception {
        Files.writeString(
                folder.resolve(CONFIG.name() + ".yaml"), "recipients: [alice@example.test]\n");
        SyncedDirectory directory = synced();
        assertThat(ask(directory, "alice@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(ask(directory, "nobody@example.test"))
                .isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void damagedDomainsOfAListAreAsBadAsAnyOtherDamageAndNoWorse() throws Exception {
        Files.writeString(
                folder.resolve(CONFIG.name() + ".yaml"),
                "domains: [example..test, [x]]\nrecipients: [alice@example.test]\n");
        SyncedDirectory directory = synced();
        assertThat(ask(directory, "alice@example.test"))
                .isInstanceOf(RecipientLookup.Unavailable.class);
        assertThat(directory.status().error()).contains("no domain");
    }

    @Test
    void aNoteOfWhatWaitsThatCannotBeReadLosesNobody() throws Exception {
        feed = listing(people(100));
        synced().sync(false);
        Files.createDirectory(folder.resolve(CONFIG.name() + ".refused"));
        assertThat(synced().status().refused()).isEqualTo(1);
        assertThat(ask(synced(), "user95@example.test")).isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void aDamagedNoteOfWhatWaitsLosesNobody() throws Exception {
        feed = listing(people(100));
        synced().sync(false);
        Files.writeString(folder.resolve(CONFIG.name() + ".refused"), "\u0000\u0000");
        assertThat(synced().status().refused()).isEqualTo(1);
        assertThat(ask(synced(), "user95@example.test")).isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void aSourceThatWasReplacedInTheMiddleOfAFetchTakesNothingAndSpoilsNothing() {
        SyncedDirectory before = synced();
        feed =
                sink -> {
                    sink.recipient("old@example.test");
                    SyncedDirectory after = synced();
                    feed = listing(people(20));
                    assertThat(after.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
                    before.close();
                };
        assertThat(before.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Failed.class);
        assertThat(ask(synced(), "user19@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(ask(synced(), "old@example.test")).isEqualTo(RecipientLookup.Unknown.INSTANCE);
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void whatAKilledRunLeftIsRemoved() throws Exception {
        Files.writeString(folder.resolve(CONFIG.name() + ".yaml.123.new"), "recipients:");
        SyncedDirectory.removeUnfinished(folder);
        SyncedDirectory.removeUnfinished(folder.resolve("none"));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aSourceThatDripsIsCutOff() {
        SyncedDirectory directory = synced();
        feed =
                sink -> {
                    for (String address : people(1_000)) {
                        time.advance(Duration.ofSeconds(1));
                        sink.recipient(address);
                    }
                };
        assertThat(directory.sync(false))
                .isEqualTo(
                        new SyncedDirectory.Outcome.Failed("the whole list did not come in time"));
    }

    @Test
    void aBrokenFileOnDiskIsAsGoodAsNone() throws Exception {
        Files.writeString(folder.resolve(CONFIG.name() + ".yaml"), "recipients: [a@b@c\n");
        SyncedDirectory directory = synced();
        assertThat(ask(directory, "user1@example.test"))
                .isInstanceOf(RecipientLookup.Unavailable.class);
        feed = listing(people(2));
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Taken.class);
    }

    @Test
    void aListThatLiesOnDiskIsServedThoughWhatComesAfterFails() throws Exception {
        feed = listing(people(10));
        SyncedDirectory directory = synced();
        directory.sync(false);
        feed = listing(people(11));
        // what notes a waiting removal cannot be removed: it is a folder that is not empty
        Files.createDirectories(folder.resolve(CONFIG.name() + ".refused").resolve("full"));
        assertThat(directory.sync(false)).isInstanceOf(SyncedDirectory.Outcome.Failed.class);
        assertThat(ask(directory, "user10@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(directory.status().entries()).isEqualTo(11);
        assertThat(ask(synced(), "user10@example.test"))
                .as("as a restart has it")
                .isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void whatASourceSaysInItsTroubleIsOneLineOfBoundedLength() {
        SyncedDirectory directory = synced();
        feed =
                sink -> {
                    throw new FeedException("a key\r\n2026 ERROR forged\0" + "x".repeat(9_000));
                };
        directory.sync(false);
        assertThat(directory.status().error())
                .startsWith("a key??2026 ERROR forged?xxx")
                .hasSizeLessThan(1_100);
    }
}
