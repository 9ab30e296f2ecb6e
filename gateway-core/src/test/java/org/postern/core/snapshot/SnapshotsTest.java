package org.postern.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.AddedEntries;
import org.postern.core.lists.DamagedList;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.ListMatch;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.time.ManualTimeSource;

class SnapshotsTest {
    @TempDir Path directory;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private Path file = Path.of("");

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("postern.yaml");
        Files.writeString(
                file,
                """
                hostname: mx.example.test
                data: data
                listeners: [{ address: 127.0.0.1, port: 2525 }]
                domains:
                  example.test:
                    recipients: { file: r.txt }
                    downstream: maildir:mail
                lists: { deny: deny.yaml, allow: allow.yaml }
                """);
        Files.writeString(directory.resolve("r.txt"), "postmaster\nalice\n");
        Files.writeString(directory.resolve("deny.yaml"), "client: [192.0.2.0/24]\n");
        Files.writeString(directory.resolve("allow.yaml"), "client: []\n");
    }

    private Snapshots started() {
        SnapshotResult first = Snapshots.read(file, time);
        assertThat(first).isInstanceOf(SnapshotResult.Loaded.class);
        return new Snapshots(((SnapshotResult.Loaded) first).snapshot(), time);
    }

    private static SnapshotResult reload(Snapshots snapshots) {
        return snapshots.reload(snapshot -> List.of());
    }

    private static List<String> problems(SnapshotResult result) {
        assertThat(result).isInstanceOf(SnapshotResult.Refused.class);
        return ((SnapshotResult.Refused) result)
                .problems().all().stream()
                        .map(p -> p.place().file().getFileName() + ":" + p.place().line())
                        .toList();
    }

    @Test
    void aReloadSwapsInEverythingAtOnce() throws IOException {
        Snapshots snapshots = started();
        Snapshot pinned = snapshots.current();
        Files.writeString(directory.resolve("r.txt"), "postmaster\nbob\n");
        Files.writeString(directory.resolve("deny.yaml"), "client: [198.51.100.1]\n");
        assertThat(reload(snapshots)).isInstanceOf(SnapshotResult.Loaded.class);
        Snapshot now = snapshots.current();
        assertThat(now.revision()).isEqualTo(pinned.revision() + 1);
        EmailAddress bob = EmailAddress.of("bob@example.test");
        assertThat(now.recipients().lookup(bob)).isInstanceOf(RecipientLookup.Known.class);
        assertThat(pinned.recipients().lookup(bob)).isEqualTo(RecipientLookup.Unknown.INSTANCE);
        assertThat(now.lists().client(Ip.parse("192.0.2.1"))).isEqualTo(ListMatch.None.INSTANCE);
        assertThat(pinned.lists().client(Ip.parse("192.0.2.1"))).isInstanceOf(ListMatch.Deny.class);
    }

    @Test
    void aBrokenListIsRefusedWithItsPlaceAndTheOldOneStays() throws IOException {
        Snapshots snapshots = started();
        Snapshot before = snapshots.current();
        Files.writeString(directory.resolve("deny.yaml"), "client:\n  - 192.0.2.0/33\n");
        assertThat(problems(reload(snapshots))).containsExactly("deny.yaml:2");
        assertThat(snapshots.current()).isSameAs(before);
        assertThat(snapshots.refusal().orElseThrow().why()).contains("deny.yaml:2:");
        Files.writeString(directory.resolve("deny.yaml"), "client: [192.0.2.0/24]\n");
        assertThat(reload(snapshots)).isInstanceOf(SnapshotResult.Loaded.class);
        assertThat(snapshots.refusal()).isEmpty();
    }

    @Test
    void everyFileIsReadForProblemsEvenIfTheConfigurationHasSome() throws IOException {
        Files.writeString(file, Files.readString(file).replace("2525", "many") + "limit: {}\n");
        Files.writeString(directory.resolve("deny.yaml"), "client: [nonsense]\n");
        Files.writeString(directory.resolve("allow.yaml"), "who: []\n");
        Files.writeString(directory.resolve("r.txt"), "alice\n\nbob smith\n");
        assertThat(problems(Snapshots.read(file, time)))
                .containsExactly(
                        "postern.yaml:3",
                        "postern.yaml:9",
                        "allow.yaml:1",
                        "deny.yaml:1",
                        "r.txt:3");
    }

    @Test
    void aFileThatIsNotThereIsToldWhereItIsNamed() throws IOException {
        Files.delete(directory.resolve("r.txt"));
        Files.delete(directory.resolve("deny.yaml"));
        assertThat(problems(Snapshots.read(file, time)))
                .containsExactly("postern.yaml:6", "postern.yaml:8");
    }

    @Test
    void whatTheRealWorldHasAgainstItRefusesAReloadToo() {
        Snapshots snapshots = started();
        Snapshot before = snapshots.current();
        SnapshotResult result =
                snapshots.reload(s ->
                        List.of(
                                new Problem(
                                        Place.start(file),
                                        Problem.Severity.ERROR,
                                        "no such host")));
        assertThat(result).isInstanceOf(SnapshotResult.Refused.class);
        assertThat(snapshots.current()).isSameAs(before);
    }

    @Test
    void addedEntriesStayInForceWhereTheDataDirectoryChangesWithTheNextStart() throws IOException {
        Snapshots snapshots = started();
        Path added = Files.createDirectories(directory.resolve("data/lists"));
        Files.writeString(added.resolve("added-deny.yaml"), "client: [198.51.100.1]\n");
        snapshots.refreshAdded();
        Files.writeString(file, Files.readString(file).replace("data: data", "data: other"));
        assertThat(reload(snapshots)).isInstanceOf(SnapshotResult.Loaded.class);
        assertThat(snapshots.current().lists().client(Ip.parse("198.51.100.1")))
                .isInstanceOf(ListMatch.Deny.class);
        snapshots.refreshAdded();
        assertThat(snapshots.current().lists().client(Ip.parse("198.51.100.1")))
                .isInstanceOf(ListMatch.Deny.class);
    }

    @Test
    void mailThatIsTooLargeForAScannerThatMustHaveItsSayIsWarnedOf() throws IOException {
        String scanners =
                """
                scanners:
                  rspamd: { address: "127.0.0.1:11333" }
                  clamav: { address: "127.0.0.1:3310", on-failure: defer, size-limit: 2MB }
                """;
        String before = Files.readString(file);
        Files.writeString(file, before + scanners);
        assertThat(Snapshots.read(file, time))
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class,
                        l ->
                                assertThat(l.warnings())
                                        .singleElement()
                                        .asString()
                                        .contains("clamav: on-failure is defer", "52428800"));
        Files.writeString(
                file,
                before
                        + scanners
                        + """
                        policy:
                          rules:
                            - { name: big, stage: data, when: { scan: [failed, too-large] }, action: quarantine }
                        """);
        assertThat(Snapshots.read(file, time))
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class, l -> assertThat(l.warnings()).isEmpty());
    }

    @Test
    void aRuleThatHasEndedIsWarnedOfAtItsPlaceWhereverItStands() throws IOException {
        Files.writeString(
                file,
                Files.readString(file)
                        + """
                        policy:
                          rules:
                            - { name: over, stage: mail, action: reject, expires: 2020-01-01 }
                            - { name: lasts, stage: mail, action: reject, expires: 2999-01-01 }
                          sets:
                            strict:
                              - { name: over-too, stage: rcpt, action: reject, expires: 2020-01-01 }
                        """);
        assertThat(Snapshots.read(file, time))
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class,
                        l ->
                                assertThat(l.warnings())
                                        .extracting(Problem::message)
                                        .containsExactly(
                                                "rule over ended at 2020-01-02T00:00:00Z and has no"
                                                        + " effect; take it out, or give it another"
                                                        + " end",
                                                "rule over-too ended at 2020-01-02T00:00:00Z and"
                                                        + " has no effect; take it out, or give it"
                                                        + " another end"));
    }

    @Test
    void aMissingPostmasterIsWarnedOf() throws IOException {
        Files.writeString(directory.resolve("r.txt"), "alice\n");
        assertThat(Snapshots.read(file, time))
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class,
                        l ->
                                assertThat(l.warnings())
                                        .singleElement()
                                        .asString()
                                        .contains(
                                                "postern.yaml:6:25: warning:"
                                                        + " postmaster@example.test is not"));
    }

    @Test
    void aReloadNamesWhatWaitsForTheNextStart() throws IOException {
        Snapshots snapshots = started();
        Files.writeString(
                file,
                Files.readString(file).replace("2525", "2526").replace("data: data", "data: d"));
        assertThat(reload(snapshots))
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class,
                        l ->
                                assertThat(l.warnings())
                                        .extracting(p ->
                                                p.message().substring(0, p.message().indexOf(' ')))
                                        .containsExactly("data", "listeners", "spool"));
    }

    @Test
    void aReloadSaysWhereAnotherNameOfOursIsInForceAtOnceAndWhereItWaits() throws IOException {
        Snapshots snapshots = started();
        Files.writeString(
                file, Files.readString(file).replace("mx.example.test", "mx2.example.test"));
        assertThat(reload(snapshots))
                .isInstanceOfSatisfying(
                        SnapshotResult.Loaded.class,
                        l ->
                                assertThat(l.warnings())
                                        .extracting(Problem::message)
                                        .singleElement()
                                        .asString()
                                        .contains("sessions and deliveries say the new name")
                                        .contains("notices")
                                        .doesNotContain("which takes effect at the next start"));
        assertThat(snapshots.current().config().hostname().ascii()).isEqualTo("mx2.example.test");
    }

    @Test
    void addedEntriesComeIntoForceWithoutReadingAnythingElse() throws Exception {
        Snapshots snapshots = started();
        Snapshot pinned = snapshots.current();
        AddedEntries added = new AddedEntries(directory.resolve("data"), time);
        added.add(AddedEntries.Target.DENY, ListKind.CLIENT, "198.51.100.7", null, null, null);
        Files.writeString(file, "broken: [");
        assertThat(snapshots.refreshAdded()).isInstanceOf(SnapshotResult.Loaded.class);
        Snapshot now = snapshots.current();
        assertThat(now.revision()).isEqualTo(pinned.revision());
        assertThat(now.lists().client(Ip.parse("198.51.100.7"))).isInstanceOf(ListMatch.Deny.class);
        assertThat(now.lists().client(Ip.parse("192.0.2.1"))).isInstanceOf(ListMatch.Deny.class);
        assertThat(now.policy().decide(Stage.CONNECT, Facts.of(Ip.parse("198.51.100.7"))))
                .isInstanceOf(Verdict.Reject.class);
        assertThat(pinned.lists().client(Ip.parse("198.51.100.7")))
                .isEqualTo(ListMatch.None.INSTANCE);
    }

    @Test
    void anAllowEntryThatWasAddedOutweighsADenyEntryOfAFile() throws Exception {
        Snapshots snapshots = started();
        AddedEntries added = new AddedEntries(directory.resolve("data"), time);
        added.add(AddedEntries.Target.ALLOW, ListKind.CLIENT, "192.0.2.1", null, null, null);
        snapshots.refreshAdded();
        assertThat(snapshots.current().lists().client(Ip.parse("192.0.2.1")))
                .isInstanceOf(ListMatch.Allow.class);
        assertThat(snapshots.current().lists().client(Ip.parse("192.0.2.2")))
                .isInstanceOf(ListMatch.Deny.class);
    }

    @Test
    void aStartTakesWhatCanBeReadOfADamagedFileOfAddedEntriesAndKeepsTheFile() throws Exception {
        AddedEntries added = new AddedEntries(directory.resolve("data"), time);
        added.add(AddedEntries.Target.DENY, ListKind.CLIENT, "198.51.100.7", "a", "jo", null);
        added.add(AddedEntries.Target.DENY, ListKind.CLIENT, "198.51.100.8", "b", "jo", null);
        added.add(
                AddedEntries.Target.DENY, ListKind.SENDER_DOMAIN, "bad.example", null, null, null);
        Path list = directory.resolve("data/lists/added-deny.yaml");
        Path aside = directory.resolve("data/lists/added-deny.yaml.damaged");
        String whole = Files.readString(list);
        String ending = whole.replace("comment: \"b\"", "expires: \"soon\"");
        String torn = whole.replace("198.51.100.8/32\"", "198.51.1\0\0");
        assertThat(List.of(ending, torn)).doesNotContain(whole);
        for (String damage : List.of(ending, torn)) {
            Files.writeString(list, damage);
            assertThat(Snapshots.read(file, time)).isInstanceOf(SnapshotResult.Refused.class);
            assertThat(Snapshots.start(file, time))
                    .isInstanceOfSatisfying(
                            SnapshotResult.Loaded.class,
                            l -> {
                                AccessLists lists = l.snapshot().lists();
                                assertThat(lists.client(Ip.parse("198.51.100.7")))
                                        .isInstanceOf(ListMatch.Deny.class);
                                assertThat(lists.client(Ip.parse("198.51.100.8")))
                                        .isEqualTo(ListMatch.None.INSTANCE);
                                assertThat(
                                                lists.domain(
                                                        ListKind.SENDER_DOMAIN,
                                                        Domain.of("bad.example")))
                                        .isInstanceOf(ListMatch.Deny.class);
                                assertThat(l.warnings())
                                        .anyMatch(w -> w.message().contains("2 entries could"));
                            });
            assertThat(Snapshots.read(file, time)).isInstanceOf(SnapshotResult.Loaded.class);
        }
        Path second = directory.resolve("data/lists/added-deny.yaml.damaged-2");
        assertThat(aside).as("what nobody has looked at yet stays").hasContent(ending);
        assertThat(second).hasContent(torn);
        assertThat(DamagedList.lying(directory.resolve("data"))).containsExactly(aside, second);
        Files.delete(aside);
        Files.writeString(list, ending);
        Snapshots.start(file, time);
        assertThat(aside).hasContent(ending);
    }

    @Test
    void aBrokenFileOfAddedEntriesLeavesWhatIsInForce() throws IOException {
        Snapshots snapshots = started();
        Snapshot before = snapshots.current();
        Files.createDirectories(directory.resolve("data/lists"));
        Files.writeString(directory.resolve("data/lists/added-deny.yaml"), "client: [nonsense]\n");
        assertThat(problems(snapshots.refreshAdded())).containsExactly("added-deny.yaml:1");
        assertThat(snapshots.current()).isSameAs(before);
    }
}
