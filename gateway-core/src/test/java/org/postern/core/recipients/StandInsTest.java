package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.SyncedDirectory.Outcome;

/** A source that is edited is a new one: the list of before answers until it is loaded. */
class StandInsTest extends SyncedDirectoryFixture {
    private static final Domain DOMAIN = Domain.of("example.test");
    private static final Domain OTHER = Domain.of("example.org");
    private static final RecipientSourceConfig.Http EDITED =
            new RecipientSourceConfig.Http(
                    URI.create("https://dc2.example/list.json"), null, null, null, CONFIG.sync());

    private SyncedDirectory edited() {
        return new SyncedDirectory(
                EDITED, sink -> feed.fetch(sink), folder, () -> 0.1, () -> hosted, time);
    }

    private SyncedDirectory loaded(List<String> addresses) {
        SyncedDirectory before = synced();
        feed = listing(addresses);
        assertThat(before.sync(false)).isInstanceOf(Outcome.Taken.class);
        return before;
    }

    @Test
    void whoStandsInTheListOfBeforeIsKnownAndNobodyElseIsUnknown() {
        SyncedDirectory after = edited();
        after.replaces(loaded(people(20)), Set.of(DOMAIN));
        assertThat(ask(after, "user7@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(ask(after, "user7+x@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(after.tellsHandling(EmailAddress.of("user7@example.test"))).isTrue();
        assertThat(ask(after, "new@example.test")).isInstanceOf(RecipientLookup.Unavailable.class);
        assertThat(ask(after, "user7@example.org"))
                .as("of another domain than it was replaced for")
                .isInstanceOf(RecipientLookup.Unavailable.class);
        assertThat(after.status().entries()).isEqualTo(-1);
        assertThat(after.status().standIn()).isEqualTo(CONFIG.name());
    }

    @Test
    void itsOwnFirstListIsHeldToTheListOfBeforeAndEndsIt() {
        SyncedDirectory after = edited();
        after.replaces(loaded(people(100)), Set.of(DOMAIN));
        feed = listing(people(40));
        assertThat(after.sync(false)).isEqualTo(new Outcome.Refused(40, 60, 100));
        assertThat(ask(after, "user90@example.test")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(after.status().refused()).isEqualTo(60);
        feed = listing(people(95));
        assertThat(after.sync(false)).isInstanceOf(Outcome.Taken.class);
        assertThat(ask(after, "user99@example.test")).isEqualTo(RecipientLookup.Unknown.INSTANCE);
        assertThat(after.status().standIn()).isEmpty();
        assertThat(folder.resolve(EDITED.name() + ".before")).doesNotExist();
    }

    @Test
    void aNarrowerListIsTakenOnceItIsConfirmed() {
        SyncedDirectory after = edited();
        after.replaces(loaded(people(100)), Set.of(DOMAIN));
        feed = listing(people(40));
        after.sync(false);
        assertThat(after.sync(true)).isInstanceOf(Outcome.Taken.class);
        assertThat(ask(after, "user90@example.test")).isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void aRestartGoesOnWithTheListOfBefore() {
        SyncedDirectory after = edited();
        after.replaces(loaded(people(20)), Set.of(DOMAIN));
        after.keepStandIns();
        SyncedDirectory restarted = edited();
        assertThat(ask(restarted, "user7@example.test")).isInstanceOf(RecipientLookup.Known.class);
        feed = listing(people(3));
        assertThat(restarted.sync(false)).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void aSecondEditBeforeTheFirstIsLoadedKeepsTheListAsWell() {
        hosted = Set.of(DOMAIN, OTHER);
        SyncedDirectory first = edited();
        first.replaces(loaded(List.of("a@example.test", "b@example.org")), Set.of(DOMAIN, OTHER));
        SyncedDirectory second =
                new SyncedDirectory(
                        new RecipientSourceConfig.Http(
                                URI.create("https://dc3.example/l"),
                                null,
                                null,
                                null,
                                CONFIG.sync()),
                        sink -> feed.fetch(sink),
                        folder,
                        () -> 0.1,
                        () -> hosted,
                        time);
        second.replaces(first, Set.of(OTHER));
        assertThat(ask(second, "b@example.org")).isInstanceOf(RecipientLookup.Known.class);
        assertThat(ask(second, "a@example.test")).isInstanceOf(RecipientLookup.Unavailable.class);
    }

    @Test
    void aListThatNamesNobodyOfASourceNeverLoadedTakesNobodyAway() {
        SyncedDirectory directory = synced();
        feed = listing(List.of());
        assertThat(directory.sync(true))
                .as("nobody has seen it")
                .isEqualTo(new Outcome.Refused(0, 0, 0));
        assertThat(directory.status().refused()).isZero();
        assertThat(directory.status().error()).isEqualTo("the list names nobody");
        assertThat(directory.sync(true)).isInstanceOf(Outcome.Taken.class);
    }

    @Test
    void recipientsAreCountedByDomain() {
        hosted = Set.of(DOMAIN, OTHER);
        SyncedDirectory directory = loaded(List.of("a@example.test", "b@example.test"));
        assertThat(directory.counts(hosted)).isEqualTo(Map.of(DOMAIN, 2, OTHER, 0));
        feed = listing(List.of("a@example.test", "b@example.test", "postmaster"));
        directory.sync(false);
        assertThat(directory.counts(hosted)).isEqualTo(Map.of(DOMAIN, 3, OTHER, 1));
    }

    @Test
    void anAliasThatLeadsElsewhereNamesWhere() {
        SyncedDirectory directory = synced();
        feed =
                sink -> {
                    sink.recipient("alice@example.test");
                    sink.alias("info@example.test", List.of("a@elsewhere.example"));
                };
        directory.sync(false);
        assertThat(ask(whole(directory), "info@example.test"))
                .isInstanceOfSatisfying(
                        RecipientLookup.Unavailable.class,
                        u ->
                                assertThat(u.reason())
                                        .contains("leads to a@elsewhere.example, which is of no"));
        assertThat(ask(whole(synced()), "info@example.test"))
                .as("after a restart")
                .isInstanceOfSatisfying(
                        RecipientLookup.Unavailable.class,
                        u -> assertThat(u.reason()).contains("a@elsewhere.example"));
    }
}
