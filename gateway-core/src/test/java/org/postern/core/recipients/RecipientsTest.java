package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.snapshot.TestSnapshots;
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
    void whatTakesAnybodyHidesNobodyOfASourceBehindIt() {
        RecipientDirectory anybody = new AcceptAllDirectory();
        assertThat(ask(anybody, Recipients.fixed(List.of(ALICE))))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class, k -> assertThat(k.anybody()).isFalse());
        assertThat(ask(anybody, NOBODY))
                .isInstanceOfSatisfying(
                        RecipientLookup.Known.class, k -> assertThat(k.anybody()).isTrue());
        assertThat(ask(anybody, AWAY))
                .isEqualTo(new RecipientLookup.Unavailable("directory is away"));
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
        Recipients recipients =
                TestSnapshots.loaded(
                                TestSnapshots.read(
                                        directory,
                                        """
                                        downstreams: { west: "maildir:west" }
                                        domains:
                                          example.test:
                                            recipients: { http: { url: "http://127.0.0.1:1/" } }
                                            downstream: maildir:mail
                                        """))
                        .recipients();
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

    private static Recipients read(Path directory, String net, String org) throws Exception {
        Files.writeString(directory.resolve("net.yaml"), net);
        Files.writeString(directory.resolve("org.yaml"), org);
        return TestSnapshots.loaded(
                        TestSnapshots.read(
                                directory,
                                """
                                domains:
                                  example.net:
                                    recipients: [{ file: net.yaml }, { static: [x@example.net] }]
                                    downstream: maildir:mail
                                  example.org:
                                    recipients: { file: org.yaml }
                                    downstream: maildir:mail
                                """))
                .recipients();
    }

    private static String ends(Recipients recipients, String address) {
        return switch (recipients.lookup(EmailAddress.of(address))) {
            case RecipientLookup.Known known ->
                    String.join(" ", known.targets().stream().map(EmailAddress::toString).toList());
            case RecipientLookup.Unavailable away -> away.reason();
            case RecipientLookup.Unknown unknown -> "unknown";
            case RecipientLookup.NotHosted not -> "not hosted";
        };
    }

    @Test
    void anAliasIntoAnotherDomainOfOursIsFollowedByThatDomainsOwnList(@TempDir Path directory)
            throws Exception {
        Recipients recipients =
                read(
                        directory,
                        """
                        recipients: [admin, postmaster]
                        aliases:
                          abuse: team@example.org
                          team: admin
                          both: [admin, INFO@example.org]
                          detail: anna+x@example.org
                          copy: [copy, anna@example.org]
                          store: unlisted@example.org
                        """,
                        """
                        recipients: [anna, postmaster]
                        aliases: { team: [anna, olga], info: [bert, copy@example.net] }
                        subaddressing: "+"
                        """);
        assertThat(ends(recipients, "abuse@example.net"))
                .as("by the list of example.org, not by the name alike of example.net")
                .isEqualTo("anna@example.org olga@example.org");
        assertThat(ends(recipients, "both@example.net"))
                .isEqualTo("admin@example.net bert@example.org copy@example.net anna@example.org");
        assertThat(ends(recipients, "detail@example.net")).isEqualTo("anna+x@example.org");
        assertThat(ends(recipients, "copy@example.net"))
                .isEqualTo("copy@example.net anna@example.org");
        assertThat(ends(recipients, "store@example.net"))
                .as("a mailbox of the store that nobody can write to directly")
                .isEqualTo("unlisted@example.org");
    }

    @Test
    void aliasesOfTwoDomainsInACircleAreUnavailableAndNotUnknown(@TempDir Path directory)
            throws Exception {
        Recipients recipients =
                read(
                        directory,
                        """
                        recipients: [admin, postmaster]
                        aliases: { a: b@example.org, c: [admin, a] }
                        """,
                        """
                        recipients: [postmaster]
                        aliases: { b: a@example.net }
                        """);
        for (String each : List.of("a@example.net", "c@example.net", "b@example.org")) {
            assertThat(ends(recipients, each)).contains("leads back to itself");
        }
    }

    @Test
    void anAddressBeyondAsciiIsTheSameHoweverItsAccentsAreWritten(@TempDir Path directory)
            throws Exception {
        Recipients recipients =
                read(directory, "[postmaster, J\u00f6rg]", "[postmaster, Jo\u0308rg]");
        for (String each : List.of("j\u00f6rg", "JO\u0308RG")) {
            assertThat(ends(recipients, each + "@example.net")).isEqualTo(each + "@example.net");
            assertThat(ends(recipients, each + "@example.org")).isEqualTo(each + "@example.org");
        }
    }

    /** Asks somebody each time; memory knows nothing. */
    private record Asking(AtomicInteger asked) implements RecipientDirectory {
        @Override
        public RecipientLookup lookup(EmailAddress address) {
            asked.incrementAndGet();
            return RecipientLookup.Unknown.INSTANCE;
        }

        @Override
        public RecipientLookup fromMemory(EmailAddress address) {
            return new RecipientLookup.Unavailable("has not been asked");
        }

        @Override
        public String name() {
            return "callout";
        }
    }

    @Test
    void aPostmasterWithoutADomainAsksOneStoreAtTheMostAndNoneWhereMemoryKnowsOne() {
        AtomicInteger asked = new AtomicInteger();
        Map<Domain, RecipientDirectory> domains = new HashMap<>();
        for (int i = 0; i < 50; i++) {
            domains.put(Domain.of("d" + i + ".example"), new Asking(asked));
        }
        assertThat(new Recipients(domains).postmaster()).isEmpty();
        assertThat(asked).hasValue(1);
        EmailAddress listed = EmailAddress.of("postmaster@z.example");
        domains.put(Domain.of("z.example"), Recipients.fixed(List.of(listed)));
        assertThat(new Recipients(domains).postmaster()).contains(listed);
        assertThat(asked).hasValue(1);
    }
}
