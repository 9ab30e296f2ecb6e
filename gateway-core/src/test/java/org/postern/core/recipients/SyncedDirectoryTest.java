package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientFeed.FeedException;

/** How the last good list is served, kept and read again, whatever the source does. */
class SyncedDirectoryTest extends SyncedDirectoryFixture {
    @Nested
    class LikeEveryDirectory extends ListingDirectoryContract {
        @Override
        RecipientDirectory directory(List<EmailAddress> known) {
            hosted =
                    Set.of(
                            Domain.of("example.test"),
                            Domain.of("mx.example.test"),
                            Domain.of("example.org"));
            SyncedDirectory directory = synced();
            if (known.isEmpty()) {
                // nobody at all is believed only of a source that once named somebody, and
                // confirmed
                feed = listing(List.of("somebody@example.test"));
                directory.sync(false);
            }
            feed = listing(known.stream().map(EmailAddress::toString).toList());
            directory.sync(false);
            directory.sync(true);
            return directory;
        }
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
}
