package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Recipients from slapd, PostgreSQL and by call-out to Dovecot, and what holds while they are away.
 */
@WithPeers
class RecipientSourcesTest {
    private final Path folder = Surroundings.newFolder("sources");

    @AfterEach
    void clean() {
        Surroundings.delete(folder);
    }

    private static Gateway gateway(Surroundings around, String name, String recipients) {
        Gateway gateway = around.newGateway(name);
        return gateway.configure(
                gateway.configuration().replace("{ file: lists/recipients.yaml }", recipients));
    }

    private static String rcpt(Gateway gateway, String recipient) {
        return SmtpClient.rcpt(gateway.smtpPort(), recipient);
    }

    private static void awaitKnown(Gateway gateway, String recipient) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> rcpt(gateway, recipient).startsWith("250"));
    }

    @Test
    void aDirectoryServerNamesTheRecipientsOverTlsAndIsRememberedWhileItIsAway(
            Surroundings around) {
        int port = Ports.free();
        int tlsPort = Ports.free();
        LdapServer ldap = LdapServer.start(folder.resolve("ldap"), port, tlsPort);
        StringBuilder people = new StringBuilder();
        for (int i = 0; i < 130; i++) {
            people.append(LdapServer.person("p" + i));
        }
        people.append(
                LdapServer.person("anna", "SMTP:anna@example.test", "smtp:a.berg@example.test"));
        ldap.modify(people.toString());
        try (Gateway gateway =
                gateway(
                        around,
                        "ldap",
                        """
                        { ldap: { url: "ldaps://127.0.0.1:%d", ca-file: %s, base: "dc=example,dc=test",
                                page-size: 40, timeout: 5s, subaddressing: "+", sync: 1h,
                                bind-dn: "%s", password: { file: secret } } }
                        """
                                .formatted(tlsPort, ldap.certificate(), LdapServer.ADMIN)
                                .strip())) {
            gateway.file("secret", LdapServer.PASSWORD + "\n");
            gateway.start();
            awaitKnown(gateway, "anna@example.test");
            assertThat(rcpt(gateway, "A.Berg+shop@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "p129@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "p130@example.test")).startsWith("550 5.1.1");

            String delete = "";
            for (int i = 0; i < 20; i++) {
                delete += "dn: cn=p" + i + ",dc=example,dc=test\nchangetype: delete\n\n";
            }
            ldap.modify(delete);
            Program.Result refused = gateway.command("recipients", "sync");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.out()).contains("NOT TAKEN", "would take away 20 of 132");
            assertThat(rcpt(gateway, "p5@example.test")).startsWith("250");
            assertThat(gateway.get("/metrics").body())
                    .containsPattern("postern_recipients_sync_refused\\{.*} 20\\.0");
            String name = refused.out().substring(0, refused.out().indexOf(':'));
            Program.Result confirmed =
                    gateway.command("recipients", "sync", "--confirm", name, "--json");
            assertThat(confirmed.out()).contains("\"outcome\":\"taken\"", "\"removed\":20");
            assertThat(rcpt(gateway, "p5@example.test")).startsWith("550 5.1.1");

            ldap.close();
            Program.Result failed = gateway.command("recipients", "sync");
            assertThat(failed.out()).contains("FAILED", "127.0.0.1:" + tlsPort);
            gateway.program().terminate();
            gateway.start();
            assertThat(rcpt(gateway, "anna@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.command("recipients", "status").out().contains("TROUBLE"));
        } finally {
            ldap.close();
        }
    }

    @Test
    void aDirectoryServerThatWasNeverReachedIs451AndNever550(Surroundings around) {
        int nobody = Ports.free();
        try (Gateway gateway =
                gateway(
                        around,
                        "never",
                        "{ ldap: { url: \"ldap://127.0.0.1:%d\", base: \"dc=x\" } }"
                                .formatted(nobody))) {
            gateway.start();
            assertThat(rcpt(gateway, "alice@example.test")).startsWith("451 4.3.0");
            Program.Result shown = gateway.command("recipients", "show", "alice@example.test");
            assertThat(shown.exitCode()).isEqualTo(1);
            assertThat(shown.out()).contains("cannot be told now", "never been loaded");
            assertThat(gateway.command("recipients", "status").out()).contains("NEVER LOADED");
            assertThat(gateway.command("status").out())
                    .contains("recipients", "NEVER LOADED, who is in no other source gets 451");
            assertThat(gateway.command("doctor", "--only", "recipients,daemon").out())
                    .contains("has never been loaded");
            assertThat(gateway.command("recipients", "show", "noat").exitCode()).isEqualTo(2);
            assertThat(gateway.command("recipients", "sync", "--confirm").exitCode()).isEqualTo(2);
        }
    }

    @Test
    void aDatabaseNamesTheRecipientsAndWhereTheirMailGoes(Surroundings around) {
        int port = Ports.free();
        PostgresServer postgres = PostgresServer.start(folder.resolve("pg"), port);
        try (Gateway gateway =
                gateway(
                        around,
                        "sql",
                        """
                        { sql: { url: "jdbc:postgresql://127.0.0.1:%d/postgres", user: postern,
                                 password: { file: secret }, timeout: 5s, sync: 1h,
                                 query: "SELECT address, target FROM people" } }
                        """
                                .formatted(port)
                                .strip())) {
            postgres.sql(
                    """
                    CREATE TABLE people (address text, target text);
                    INSERT INTO people SELECT 'u' || n || '@example.test', NULL
                      FROM generate_series(1, 12000) n;
                    INSERT INTO people VALUES ('alice', NULL), ('sales', 'alice'),
                      ('sales', 'bob@example.test'), (NULL, NULL), ('no address@', NULL);
                    """);
            gateway.file("secret", PostgresServer.PASSWORD + "\n");
            gateway.start();
            awaitKnown(gateway, "u12000@example.test");
            assertThat(rcpt(gateway, "Alice@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "u12001@example.test")).startsWith("550 5.1.1");
            assertThat(gateway.command("recipients", "show", "sales@example.test").out())
                    .contains("known", "goes to alice@example.test, bob@example.test");
            assertThat(gateway.command("recipients", "status", "--json").out())
                    .contains("\"recipients\":12002", "\"invalid\":1");

            postgres.sql("ALTER TABLE people RENAME COLUMN target TO goal;");
            assertThat(gateway.command("recipients", "sync").out())
                    .contains("FAILED", "column \"target\" does not exist");
            postgres.sql("ALTER TABLE people RENAME COLUMN goal TO target; TRUNCATE people;");
            assertThat(gateway.command("recipients", "sync").out())
                    .contains("NOT TAKEN: a list that names nobody");
            assertThat(rcpt(gateway, "u12000@example.test")).startsWith("250");
            postgres.close();
            assertThat(gateway.command("recipients", "sync").out()).contains("FAILED");
            assertThat(rcpt(gateway, "u12000@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
        } finally {
            postgres.close();
        }
    }

    @Test
    void aCallOutAsksTheStoreAndRemembersItsAnswers(Surroundings around) {
        try (Gateway store = around.newGateway("store").start();
                Gateway gateway =
                        gateway(
                                around,
                                "callout",
                                "{ callout: { downstream: \"smtp://127.0.0.1:%d\", timeout: 5s } }"
                                        .formatted(store.smtpPort()))) {
            gateway.start();
            assertThat(rcpt(gateway, "alice@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
            store.program().terminate();
            assertThat(rcpt(gateway, "alice@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
            assertThat(rcpt(gateway, "bob@example.test")).startsWith("451 4.3.0");
            gateway.program().terminate();
            gateway.start();
            assertThat(rcpt(gateway, "alice@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("451 4.3.0");
        }
    }

    @Test
    void dovecotIsAskedByLmtpAndOneThatTakesEverybodyIsNamed(Surroundings around) {
        String source = "{ callout: { downstream: \"lmtp://127.0.0.1:%d\", timeout: 5s } }";
        try (DovecotServer store =
                        DovecotServer.startFor(
                                folder.resolve("dovecot"),
                                Ports.free(),
                                List.of("alice@example.test"));
                Gateway gateway =
                        gateway(around, "lmtp", source.formatted(store.lmtpPort())).start()) {
            assertThat(rcpt(gateway, "alice@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
        }
        try (Gateway gateway =
                gateway(around, "yes", source.formatted(around.dovecot().lmtpPort())).start()) {
            assertThat(rcpt(gateway, "alice@example.test")).startsWith("250");
            // asks the store at once for somebody who cannot exist; by itself it does so each
            // minute
            gateway.command("recipients", "sync");
            await("the store takes everybody")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() ->
                            gateway.command("recipients", "status")
                                    .out()
                                    .contains("says yes to addresses that nobody has"));
        }
    }

    @Test
    void aStoreThatHangsHoldsNobodyLongerThanItsTimeOutAndRefusesNobody(Surroundings around) {
        try (Gateway store = around.newGateway("store").start();
                Gateway gateway =
                        gateway(
                                around,
                                "callout",
                                "{ callout: { downstream: \"smtp://127.0.0.1:%d\", timeout: 2s } }"
                                        .formatted(store.smtpPort()))) {
            gateway.start();
            assertThat(rcpt(gateway, "alice@example.test")).startsWith("250");
            store.program().signal("STOP");
            try {
                long start = System.nanoTime();
                assertThat(rcpt(gateway, "bob@example.test")).startsWith("451 4.3.0");
                assertThat(rcpt(gateway, "nobody@example.test")).startsWith("451 4.3.0");
                assertThat(rcpt(gateway, "Alice@example.test")).startsWith("250");
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .as("one question waited for its time-out, the others for nothing")
                        .isLessThan(Duration.ofSeconds(20));
                assertThat(gateway.command("recipients", "status").out())
                        .contains("callout", "TROUBLE", "nothing for 2 s");
                assertThat(gateway.get("/metrics").body())
                        .containsPattern("postern_recipients_staleness_seconds\\{.*} [0-9]");
            } finally {
                store.program().signal("CONT");
            }
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> rcpt(gateway, "bob@example.test").startsWith("250"));
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
            assertThat(gateway.command("recipients", "status").out()).doesNotContain("TROUBLE");
        }
    }

    @Test
    void aRecipientFileThatHasLostEverybodyWaitsForConfirmation(Surroundings around) {
        try (Gateway gateway = around.newGateway("file")) {
            StringBuilder people = new StringBuilder();
            for (int i = 0; i < 60; i++) {
                people.append("p").append(i).append("@example.test\n");
            }
            gateway.configure(
                    gateway.configuration().replace("lists/recipients.yaml", "lists/people.txt"));
            gateway.file("lists/people.txt", people.toString());
            gateway.start();
            for (String half : new String[] {"", people.substring(0, people.length() / 2)}) {
                gateway.file("lists/people.txt", half);
                Program.Result refused = gateway.command("reload");
                assertThat(refused.exitCode()).isEqualTo(1);
                assertThat(refused.out())
                        .contains("people.txt:1:1: ", "of 60 recipients are gone", "--confirm");
                assertThat(rcpt(gateway, "p59@example.test")).startsWith("250");
            }
            assertThat(gateway.command("recipients", "status").out())
                    .contains("people.txt", "recipients   60");
            assertThat(gateway.command("reload", "--confirm").exitCode()).isZero();
            assertThat(rcpt(gateway, "p0@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "p59@example.test")).startsWith("550 5.1.1");
        }
    }

    @Test
    void aRecipientFileThatIsGoneOrHalvedAtAStartIsAnsweredFromItsLastGoodCopy(
            Surroundings around) {
        try (Gateway gateway = around.newGateway("kept")) {
            StringBuilder people = new StringBuilder("postmaster\n");
            for (int i = 0; i < 60; i++) {
                people.append("p").append(i).append("@example.test\n");
            }
            String half = people.substring(0, people.length() / 2);
            gateway.configure(
                    gateway.configuration().replace("lists/recipients.yaml", "lists/people.txt"));
            gateway.file("lists/people.txt", people.toString());
            gateway.start();
            assertThat(gateway.command("recipients", "status").out())
                    .contains("people.txt", "recipients   61", "last good")
                    .doesNotContain("COPY", "TROUBLE", "WAITS");

            for (String broken : new String[] {"", "no address@\n"}) {
                gateway.program().terminate();
                gateway.file("lists/people.txt", broken);
                gateway.start();
                assertThat(rcpt(gateway, "p59@example.test")).startsWith("250");
                assertThat(rcpt(gateway, "p60@example.test")).startsWith("550 5.1.1");
            }
            assertThat(gateway.command("recipients", "status").out())
                    .contains("LAST GOOD COPY", "TROUBLE", "people.txt:1:", "postern reload");
            assertThat(gateway.command("status").out()).contains("the last good copy is served");
            assertThat(gateway.command("check").exitCode()).as("strict as ever").isEqualTo(1);
            assertThat(gateway.command("reload").exitCode()).as("of a broken file").isEqualTo(1);

            gateway.program().terminate();
            gateway.file("lists/people.txt", half);
            Program.Result check = gateway.command("check");
            assertThat(check.exitCode()).isZero();
            assertThat(check.out()).contains("recipients are gone", "postern reload --confirm");
            gateway.start();
            assertThat(rcpt(gateway, "p59@example.test")).startsWith("250");
            assertThat(gateway.command("recipients", "status").out())
                    .contains("LAST GOOD COPY", "WAITS", "postern reload --confirm");
            assertThat(gateway.command("recipients", "status", "--json").out())
                    .contains("\"served\":\"copy\"")
                    .containsPattern("\"refused\":[1-9]");
            assertThat(gateway.get("/metrics").body())
                    .containsPattern("postern_recipients_sync_refused\\{.*people.txt.*} [1-9]")
                    .containsPattern(
                            "postern_recipients_staleness_seconds\\{.*people.txt.*} [0-9]");
            String name = gateway.command("recipients", "status").out().lines().toList().getFirst();
            assertThat(gateway.command("recipients", "sync", "--confirm", name).all())
                    .contains("people.txt is a file", "postern reload --confirm");
            assertThat(gateway.command("reload", "--confirm").exitCode()).isZero();
            assertThat(rcpt(gateway, "p59@example.test")).startsWith("550 5.1.1");

            gateway.program().terminate();
            gateway.start();
            assertThat(rcpt(gateway, "p59@example.test")).as("confirmed once").startsWith("550");
            assertThat(gateway.command("recipients", "status").out())
                    .doesNotContain("COPY", "WAITS");
        }
    }
}
