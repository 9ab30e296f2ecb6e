package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.config.FileReference;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.ProblemCollector;

class YamlFileDirectoryTest extends ListingDirectoryContract {
    private static final Set<Domain> OURS =
            Set.of(Domain.of("example.test"), Domain.of("second.test"));

    private static final Optional<Offered> OFFERED =
            Optional.of(new Offered(Set.of("west", "east"), Set.of("strict")));

    @TempDir Path directory;

    private final ProblemCollector problems = new ProblemCollector();

    @Override
    RecipientDirectory directory(List<EmailAddress> known) throws IOException {
        return file(
                "r.yaml", known.stream().map(a -> "- '" + a + "'\n").collect(Collectors.joining()));
    }

    private RecipientDirectory file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, content);
        return RecipientFileReader.read(
                new FileReference(file, file, Place.start(file)), OURS, OURS, OFFERED, problems);
    }

    private List<String> found() {
        return problems.toProblems().all().stream()
                .map(Problem::toString)
                .map(p -> p.substring(p.indexOf("r.") + 2))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "alice@example.test, alice@example.test",
        "alice@second.test, alice@second.test",
        "bob@example.test, bob@example.test",
        "bob@second.test, none",
        "12345@example.test, 12345@example.test",
        "info@second.test, alice@second.test",
        "Sales@example.test, 'alice@example.test bob@example.test'",
        "everybody@second.test, 'alice@second.test bob@example.test carol@second.test'",
        "alice+shop@example.test, alice+shop@example.test",
        "info+shop@example.test, alice@example.test",
        "+shop@example.test, none",
        "nobody+shop@example.test, none",
    })
    void aliasesAndSubaddressesLeadWhereTheyShould(String asked, String targets)
            throws IOException {
        RecipientDirectory directory =
                file(
                        "r.yaml",
                        """
                        recipients:
                          - alice
                          - bob@example.test
                          - carol
                          - 12345
                        aliases:
                          info: alice
                          sales: [alice, bob@example.test]
                          everybody: [sales, carol, info]
                        subaddressing: "+"
                        """);
        assertThat(found()).isEmpty();
        RecipientLookup answer = directory.lookup(EmailAddress.of(asked));
        if (targets.equals("none")) {
            assertThat(answer).isEqualTo(RecipientLookup.Unknown.INSTANCE);
        } else {
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            RecipientLookup.Known.class,
                            k ->
                                    assertThat(k.targets())
                                            .extracting(EmailAddress::toString)
                                            .containsExactly(targets.split(" ")));
        }
    }

    @Test
    void aRecipientMayHaveADownstreamAndRulesOfItsOwn() throws IOException {
        RecipientDirectory directory =
                file(
                        "r.yaml",
                        """
                        recipients:
                          - alice
                          - { address: bob@example.test, downstream: west, policy: strict }
                          - { address: carol, policy: strict }
                        subaddressing: "+"
                        """);
        assertThat(found()).isEmpty();
        assertThat(directory.handling(EmailAddress.of("bob+shop@example.test")))
                .contains(new Handling("west", "strict"));
        assertThat(directory.handling(EmailAddress.of("carol@second.test")))
                .contains(new Handling(null, "strict"));
        assertThat(directory.handling(EmailAddress.of("alice@example.test")))
                .contains(Handling.NONE);
        assertThat(directory.handling(EmailAddress.of("nobody@example.test"))).isEmpty();
        assertThat(directory.handlings())
                .containsExactlyInAnyOrder(
                        new Handling("west", "strict"), new Handling(null, "strict"));
        assertThat(directory.lookup(EmailAddress.of("Bob@example.test")))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k -> assertThat(k.handling()).isEqualTo(new Handling("west", "strict")));
    }

    @Test
    void whoIsKnownByTheWholeAddressHasNoDetail() throws IOException {
        RecipientDirectory directory =
                file("r.yaml", "recipients: [info-de]\nsubaddressing: \"-\"\n");
        EmailAddress whole = EmailAddress.of("info-de@example.test");
        EmailAddress detailed = EmailAddress.of("info-fr@example.test");
        EmailAddress info = EmailAddress.of("info@example.test");
        assertThat(directory.withoutDetail(whole)).isEmpty();
        assertThat(directory.withoutDetail(detailed)).contains(info);
        RecipientDirectory elsewhere =
                file("s.yaml", "recipients: [info-fr]\nsubaddressing: \"+\"\n");
        assertThat(new DomainRecipients(List.of(directory, elsewhere)).withoutDetail(detailed))
                .as("another source has it as it stands")
                .isEmpty();
        assertThat(
                        new DomainRecipients(List.of(directory, elsewhere))
                                .withoutDetail(EmailAddress.of("info-it@example.test")))
                .contains(info);
    }

    @Test
    void whatARecipientCannotHaveIsToldWithItsPlace() throws IOException {
        file(
                "r.yaml",
                """
                - { address: alice, downstream: north }
                - { address: bob, policy: lax }
                - { downstream: west }
                - { address: carol, downstreem: west }
                - { address: dave, policy: [strict] }
                """);
        assertThat(found())
                .containsExactly(
                        "yaml:1:33: no downstream is called north; downstreams has east, west",
                        "yaml:2:27: no set of rules is called lax; policy.sets has strict",
                        "yaml:3:3: address is missing: whose recipient is this?",
                        "yaml:4:21: unknown key downstreem; did you mean downstream?",
                        "yaml:5:28: policy must be a word, found a list");
    }

    @Test
    void theRestGoesToTheCatchAll() throws IOException {
        RecipientDirectory directory = file("r.yaml", "recipients: [alice]\ncatch-all: alice\n");
        assertThat(directory.lookup(EmailAddress.of("nobody@second.test")))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k -> {
                            assertThat(k.targets())
                                    .containsExactly(EmailAddress.of("alice@second.test"));
                            assertThat(k.source()).endsWith("(catch-all)");
                        });
    }

    @Test
    void aCatchAllMayBeAnAliasAndIsEnoughForAFile() throws IOException {
        RecipientDirectory directory =
                file("r.yaml", "aliases: { team: [alice, bob@example.test] }\ncatch-all: team\n");
        assertThat(found()).isEmpty();
        assertThat(directory.lookup(EmailAddress.of("nobody@second.test")))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k ->
                                assertThat(k.targets())
                                        .containsExactly(
                                                EmailAddress.of("alice@second.test"),
                                                EmailAddress.of("bob@example.test")));
        file("rest.yaml", "recipients: []\ncatch-all: alice\n");
        assertThat(found()).isEmpty();
    }

    @Test
    void aliasesThatNameEachOtherTenfoldAreFollowedOnce() throws IOException {
        StringBuilder yaml = new StringBuilder("recipients: [alice]\naliases:\n");
        for (int level = 0; level < 9; level++) {
            for (int i = 0; i < 10; i++) {
                yaml.append("  a").append(level).append('-').append(i).append(": [");
                for (int next = 0; next < 10; next++) {
                    yaml.append(level == 8 ? "alice" : "a" + (level + 1) + "-" + next).append(", ");
                }
                yaml.append("alice]\n");
            }
        }
        RecipientDirectory directory = file("r.yaml", yaml.toString());
        assertThat(found()).isEmpty();
        assertThat(directory.lookup(EmailAddress.of("a0-0@example.test")))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k ->
                                assertThat(k.targets())
                                        .containsExactly(EmailAddress.of("alice@example.test")));
    }

    @Test
    void anAliasThatEndsAtTooManyAddressesOrGoesTooDeepIsToldWithItsPlace() throws IOException {
        StringBuilder yaml = new StringBuilder("aliases:\n  all: [");
        for (int i = 0; i < 1_001; i++) {
            yaml.append("p").append(i).append(", ");
        }
        yaml.append("]\n");
        for (int i = 0; i < 12; i++) {
            yaml.append("  deep").append(i).append(": deep").append(i + 1).append('\n');
        }
        file("r.yaml", yaml.toString());
        assertThat(found())
                .contains(
                        "yaml:2:3: this alias leads to more than 1000 addresses",
                        "yaml:3:3: this alias leads through more than 10 others")
                .hasSize(2);
    }

    @Test
    void aLineOfMegabytesIsQuotedInPart() throws IOException {
        file("r.txt", "alice\n" + "x y".repeat(1_000_000) + "\nbob\n");
        assertThat(found())
                .singleElement()
                .satisfies(p ->
                        assertThat(p).startsWith("txt:2:").hasSizeLessThan(1_100).contains(" … "));
    }

    @Test
    void theSourceNamesFileAndLine() throws IOException {
        assertThat(file("r.txt", "\nalice # x\n").lookup(EmailAddress.of("alice@example.test")))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class,
                        k -> assertThat(k.source()).isEqualTo(directory.resolve("r.txt") + ":2"));
    }

    @Test
    void everyBadLineIsToldWithItsPlace() throws IOException {
        file(
                "r.yaml",
                """
                recipients:
                  - al ice
                  - alice@example..test
                  - [x]
                  - eve@elsewhere.example
                  - alice
                  - Alice
                aliases:
                  a: b
                  b: [a]
                  c: x@elsewhere.example
                  d: []
                subadressing: "+"
                catch-all: { x: y }
                """);
        assertThat(found())
                .containsExactly(
                        "yaml:2:7: al ice is no address or local part: local part holds a character"
                                + " that needs quotes",
                        "yaml:3:13: alice@example..test is no address or local part: domain has an"
                                + " empty label",
                        "yaml:4:5: a recipient is an address or a local part, found a list",
                        "yaml:5:5: warning: eve@elsewhere.example is no address of example.test,"
                                + " second.test, which alone uses this file",
                        "yaml:7:5: warning: Alice stands already in line 6",
                        "yaml:9:3: this alias leads back to itself",
                        "yaml:10:3: this alias leads back to itself",
                        "yaml:11:6: mail can be passed on to our own domains alone, and"
                                + " elsewhere.example is none",
                        "yaml:12:6: an alias needs at least one address",
                        "yaml:13:1: unknown key subadressing; did you mean subaddressing?",
                        "yaml:14:12: must be an address or a local part, found a mapping");
    }

    @Test
    void aBadLineOfATextFileIsToldWithItsPlace() throws IOException {
        file("r.txt", "alice\n  bob smith # x\n# c\nx@[192.0.2.1]\n");
        assertThat(found())
                .containsExactly(
                        "txt:2:6: bob smith is no address or local part: local part holds a"
                                + " character that needs quotes",
                        "txt:4:1: x@[192.0.2.1]: an address literal is no address of ours");
    }

    @Test
    void aFileWithoutARecipientIsWarnedOf() throws IOException {
        file("r.yaml", "# nobody\n");
        assertThat(found())
                .containsExactly(
                        "yaml:1:1: warning: file lists no recipient: all mail for example.test,"
                                + " second.test will be refused");
    }
}
