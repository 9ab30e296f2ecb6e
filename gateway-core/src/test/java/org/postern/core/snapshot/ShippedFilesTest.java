package org.postern.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.problem.Problem;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.time.TimeSource;

class ShippedFilesTest {
    private static final Path ROOT =
            Path.of(System.getProperty("postern.root", "..")).toAbsolutePath().normalize();

    private static Snapshot load(Path file) {
        SnapshotResult result = Snapshots.read(file, TimeSource.system());
        assertThat(result)
                .as("%s", result)
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class, l -> assertThat(l.warnings()).isEmpty());
        return ((SnapshotResult.Loaded) result).snapshot();
    }

    @Test
    void theShippedConfigurationLoadsWithoutAProblem() {
        PosternConfig config = load(ROOT.resolve("config/postern.yaml")).config();
        assertThat(config.hostname()).isEqualTo(Domain.of("mx.example.test"));
        assertThat(config.listeners())
                .singleElement()
                .satisfies(l -> {
                    assertThat(l.address()).isEqualTo(Ip.parse("127.0.0.1"));
                    assertThat(l.port()).isEqualTo(2525);
                });
        assertThat(config.data()).isEqualTo(ROOT.resolve("data"));
        assertThat(config.admin().port()).isEqualTo(8025);
        assertThat(config.downstreams().values())
                .extracting(DownstreamConfig::target)
                .containsExactly(new DownstreamConfig.Target.Maildir(ROOT.resolve("data/mail")));
    }

    @Test
    void theContainersConfigurationLoadsAndWarnsOfItsTwoConcessionsAlone() {
        SnapshotResult result =
                Snapshots.read(ROOT.resolve("docker/gateway/postern.yaml"), TimeSource.system());
        assertThat(result)
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class,
                        loaded -> {
                            assertThat(loaded.warnings())
                                    .extracting(Problem::message)
                                    .satisfiesExactly(
                                            w -> assertThat(w).contains("offers no TLS"),
                                            w ->
                                                    assertThat(w)
                                                            .contains(
                                                                    "metrics and health can be"
                                                                            + " read"));
                            assertThat(
                                            loaded.snapshot()
                                                    .recipients()
                                                    .lookup(
                                                            EmailAddress.of(
                                                                    "postmaster@example.test")))
                                    .isInstanceOf(RecipientLookup.Known.class);
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"postmaster", "abuse", "alice", "bob", "Alice"})
    void theShippedRecipientsAreKnown(String localPart) {
        Snapshot snapshot = load(ROOT.resolve("config/postern.yaml"));
        assertThat(snapshot.recipients().lookup(EmailAddress.of(localPart + "@example.test")))
                .isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void theCommentedExamplesInTheShippedFilesWouldLoadAsWell(
            @org.junit.jupiter.api.io.TempDir Path copy) throws Exception {
        Files.createDirectories(copy.resolve("lists"));
        for (String list : new String[] {"allow", "deny", "recipients"}) {
            String text = Files.readString(ROOT.resolve("config/lists/" + list + ".yaml"));
            Files.writeString(
                    copy.resolve("lists/" + list + ".yaml"),
                    text.replaceAll("(?m)^# ((  - |[a-z-]+:( |$)|  [a-z]+:).*)$", "$1"));
        }
        String config = Files.readString(ROOT.resolve("config/postern.yaml"));
        Files.writeString(
                copy.resolve("postern.yaml"),
                config.replaceAll(
                        "(?m)^# ((dns|authentication|log):.*|  (dmarc|trusted).*)$", "$1"));
        Snapshot snapshot = load(copy.resolve("postern.yaml"));
        assertThat(snapshot.lists().denySize()).isEqualTo(5);
        assertThat(snapshot.lists().allowSize()).isEqualTo(2);
        assertThat(snapshot.recipients().lookup(EmailAddress.of("alice+shop@example.test")))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k ->
                                assertThat(k.targets())
                                        .containsExactly(
                                                EmailAddress.of("alice+shop@example.test")));
        assertThat(snapshot.config().dns().servers()).hasSize(1);
        assertThat(snapshot.config().authentication().dmarcExceptions()).hasSize(1);
    }
}
