package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.ManualTimeSource;

/** A start after which people's files are not what they were; also a directory by the contract. */
class KeptCopiesTest extends ListingDirectoryContract {
    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("lists/r.txt");
        Files.createDirectories(file.getParent());
        configure("{ file: lists/r.txt }");
    }

    private void configure(String recipients) throws IOException {
        Files.writeString(
                folder.resolve("postern.yaml"),
                """
                hostname: mx.example.test
                data: data
                listeners: [{ address: 127.0.0.1, port: 2525 }]
                domains:
                  example.test: { recipients: %s, downstream: "maildir:mail" }
                  example.org: { recipients: { static: [o@example.org] }, downstream: "maildir:mail" }
                """
                        .formatted(recipients));
    }

    private static String people(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> "p" + i + "\n")
                .collect(Collectors.joining());
    }

    /** A start that ends well: what was read is copied, as the program does. */
    private Recipients started() throws IOException {
        Recipients recipients = loaded(Snapshots.start(folder.resolve("postern.yaml"), time));
        for (Recipients.FileSource source : recipients.fileSources()) {
            if (source.kept() == null) {
                copies().keep(source.file(), source.digest(), time.instant());
            }
        }
        return recipients;
    }

    private KeptCopies copies() {
        return KeptCopies.in(folder.resolve("data"));
    }

    private static Recipients loaded(SnapshotResult result) {
        assertThat(result).as("%s", result).isInstanceOf(SnapshotResult.Loaded.class);
        return ((SnapshotResult.Loaded) result).snapshot().recipients();
    }

    private static boolean knows(Recipients recipients, String localPart) {
        return recipients.lookup(EmailAddress.of(localPart + "@example.test"))
                instanceof RecipientLookup.Known;
    }

    private List<String> checked() {
        return switch (Snapshots.check(folder.resolve("postern.yaml"), time)) {
            case SnapshotResult.Loaded loaded ->
                    loaded.warnings().stream().map(Problem::toString).toList();
            case SnapshotResult.Refused refused ->
                    refused.problems().all().stream().map(Problem::toString).toList();
        };
    }

    private static KeptCopies.Kept kept(Recipients recipients) {
        KeptCopies.Kept kept = recipients.fileSources().getFirst().kept();
        assertThat(kept).isNotNull();
        return kept;
    }

    @Override
    RecipientDirectory directory(List<EmailAddress> known) throws IOException {
        Files.writeString(
                file,
                known.stream().map(EmailAddress::toString).collect(Collectors.joining("\n"))
                        + "\n");
        copies().keep(file, KeptCopies.digest(Files.readAllBytes(file)), time.instant());
        return copies().read(file, new ProblemCollector())
                .<RecipientDirectory>map(KeptCopies.Copy::table)
                .orElseGet(() -> new StaticDirectory(List.of()));
    }

    @Test
    void aFileThatIsMissingBrokenOrEmptiedAtAStartIsAnsweredFromItsCopy() throws IOException {
        Files.writeString(file, people(0, 60));
        started();
        time.advance(Duration.ofHours(3));
        for (String broken : List.of("", "p1\nno address@\n", "MISSING")) {
            if (broken.equals("MISSING")) {
                Files.delete(file);
            } else {
                Files.writeString(file, broken);
            }
            Recipients recipients = started();
            assertThat(knows(recipients, "p59")).as(broken).isTrue();
            assertThat(knows(recipients, "p60")).as(broken).isFalse();
            assertThat(kept(recipients).lastGood())
                    .isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
            assertThat(kept(recipients).words())
                    .contains("lists/r.txt", "data/recipients/file-r-", "postern reload");
        }
        assertThat(kept(started()).trouble()).contains("no such file");
    }

    @Test
    void aFileThatHasLostTooManyAtAStartWaitsForTheSameConfirmationAsAtAReload()
            throws IOException {
        Files.writeString(file, people(0, 60));
        started();
        Files.writeString(file, people(0, 30) + people(100, 110));
        Recipients recipients = started();
        assertThat(knows(recipients, "p59")).isTrue();
        assertThat(knows(recipients, "p105")).as("not taken at all").isFalse();
        assertThat(kept(recipients).words())
                .contains("30 of 60 recipients are gone", "postern reload --confirm");

        FileRemovals removals = new FileRemovals();
        removals.begin(recipients);
        Recipients candidate = loaded(Snapshots.read(folder.resolve("postern.yaml"), time));
        assertThat(removals.check(recipients, candidate, 0.1, true, d -> Place.start(folder)))
                .as("the start has told of it")
                .isEmpty();
        assertThat(removals.check(recipients, candidate, 0.1, false, d -> Place.start(folder)))
                .hasSize(1);
    }

    @Test
    void aFileThatHasChangedByALittleIsBelievedAndCopiedAnew() throws IOException {
        Files.writeString(file, people(0, 60));
        started();
        Files.writeString(file, people(3, 70));
        assertThat(knows(started(), "p69")).isTrue();
        assertThat(copies().of(file)).hasContent(people(3, 70));
        assertThat(Files.getPosixFilePermissions(copies().of(file)))
                .as("readable for the gateway alone")
                .containsExactlyInAnyOrder(
                        PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void withoutACopyTheFileIsBelievedAndABrokenOneIsAnErrorAsItIsToCheck() throws IOException {
        Files.writeString(file, "no address@\n");
        assertThat(Snapshots.start(folder.resolve("postern.yaml"), time))
                .isInstanceOf(SnapshotResult.Refused.class);
        Files.writeString(file, people(0, 2));
        assertThat(knows(started(), "p1")).isTrue();

        Files.writeString(file, "no address@\n");
        assertThat(checked())
                .anySatisfy(line -> assertThat(line).contains("r.txt:1:", "no address or local"))
                .anySatisfy(line -> assertThat(line).contains("a start serves the last good copy"));
        assertThat(Snapshots.check(folder.resolve("postern.yaml"), time))
                .isInstanceOf(SnapshotResult.Refused.class);
        assertThat(Snapshots.read(folder.resolve("postern.yaml"), time))
                .as("a reload takes no broken file")
                .isInstanceOf(SnapshotResult.Refused.class);
    }

    @Test
    void checkWarnsOfAFileThatAStartWouldNotTake() throws IOException {
        Files.writeString(file, people(0, 60) + "postmaster\n");
        started();
        assertThat(checked()).isEmpty();
        Files.writeString(file, people(0, 30) + "postmaster\n");
        assertThat(checked())
                .singleElement()
                .asString()
                .contains("warning: 30 of 61 recipients are gone", "postern reload --confirm");
    }

    @Test
    void aCopyIsGoodWhateverHasChangedInTheConfigurationSince() throws IOException {
        file = folder.resolve("lists/r.yaml");
        configure("{ file: lists/r.yaml }");
        Files.writeString(
                file,
                """
                recipients: [a, { address: b, policy: strict }, postmaster]
                aliases: { sales: [a, o@example.org] }
                """);
        Files.writeString(
                folder.resolve("postern.yaml"),
                Files.readString(folder.resolve("postern.yaml"))
                        + "policy: { sets: { strict: [] } }\n");
        started();
        Files.delete(file);
        configure("{ file: lists/r.yaml }");
        Recipients recipients = started();
        assertThat(knows(recipients, "sales")).isTrue();
        assertThat(recipients.lookup(EmailAddress.of("b@example.test")))
                .as("what is not there any more is not guessed")
                .isInstanceOf(RecipientLookup.Unavailable.class);
    }

    @Test
    void allErrorsAreToldAtOnceWhereSomethingElseForbidsTheStart() throws IOException {
        Files.writeString(file, people(0, 60));
        started();
        Files.writeString(file, "no address@\n");
        Files.writeString(
                folder.resolve("postern.yaml"),
                Files.readString(folder.resolve("postern.yaml")) + "lists: { deny: deny.yaml }\n");
        SnapshotResult result = Snapshots.start(folder.resolve("postern.yaml"), time);
        assertThat(result).isInstanceOf(SnapshotResult.Refused.class);
        assertThat(((SnapshotResult.Refused) result).problems().toString())
                .contains("deny.yaml", "r.txt:1:");
    }

    @Test
    void aDamagedCopyIsWarnedOfAndACopyOfNobodyIsNone() throws IOException {
        Files.writeString(file, people(0, 60));
        started();
        Files.writeString(copies().of(file), "no address@\n");
        SnapshotResult result = Snapshots.start(folder.resolve("postern.yaml"), time);
        assertThat(((SnapshotResult.Loaded) result).warnings().toString())
                .contains("the last good copy is of no use");
        started();
        assertThat(copies().of(file)).hasContent(people(0, 60));

        Files.writeString(copies().of(file), "");
        Files.delete(file);
        assertThat(Snapshots.start(folder.resolve("postern.yaml"), time))
                .as("it would refuse everybody")
                .isInstanceOf(SnapshotResult.Refused.class);
    }

    @Test
    void aFileThatChangesWhileItIsCopiedLeavesTheCopyOfBefore() throws IOException {
        Files.writeString(file, people(0, 60));
        started();
        String read = KeptCopies.digest(people(0, 61).getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> copies().keep(file, read, time.instant()))
                .hasMessageContaining("has changed since it was read");
        assertThat(copies().of(file)).hasContent(people(0, 60));
        try (var left = Files.list(folder.resolve("data/recipients"))) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void filesOfOneNameHaveCopiesOfTheirOwnAndThoseNotNamedAnyMoreAreRemoved() throws IOException {
        Path other = folder.resolve("other/r.txt");
        Files.createDirectories(other.getParent());
        for (Path each : List.of(file, other)) {
            Files.writeString(each, each.toString());
            copies().keep(each, KeptCopies.digest(Files.readAllBytes(each)), time.instant());
        }
        Path synced = Files.writeString(folder.resolve("data/recipients/ldap-x.yaml"), "");
        assertThat(copies().of(other)).isNotEqualTo(copies().of(file)).hasContent(other.toString());
        copies().removeOthers(Set.of(file));
        assertThat(copies().of(other)).doesNotExist();
        assertThat(copies().of(file)).exists();
        assertThat(synced).exists();
    }
}
