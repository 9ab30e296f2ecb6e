package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/** What a source may name: addresses, aliases, and what is neither. */
class SyncedEntriesTest extends SyncedDirectoryFixture {
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
}
