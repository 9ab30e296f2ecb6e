package org.postern.core.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.config.FileReference;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.ManualTimeSource;

class AccessListsTest {
    @TempDir Path directory;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final ProblemCollector problems = new ProblemCollector();

    private FileReference file(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.writeString(path, content);
        return reference(path);
    }

    private FileReference reference(Path path) {
        return new FileReference(path, path, new Place(Path.of("postern.yaml"), 3, 9));
    }

    private AccessLists deny(String content) throws IOException {
        return AccessLists.load(List.of(), List.of(file("deny.yaml", content)), time, problems);
    }

    private List<String> found() {
        return problems.toProblems().all().stream().map(Problem::toString).toList();
    }

    private static ListEntry denied(ListMatch match) {
        assertThat(match).isInstanceOf(ListMatch.Deny.class);
        return ((ListMatch.Deny) match).entry();
    }

    @Test
    void aMistypedAddressIsNoDomain() throws IOException {
        deny(
                """
                client: [192.0.2]
                sender-domain: [198.51.100.0-198.51.100.9, 0x0a000001, .2.example.1-9]
                sender: ["@198.51.100.7"]
                helo: [198.51.100.7]
                """);
        assertThat(found()).hasSize(5).first().asString().endsWith("; did you mean 192.0.2.0/24?");
        assertThat(found().subList(1, 5))
                .allSatisfy(p -> assertThat(p).contains("no domain ends in a number"));
        assertThatThrownBy(() -> AccessLists.empty().test("192.0.2"))
                .isInstanceOf(InvalidAddressException.class);
    }

    @Test
    void aHitNamesFileLineAndComment() throws IOException {
        AccessLists lists =
                deny(
                        """
                        # who is out
                        client:
                          - 192.0.2.0/24
                          - { entry: "2001:db8:bad::/48", comment: sends malware, owner: alice }
                        """);
        assertThat(found()).isEmpty();
        assertThat(denied(lists.client(Ip.parse("192.0.2.77"))))
                .isEqualTo(
                        new ListEntry(
                                ListKind.CLIENT,
                                "192.0.2.0/24",
                                directory.resolve("deny.yaml"),
                                3,
                                null,
                                null,
                                null));
        ListEntry six = denied(lists.client(Ip.parse("2001:db8:bad::1")));
        assertThat(six.value()).isEqualTo("2001:db8:bad::/48");
        assertThat(six.line()).isEqualTo(4);
        assertThat(six.comment()).isEqualTo("sends malware");
        assertThat(six.owner()).isEqualTo("alice");
        assertThat(lists.client(Ip.parse("192.0.3.1"))).isEqualTo(ListMatch.None.INSTANCE);
        assertThat(lists.client(Ip.parse("2001:db8::1"))).isEqualTo(ListMatch.None.INSTANCE);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0, 10.0.0.0/8",
        "10.1.0.0, 10.1.0.0/16",
        "10.1.2.3, 10.1.2.3/32",
        "10.1.2.4, 10.1.0.0/16",
        "10.2.0.0, 10.0.0.0/8",
        "10.255.255.255, 10.0.0.0/8",
        "11.0.0.0, none",
        "9.255.255.255, none",
        "::, none",
        "2001:db8::5, 2001:db8::/32",
        "2001:db8:0:1::5, 2001:db8:0:1::/64",
        "2001:db9::, none",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, none",
    })
    void theNarrowestNetworkIsNamed(String client, String network) throws IOException {
        AccessLists lists =
                deny(
                        """
                        client:
                          - 10.1.0.0/16
                          - 10.0.0.0/8
                          - 10.1.2.3
                          - 10.1.2.3
                          - "2001:db8:0:1::/64"
                          - 2001:db8::/32
                        """);
        ListMatch match = lists.client(Ip.parse(client));
        if (network.equals("none")) {
            assertThat(match).isEqualTo(ListMatch.None.INSTANCE);
        } else {
            assertThat(denied(match).value()).isEqualTo(network);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "spam.example, spam.example",
        "a.spam.example, none",
        "below.example, .below.example",
        "a.b.below.example, .below.example",
        "x.deep.below.example, .deep.below.example",
        "notbelow.example, none",
        "example, none",
    })
    void aDomainIsItselfAloneOrWithEverythingBeneath(String domain, String hit) throws IOException {
        AccessLists lists =
                deny("sender-domain: [SPAM.example, .below.example, .deep.below.example]\n");
        ListMatch match = lists.domain(ListKind.SENDER_DOMAIN, Domain.of(domain));
        if (hit.equals("none")) {
            assertThat(match).isEqualTo(ListMatch.None.INSTANCE);
        } else {
            assertThat(denied(match).value()).isEqualTo(hit);
        }
        assertThat(lists.domain(ListKind.HELO, Domain.of(domain)))
                .isEqualTo(ListMatch.None.INSTANCE);
    }

    @Test
    void anAddressIsMatchedWholeOrByItsDomainWithoutRegardToCase() throws IOException {
        AccessLists lists =
                deny("{sender: [Bad@Example.org, '@all.example'], recipient: [x@y.example]}");
        assertThat(
                        denied(lists.address(ListKind.SENDER, EmailAddress.of("bAD@example.ORG")))
                                .value())
                .isEqualTo("bad@example.org");
        assertThat(
                        denied(lists.address(ListKind.SENDER, EmailAddress.of("any@all.example")))
                                .value())
                .isEqualTo("@all.example");
        assertThat(lists.address(ListKind.SENDER, EmailAddress.of("good@example.org")))
                .isEqualTo(ListMatch.None.INSTANCE);
        assertThat(lists.address(ListKind.SENDER, EmailAddress.of("x@y.example")))
                .isEqualTo(ListMatch.None.INSTANCE);
        assertThat(lists.address(ListKind.RECIPIENT, EmailAddress.of("x@y.example")))
                .isInstanceOf(ListMatch.Deny.class);
    }

    @Test
    void anAllowEntryOutweighsADenyEntry() throws IOException {
        AccessLists lists =
                AccessLists.load(
                        List.of(file("allow.yaml", "client: [10.1.0.0/16]\n")),
                        List.of(file("deny.yaml", "client: [10.1.2.3]\n")),
                        time,
                        problems);
        assertThat(lists.client(Ip.parse("10.1.2.3")))
                .isInstanceOfSatisfying(
                        ListMatch.Allow.class,
                        a ->
                                assertThat(a.entry().file())
                                        .isEqualTo(directory.resolve("allow.yaml")));
    }

    @Test
    void anEntryEndsAtItsTimeAndUncoversTheWiderOne() throws IOException {
        AccessLists lists =
                deny(
                        """
                        client:
                          - 10.0.0.0/8
                          - { entry: 10.1.2.3, expires: 2026-11-21T11:00:00Z }
                          - { entry: 192.0.2.1, expires: 2026-11-21 }
                        """);
        assertThat(denied(lists.client(Ip.parse("10.1.2.3"))).line()).isEqualTo(3);
        time.advance(Duration.ofHours(1));
        assertThat(denied(lists.client(Ip.parse("10.1.2.3"))).line()).isEqualTo(2);
        time.advance(Duration.ofHours(12).plusMinutes(59));
        assertThat(lists.client(Ip.parse("192.0.2.1"))).isInstanceOf(ListMatch.Deny.class);
        time.advance(Duration.ofMinutes(1));
        assertThat(lists.client(Ip.parse("192.0.2.1"))).isEqualTo(ListMatch.None.INSTANCE);
    }

    @Test
    void ofTwoEqualEntriesTheOneThatHoldsLongerCounts() throws IOException {
        AccessLists lists =
                deny(
                        """
                        client:
                          - { entry: 10.1.2.3, expires: 2026-11-21T11:00:00Z }
                          - { entry: 10.1.2.3, expires: 2026-11-22T11:00:00Z }
                          - { entry: 10.1.2.3, expires: 2026-11-21T12:00:00Z }
                        sender:
                          - { entry: a@b.example, expires: 2026-11-21T11:00:00Z }
                          - a@b.example
                        """);
        time.advance(Duration.ofHours(5));
        assertThat(denied(lists.client(Ip.parse("10.1.2.3"))).line()).isEqualTo(3);
        assertThat(denied(lists.address(ListKind.SENDER, EmailAddress.of("a@b.example"))).line())
                .isEqualTo(7);
    }

    @Test
    void anEntryThatHasExpiredIsWarnedOf() throws IOException {
        deny("client: [{ entry: 10.1.2.3, expires: 2025-01-01 }]\n");
        assertThat(found())
                .containsExactly(
                        directory.resolve("deny.yaml")
                                + ":1:38: warning: this entry has expired and has no effect");
    }

    @Test
    void everyBadEntryIsToldWithItsPlace() throws IOException {
        AccessLists lists =
                deny(
                        """
                        client:
                          - 10.0.0.1/8
                          - 300.1.1.1
                          - [10.0.0.0/8]
                          - { entry: 10.0.0.0/8, expire: tomorrow, expires: soon }
                          - { comment: nothing }
                        clients: [10.0.0.0/8]
                        sender: bad@example.org
                        sender-domain: [bad..example, ""]
                        client: [192.0.2.1]
                        """);
        assertThat(found().stream().map(p -> p.substring(p.indexOf("deny.yaml") + 10)))
                .containsExactly(
                        "2:5: client entry 10.0.0.1/8: address has bits set beyond its prefix; did"
                                + " you mean 10.0.0.0/8?",
                        "3:5: client entry 300.1.1.1: not an IP address or network such as"
                                + " 192.0.2.0/24 or 2001:db8::/32",
                        "4:5: an entry is a value or a mapping, found a list",
                        "5:26: unknown key expire; did you mean expires?",
                        "5:53: expires must be a day such as 2026-12-31 or a time such as"
                                + " 2026-12-31T12:00:00Z, found soon",
                        "6:5: entry is missing: the value that is listed",
                        "7:1: unknown kind of entry clients; did you mean client?",
                        "8:9: sender must be a list of entries, found a text",
                        "9:17: sender-domain entry bad..example: domain has an empty label",
                        "9:31: sender-domain entry : domain is empty",
                        "10:1: key client stands twice in this mapping; keep one");
        assertThat(lists.client(Ip.parse("10.9.9.9"))).isInstanceOf(ListMatch.Deny.class);
    }

    @Test
    void aMissingFileIsToldWhereItIsNamed() {
        AccessLists.load(
                List.of(), List.of(reference(directory.resolve("no.yaml"))), time, problems);
        assertThat(found())
                .containsExactly("postern.yaml:3:9: no such file: " + directory.resolve("no.yaml"));
    }

    @Test
    void aFileInAnotherEncodingIsToldAtItsFirstWrongOctet() throws IOException {
        Path latin = directory.resolve("latin.yaml");
        Files.write(
                latin,
                "# ok\nsender: [m\u00fcller@x.example]\n".getBytes(StandardCharsets.ISO_8859_1));
        Path wide = directory.resolve("wide.yaml");
        Files.write(wide, "sender: [a@x.example]\n".getBytes(StandardCharsets.UTF_16));
        AccessLists.load(List.of(reference(wide)), List.of(reference(latin)), time, problems);
        assertThat(found())
                .containsExactly(
                        wide + ":1:1: file is UTF-16; save it as UTF-8",
                        latin + ":2:11: octet 0xfc is not UTF-8; save the file as UTF-8");
    }

    @Test
    void aByteOrderMarkAndForeignLettersAreTaken() throws IOException {
        AccessLists lists = deny("\ufeffsender: [m\u00fcller@b\u00fcro.example]\n");
        assertThat(found()).isEmpty();
        assertThat(
                        denied(
                                        lists.address(
                                                ListKind.SENDER,
                                                EmailAddress.of("M\u00fcller@xn--bro-hoa.example")))
                                .line())
                .isEqualTo(1);
    }

    @Test
    void aSyntaxErrorIsToldWithItsPlace() throws IOException {
        deny("client:\n  - 10.0.0.0/8\n - x: [\n");
        assertThat(found()).singleElement().asString().contains("deny.yaml:3:2: YAML syntax");
    }

    @Test
    void anEmptyFileAndOneOfCommentsAreEmptyLists() throws IOException {
        AccessLists lists =
                AccessLists.load(
                        List.of(file("a.yaml", "")),
                        List.of(
                                file("b.yaml", "# nothing\n"),
                                file("c.yaml", "client:\nsender:\n")),
                        time,
                        problems);
        assertThat(found()).isEmpty();
        assertThat(lists.allowSize() + lists.denySize()).isZero();
    }

    @Test
    void aMillionBadLinesFillNoMemory() throws IOException {
        deny("client:\n" + "  - x\n".repeat(5_000));
        assertThat(problems.toProblems().all()).hasSize(ProblemCollector.MAX_KEPT);
        assertThat(problems.toProblems().omitted()).isEqualTo(4_000);
        assertThat(problems.toProblems().toString()).endsWith("and 4000 more");
    }

    @Test
    void testShowsEveryHitOfWhateverItIsGiven() throws IOException, InvalidAddressException {
        AccessLists lists =
                AccessLists.load(
                        List.of(file("allow.yaml", "recipient: [a@b.example]\n")),
                        List.of(
                                file("one.yaml", "client: [10.0.0.0/8]\nsender: [a@b.example]\n"),
                                file("two.yaml", "sender-domain: [b.example]\nhelo: [.example]\n")),
                        time,
                        problems);
        assertThat(lists.test("10.1.1.1"))
                .singleElement()
                .satisfies(m -> assertThat(denied(m).where()).endsWith("one.yaml:1"));
        assertThat(lists.test("a@b.example"))
                .satisfiesExactly(
                        m -> assertThat(denied(m).where()).endsWith("one.yaml:2"),
                        m -> assertThat(denied(m).where()).endsWith("two.yaml:1"),
                        m -> assertThat(m).isInstanceOf(ListMatch.Allow.class));
        assertThat(lists.test("@b.example")).hasSize(2);
        assertThat(lists.test("192.0.2.1")).isEmpty();
        assertThatThrownBy(() -> lists.test("no way")).isInstanceOf(InvalidAddressException.class);
    }
}
