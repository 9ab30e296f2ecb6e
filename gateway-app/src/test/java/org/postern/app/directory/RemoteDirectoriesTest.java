package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.ManualTimeSource;

class RemoteDirectoriesTest {
    private static final EmailAddress ALICE = EmailAddress.of("alice@example.test");

    /** A second domain, whose people a web service names that nobody asks here. */
    private static final String WITH_A_SOURCE =
            """
              example.org:
                recipients: { http: { url: "https://127.0.0.1:1/people.json" } }
                downstream: maildir:mail
            """;

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));

    private Snapshot read(String more) throws IOException {
        return SmallSite.snapshot(folder, time, more, "alice@example.test");
    }

    private void lastGoodList(PosternConfig config, String address) throws IOException {
        RecipientSourceConfig.Http source =
                (RecipientSourceConfig.Http)
                        config.domains().get(Domain.of("example.org")).recipients().getFirst();
        Files.createDirectories(config.data().resolve("recipients"));
        Files.writeString(
                config.data().resolve("recipients").resolve(source.name() + ".yaml"),
                "domains: [example.org]\nrecipients: [" + address + "]\n");
    }

    @Test
    void aSourceOfACandidateThatNeverCameIntoForceIsMadeAnew() throws IOException {
        Snapshot live = read("");
        EmailAddress first = EmailAddress.of("first@example.org");
        EmailAddress later = EmailAddress.of("later@example.org");
        try (Metrics metrics = new Metrics();
                RemoteDirectories directories =
                        new RemoteDirectories(live.config().data(), time, metrics)) {
            directories.activate(directories.bind(live));
            Snapshot candidate = read(WITH_A_SOURCE);
            lastGoodList(candidate.config(), "first@example.org");
            assertThat(directories.bind(candidate).recipients().lookup(first))
                    .isInstanceOf(RecipientLookup.Known.class);
            // that reload is refused; hours later the list is another
            lastGoodList(candidate.config(), "later@example.org");
            assertThat(directories.bindToActive(candidate).recipients().lookup(first))
                    .as("what is not in force is not asked")
                    .isInstanceOf(RecipientLookup.Unavailable.class);
            Snapshot again = directories.bind(candidate);
            assertThat(again.recipients().lookup(later)).isInstanceOf(RecipientLookup.Known.class);
            assertThat(again.recipients().lookup(first))
                    .isEqualTo(RecipientLookup.Unknown.INSTANCE);

            directories.activate(again);
            assertThat(directories.bind(read(WITH_A_SOURCE)).recipients().lookup(later))
                    .as("one in force is the same over reloads")
                    .isInstanceOf(RecipientLookup.Known.class);
            assertThat(directories.status()).hasSize(1);
            assertThat(again.recipients().lookup(ALICE)).isInstanceOf(RecipientLookup.Known.class);
            // the folder is deleted next: nobody may write there any more
            await("the first sync has ended")
                    .until(() -> !directories.status().getFirst().error().isEmpty());
        }
    }

    @Test
    void aNewSourceWithoutAListIsToldOf() throws IOException {
        Snapshot live = read("");
        PosternConfig next = read(WITH_A_SOURCE).config();
        try (Metrics metrics = new Metrics();
                RemoteDirectories directories =
                        new RemoteDirectories(live.config().data(), time, metrics)) {
            assertThat(directories.withoutList(live.config())).isEmpty();
            assertThat(directories.withoutList(next))
                    .singleElement()
                    .satisfies(problem -> {
                        assertThat(problem.isError()).isFalse();
                        assertThat(problem.message())
                                .contains("no list yet: mail for example.org waits (451)");
                    });
            lastGoodList(next, "first@example.org");
            assertThat(directories.withoutList(next)).isEmpty();
        }
    }

    @Test
    void aSourceThatIsEditedIsAnsweredFromTheListOfBeforeUntilItIsLoaded() throws IOException {
        EmailAddress first = EmailAddress.of("first@example.org");
        Snapshot before = read(WITH_A_SOURCE);
        lastGoodList(before.config(), "first@example.org");
        try (Metrics metrics = new Metrics();
                RemoteDirectories directories =
                        new RemoteDirectories(before.config().data(), time, metrics)) {
            directories.activate(directories.bind(before));
            Snapshot edited = read(WITH_A_SOURCE.replace("people.json", "everybody.json"));
            assertThat(directories.withoutList(edited.config()))
                    .singleElement()
                    .satisfies(problem ->
                            assertThat(problem.message())
                                    .contains("waits (451)", "the last list of http-"));
            Snapshot after = directories.bind(edited);
            directories.activate(after);
            assertThat(after.recipients().lookup(first)).isInstanceOf(RecipientLookup.Known.class);
            assertThat(after.recipients().lookup(EmailAddress.of("other@example.org")))
                    .isInstanceOf(RecipientLookup.Unavailable.class);
            assertThat(directories.status().getFirst().standIn()).startsWith("http-");
            await("the first sync has ended")
                    .until(() -> !directories.status().getFirst().error().isEmpty());
        }
        try (Metrics metrics = new Metrics();
                RemoteDirectories started =
                        new RemoteDirectories(before.config().data(), time, metrics)) {
            assertThat(
                            started.bind(
                                            read(
                                                    WITH_A_SOURCE.replace(
                                                            "people.json", "everybody.json")))
                                    .recipients()
                                    .lookup(first))
                    .as("after a restart")
                    .isInstanceOf(RecipientLookup.Known.class);
        }
    }

    @Test
    void aDomainOfWhichTheListNamesNobodyIsCounted() throws IOException {
        Snapshot both = read(WITH_A_SOURCE + WITH_A_SOURCE.replace("example.org", "example.net"));
        lastGoodList(both.config(), "first@example.org");
        try (Metrics metrics = new Metrics();
                RemoteDirectories directories =
                        new RemoteDirectories(both.config().data(), time, metrics)) {
            directories.activate(directories.bind(both));
            assertThat(directories.counts(directories.status().getFirst().name()))
                    .isEqualTo(Map.of(Domain.of("example.org"), 1, Domain.of("example.net"), 0));
            await("the first sync has ended")
                    .until(() -> !directories.status().getFirst().error().isEmpty());
            await("it was looked for")
                    .untilAsserted(() ->
                            assertThat(directories.status().getFirst().without())
                                    .containsExactly("example.net"));
        }
    }

    @Test
    void aCallOutIsStaleOnlyWhileItsStoreIsAwayAndWhatIsGoneIsMeasuredNoMore() throws IOException {
        Snapshot live = read("");
        Snapshot next =
                read(
                        """
                          example.org:
                            recipients: { callout: { timeout: 2s } }
                            downstream: lmtp://127.0.0.1:1
                        """);
        try (Metrics metrics = new Metrics();
                RemoteDirectories directories =
                        new RemoteDirectories(live.config().data(), time, metrics)) {
            Snapshot bound = directories.bind(next);
            directories.activate(bound);
            assertThat(staleness(metrics)).endsWith("} 0.0");
            String callout = directories.status().getFirst().name();
            assertThat(directories.askAnew(callout, true))
                    .hasValueSatisfying(anew -> assertThat(anew.confirmed()).isZero());
            assertThat(directories.askAnew("callout-of-nobody", true)).isEmpty();
            bound.recipients().lookup(EmailAddress.of("bob@example.org"));
            time.advance(Duration.ofSeconds(90));
            assertThat(staleness(metrics)).endsWith("} 90.0");
            directories.activate(directories.bind(live));
            assertThat(staleness(metrics)).isEmpty();
        }
    }

    private static String staleness(Metrics metrics) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("postern_recipients_staleness_seconds{"))
                .collect(Collectors.joining());
    }
}
