package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.ManualTimeSource;

class RecipientsTest {
    private static final EmailAddress ALICE = EmailAddress.of("alice@example.test");

    private static RecipientDirectory answering(RecipientLookup answer) {
        return new RecipientDirectory() {
            @Override
            public RecipientLookup lookup(EmailAddress address) {
                return answer;
            }

            @Override
            public String name() {
                return "fixed";
            }
        };
    }

    private static RecipientLookup ask(RecipientDirectory... sources) {
        return new DomainRecipients(List.of(sources)).lookup(ALICE);
    }

    private static final RecipientDirectory AWAY =
            answering(new RecipientLookup.Unavailable("directory is away"));
    private static final RecipientDirectory NOBODY = answering(RecipientLookup.Unknown.INSTANCE);

    @Test
    void aSourceThatIsAwayMakesUnknownUnavailable() {
        assertThat(ask(NOBODY, AWAY))
                .isEqualTo(new RecipientLookup.Unavailable("directory is away"));
        assertThat(ask(AWAY, NOBODY))
                .isEqualTo(new RecipientLookup.Unavailable("directory is away"));
    }

    @Test
    void aSourceThatKnowsTheAddressDecidesWhoeverElseIsAway() {
        assertThat(ask(AWAY, NOBODY, Recipients.fixed(List.of(ALICE))))
                .isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void whatTakesAnybodyTakesNobodyWhileASourceBeforeItIsAway() {
        RecipientDirectory anybody = new AcceptAllDirectory();
        assertThat(ask(AWAY, anybody))
                .isEqualTo(new RecipientLookup.Unavailable("directory is away"));
        assertThat(ask(NOBODY, anybody)).isInstanceOf(RecipientLookup.Known.class);
        assertThat(ask(AWAY, anybody, Recipients.fixed(List.of(ALICE))))
                .isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void unknownNeedsEverySourceToSaySo() {
        assertThat(ask(NOBODY, NOBODY)).isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void whoAsksForWhatTheConfigurationDoesNotHaveIsUnavailableAndNeverDeliveredElsewhere(
            @TempDir Path directory) throws Exception {
        SnapshotResult read =
                Snapshots.read(
                        Files.writeString(
                                directory.resolve("postern.yaml"),
                                """
                                hostname: mx.example.test
                                data: data
                                listeners: [{ address: 127.0.0.1, port: 2525 }]
                                downstreams: { west: "maildir:west" }
                                domains:
                                  example.test:
                                    recipients: { http: { url: "http://127.0.0.1:1/" } }
                                    downstream: maildir:mail
                                """),
                        new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z")));
        assertThat(read).as("%s", read).isInstanceOf(SnapshotResult.Loaded.class);
        Recipients recipients = ((SnapshotResult.Loaded) read).snapshot().recipients();
        for (Handling handling :
                List.of(new Handling("north", null), new Handling("west", "strict"))) {
            assertThat(recipients.bound(c -> listing(handling)).lookup(ALICE))
                    .isInstanceOfSatisfying(
                            RecipientLookup.Unavailable.class,
                            u ->
                                    assertThat(u.reason())
                                            .contains("remote asks for what is not there: no "));
        }
        assertThat(recipients.bound(c -> listing(new Handling("west", null))).lookup(ALICE))
                .isInstanceOf(RecipientLookup.Known.class);
    }

    private static RecipientDirectory listing(Handling handling) {
        return answering(new RecipientLookup.Known(List.of(ALICE), "remote", handling));
    }

    @Test
    void whatIsAskedForSomebodyCanBeToldOnlyOnceTheSourceIsLoaded(@TempDir Path folder) {
        SyncedDirectory synced =
                new SyncedDirectory(
                        new RecipientSourceConfig.Http(
                                URI.create("https://people.example/"),
                                null,
                                null,
                                null,
                                new RecipientSourceConfig.Sync(
                                        Duration.ofMinutes(15),
                                        Duration.ofSeconds(10),
                                        null,
                                        null)),
                        sink -> sink.recipient("bob@example.test", new Handling("west", null)),
                        folder,
                        () -> 0.1,
                        () -> Set.of(Domain.of("example.test")),
                        new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z")));
        RecipientDirectory both =
                new DomainRecipients(List.of(Recipients.fixed(List.of(ALICE)), synced));
        EmailAddress bob = EmailAddress.of("bob@example.test");
        assertThat(both.tellsHandling(ALICE)).isTrue();
        assertThat(both.tellsHandling(bob)).isFalse();
        synced.sync(false);
        assertThat(both.tellsHandling(bob)).isTrue();
        assertThat(both.handling(bob)).contains(new Handling("west", null));
    }

    @Test
    void aDomainThatIsNotOursIsNotHosted() {
        Recipients recipients =
                new Recipients(Map.of(Domain.of("example.test"), Recipients.fixed(List.of(ALICE))));
        assertThat(recipients.lookup(ALICE)).isInstanceOf(RecipientLookup.Known.class);
        for (String other :
                List.of("alice@example.org", "alice@sub.example.test", "alice@[127.0.0.1]")) {
            assertThat(recipients.lookup(EmailAddress.of(other)))
                    .isEqualTo(RecipientLookup.NotHosted.INSTANCE);
        }
    }
}
