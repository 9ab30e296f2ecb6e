package org.postern.core.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.lists.AddedEntries.Target;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.ManualTimeSource;

class AddedEntriesTest {
    @TempDir Path data;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));

    private AddedEntries added() {
        return new AddedEntries(data, time);
    }

    private AccessLists loaded() {
        ProblemCollector problems = new ProblemCollector();
        AccessLists lists =
                AccessLists.load(List.of(), List.of(), time, problems).withAdded(data, problems);
        assertThat(problems.toProblems().all()).isEmpty();
        return lists;
    }

    @Test
    void whatIsAddedIsReadWithTheNextLoad() throws Exception {
        ListEntry entry =
                added().add(
                                Target.DENY,
                                ListKind.CLIENT,
                                "192.0.2.7",
                                "hit the trap \"x\\y\"\n\u202e\ud83d\ude00",
                                "trap@example.test",
                                time.instant().plus(Duration.ofHours(1)));
        added().add(Target.DENY, ListKind.SENDER, "Bad@Example.org", null, null, null);
        added().add(Target.ALLOW, ListKind.RECIPIENT, "@example.test", null, null, null);
        assertThat(entry.value()).isEqualTo("192.0.2.7/32");
        AccessLists lists = loaded();
        assertThat(lists.client(Ip.parse("192.0.2.7")))
                .isInstanceOfSatisfying(
                        ListMatch.Deny.class,
                        d -> {
                            assertThat(d.entry().comment()).isEqualTo(entry.comment());
                            assertThat(entry.line()).isGreaterThan(1);
                            assertThat(d.entry().line()).isGreaterThan(1);
                            assertThat(d.entry().owner()).isEqualTo("trap@example.test");
                            assertThat(d.entry().expires()).isEqualTo(entry.expires());
                        });
        assertThat(lists.address(ListKind.SENDER, EmailAddress.of("bad@example.org")))
                .isInstanceOf(ListMatch.Deny.class);
        assertThat(lists.address(ListKind.RECIPIENT, EmailAddress.of("x@example.test")))
                .isInstanceOf(ListMatch.Allow.class);
    }

    @Test
    void trapsTakeNoRoomFromPeopleAndNothingBack() throws Exception {
        AddedEntries added = added();
        Instant end = time.instant().plus(Duration.ofHours(1));
        added.add(Target.DENY, ListKind.CLIENT, "10.0.0.1", "for good", "jo", null);
        Map<Cidr, String> first = new LinkedHashMap<>();
        for (int i = 0; i < AddedEntries.MAX_TRAPPED; i++) {
            first.put(
                    Cidr.parse("10." + i / 65_536 + "." + i / 256 % 256 + "." + i % 256 + "/32"),
                    "x");
        }
        assertThat(added.addTrapped(first, end))
                .as("all but the one that a person has added")
                .isEqualTo(AddedEntries.MAX_TRAPPED - 1);
        Map<Cidr, String> next =
                Map.of(Cidr.parse("192.0.2.1/32"), "y", Cidr.parse("192.0.2.2/32"), "y");
        assertThat(added.addTrapped(next, end.plusSeconds(60))).isEqualTo(2);
        List<ListEntry> entries = added.entries(Target.DENY);
        assertThat(entries).hasSize(AddedEntries.MAX_TRAPPED + 1);
        assertThat(entries.getFirst().owner()).isEqualTo("jo");
        assertThat(entries.getFirst().expires()).isNull();
        assertThat(entries)
                .extracting(ListEntry::value)
                .contains("192.0.2.1/32", "192.0.2.2/32")
                .doesNotContain("10.0.0.0/32");
        added.add(Target.DENY, ListKind.SENDER, "bad@example.org", null, "jo", null);
        assertThat(added.addTrapped(Map.of(), end)).isZero();
        time.advance(Duration.ofHours(2));
        assertThat(loaded().client(Ip.parse("192.0.2.1"))).isEqualTo(ListMatch.None.INSTANCE);
    }

    @Test
    void whatIsAddedTwiceStandsOnceAndLast() throws Exception {
        AddedEntries added = added();
        added.add(Target.DENY, ListKind.HELO, "a.example", "first", null, null);
        added.add(Target.DENY, ListKind.HELO, "b.example", null, null, null);
        added.add(Target.DENY, ListKind.HELO, "A.example", "second", null, null);
        assertThat(added.entries(Target.DENY))
                .extracting(ListEntry::value, ListEntry::comment)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("b.example", null),
                        org.assertj.core.groups.Tuple.tuple("a.example", "second"));
    }

    @Test
    void anAddressThatNeedsQuotesIsWrittenSoThatItCanBeReadAndTakenBack() throws Exception {
        AddedEntries added = added();
        for (String address :
                List.of(
                        "\"a..b\"@docomo.example",
                        "\"john doe\"@example.org",
                        "\"a@b\"@example.org",
                        "\"back\\\\slash\"@example.org")) {
            assertThat(added.add(Target.DENY, ListKind.SENDER, address, null, null, null).value())
                    .isEqualTo(address);
            assertThat(loaded().address(ListKind.SENDER, EmailAddress.parse(address)))
                    .isInstanceOfSatisfying(
                            ListMatch.Deny.class,
                            d -> assertThat(d.entry().value()).isEqualTo(address));
        }
        assertThat(added.entries(Target.DENY)).hasSize(4);
        assertThat(added.remove(Target.DENY, ListKind.SENDER, "\"a..b\"@docomo.example")).isTrue();
        assertThat(added.entries(Target.DENY)).hasSize(3);
    }

    @Test
    void anEntryCanBeTakenBack() throws Exception {
        AddedEntries added = added();
        added.add(Target.DENY, ListKind.CLIENT, "192.0.2.0/24", null, null, null);
        assertThat(added.remove(Target.DENY, ListKind.CLIENT, "198.51.100.0/24")).isFalse();
        assertThat(added.remove(Target.ALLOW, ListKind.CLIENT, "192.0.2.0/24")).isFalse();
        assertThat(added.remove(Target.DENY, ListKind.CLIENT, "192.0.2.0/24")).isTrue();
        assertThat(added.entries(Target.DENY)).isEmpty();
        assertThat(loaded().denySize()).isZero();
    }

    @Test
    void whatHasExpiredGoesWithTheNextChange() throws Exception {
        AddedEntries added = added();
        added.add(
                Target.DENY,
                ListKind.CLIENT,
                "192.0.2.1",
                null,
                null,
                time.instant().plus(Duration.ofMinutes(5)));
        time.advance(Duration.ofMinutes(6));
        assertThat(loaded().client(Ip.parse("192.0.2.1"))).isEqualTo(ListMatch.None.INSTANCE);
        added.add(Target.DENY, ListKind.CLIENT, "192.0.2.2", null, null, null);
        assertThat(added.entries(Target.DENY))
                .extracting(ListEntry::value)
                .containsExactly("192.0.2.2/32");
    }

    @Test
    void whatIsNoEntryIsRefusedBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> added().add(Target.DENY, ListKind.CLIENT, "x", null, null, null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> added().add(Target.DENY, ListKind.SENDER, "x", null, null, null))
                .isInstanceOf(InvalidAddressException.class);
        assertThat(data.resolve("lists")).doesNotExist();
    }

    @Test
    void aFileThatWasBrokenByHandIsNeverWrittenOver() throws IOException {
        Path file = Files.createDirectories(data.resolve("lists")).resolve("added-deny.yaml");
        String broken = "client:\n  - 192.0.2.0/99\n";
        Files.writeString(file, broken);
        assertThatThrownBy(() ->
                        added().add(Target.DENY, ListKind.CLIENT, "192.0.2.1", null, null, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("added-deny.yaml:2:5: ");
        assertThat(file).hasContent(broken);
    }

    @Test
    void aFileThatIsFullTakesNoMore() throws IOException {
        Path file = Files.createDirectories(data.resolve("lists")).resolve("added-deny.yaml");
        StringBuilder full = new StringBuilder("helo:\n");
        for (int i = 0; i < AddedEntries.MAX_ENTRIES; i++) {
            full.append("  - h").append(i).append(".example\n");
        }
        Files.writeString(file, full);
        assertThatThrownBy(() ->
                        added().add(Target.DENY, ListKind.HELO, "x.example", null, null, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the most allowed");
        assertThat(List.of(file)).allSatisfy(f -> assertThat(f).hasContent(full.toString()));
    }
}
