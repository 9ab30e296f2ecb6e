package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.Domain;

/** How many a list may take away without a confirmation, and what a confirmation is of. */
class SyncedRemovalsTest extends SyncedDirectoryFixture {
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
}
