package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real database, PostgreSQL, in every trouble that databases have. */
@WithPeers
class DatabaseTroubleTest {
    private final Path folder = Surroundings.newFolder("database");
    private PostgresServer postgres;
    private Cable cable;

    @BeforeEach
    void fill() {
        postgres = PostgresServer.start(folder.resolve("pg"), Ports.free());
        cable = Cable.to(postgres.port());
        postgres.sql(
                """
                CREATE TABLE people (address text, downstream text, policy text);
                INSERT INTO people SELECT 'p' || n || '@example.test' FROM generate_series(0, 299) n;
                INSERT INTO people VALUES ('bob@example.test', 'west', 'strict');
                """);
    }

    @AfterEach
    void clean() {
        cable.close();
        postgres.thaw();
        postgres.close();
        Surroundings.delete(folder);
    }

    private Gateway gateway(Surroundings around) {
        Gateway gateway = around.newGateway("database");
        gateway.file("secret", PostgresServer.PASSWORD + "\n");
        gateway.configure(
                gateway.configuration()
                        .replace(
                                "{ file: lists/recipients.yaml }",
                                """
                                { sql: { url: "jdbc:postgresql://127.0.0.1:%d/postgres",
                                         user: postern, password: { file: secret }, timeout: 2s,
                                         sync: 1h, query: "SELECT * FROM people" } }
                                """
                                        .formatted(cable.port())
                                        .strip()));
        gateway.configureSections(
                """
                downstreams: { west: "maildir:west" }
                policy:
                  sets:
                    strict: [{ name: strict-null, stage: rcpt, when: { null-sender: true }, action: reject }]
                """);
        return gateway;
    }

    private static String rcpt(Gateway gateway, String recipient) {
        return SmtpClient.rcpt(gateway.smtpPort(), recipient);
    }

    private static void assertTrouble(Gateway gateway, String... words) {
        Program.Result bad = gateway.command("recipients", "sync");
        assertThat(bad.exitCode()).as(bad.all()).isEqualTo(1);
        assertThat(bad.out()).contains(words);
        assertThat(gateway.command("recipients", "status").out()).contains("301", "TROUBLE");
        assertThat(rcpt(gateway, "p7@example.test")).startsWith("250");
        assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
    }

    @Test
    void whateverADatabaseDoesWhoWasKnownStaysKnown(Surroundings around) {
        try (Gateway gateway = gateway(around)) {
            postgres.freeze();
            gateway.start();
            assertThat(rcpt(gateway, "p7@example.test")).startsWith("451 4.3.0");
            assertThat(gateway.command("recipients", "sync").out())
                    .contains("FAILED", "no answer within 2 s");
            assertThat(gateway.command("recipients", "status").out()).contains("NEVER LOADED");
            postgres.thaw();
            Program.Result first = gateway.command("recipients", "sync");
            assertThat(first.exitCode()).as(first.all()).isZero();
            assertThat(gateway.command("recipients", "show", "bob@example.test").out())
                    .contains("downstream west", "rules of strict");
            assertThat(gateway.command("recipients", "show", "p7@example.test").out())
                    .doesNotContain("west", "strict");

            postgres.freeze();
            assertTrouble(gateway, "no answer within 2 s");
            postgres.thaw();
            cable.clampAfter(3_000);
            assertTrouble(gateway, "no answer within 2 s");
            cable.cutAfter(3_000);
            assertTrouble(gateway, "the connection broke off");
            cable.mend();
            gateway.file("secret", "wrong\n");
            assertTrouble(gateway, "password authentication failed for user \"postern\"");
            gateway.file("secret", PostgresServer.PASSWORD + "\n");

            postgres.sql("ALTER TABLE people RENAME TO others;");
            assertTrouble(gateway, "relation \"people\" does not exist");
            postgres.sql("CREATE TABLE people (address text);");
            assertTrouble(gateway, "names nobody");
            postgres.sql("DROP TABLE people; CREATE VIEW people AS SELECT 7 AS n, now() AS t;");
            assertTrouble(gateway, "NOT TAKEN");
            postgres.sql(
                    "DROP VIEW people; CREATE VIEW people AS SELECT decode('ff00', 'hex') AS b;");
            assertTrouble(gateway, "NOT TAKEN");
            postgres.sql("DROP VIEW people; ALTER TABLE others RENAME TO people;");
            assertThat(gateway.command("recipients", "sync").exitCode()).isZero();

            postgres.sql("UPDATE people SET downstream = 'north' WHERE address LIKE 'p7@%';");
            assertThat(gateway.command("recipients", "sync").exitCode()).isZero();
            assertThat(rcpt(gateway, "p7@example.test")).startsWith("451 4.3.0");
            assertThat(gateway.command("recipients", "show", "p7@example.test").out())
                    .contains("no downstream is called north");
            postgres.sql("UPDATE people SET downstream = NULL WHERE address LIKE 'p7@%';");
            assertThat(gateway.command("recipients", "sync").exitCode()).isZero();

            postgres.close();
            assertTrouble(gateway, "127.0.0.1:" + cable.port());
            gateway.program().terminate();
            gateway.start();
            assertThat(rcpt(gateway, "p299@example.test")).startsWith("250");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.command("recipients", "status").out().contains("TROUBLE"));
            assertThat(gateway.command("recipients", "show", "bob@example.test").out())
                    .contains("downstream west", "rules of strict");
        }
    }

    @Test
    void aQueryThatGivesMoreThanMemoryAllowsIsNotTakenAndManyLongRowsAre(Surroundings around) {
        try (Gateway gateway = around.newGateway("wide")) {
            gateway.file("secret", PostgresServer.PASSWORD + "\n");
            String source =
                    """
                    { sql: { url: "jdbc:postgresql://127.0.0.1:%d/postgres", user: postern,
                             password: { file: secret }, timeout: 20s, sync: 1h, name: wide,
                             query: "SELECT 'p' || n || '@example.test' || repeat(' ', LENGTH)
                                       FROM generate_series(1, 11000) n" } }
                    """
                            .formatted(postgres.port())
                            .strip();
            String file = "{ file: lists/recipients.yaml }";
            String wide = source.replace("LENGTH", "8000");
            gateway.configure(gateway.configuration().replace(file, wide));
            gateway.start();
            // 88 MB in three portions of 40 at most
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> rcpt(gateway, "p11000@example.test").startsWith("250"));
            gateway.configure(
                    gateway.configuration().replace(wide, source.replace("LENGTH", "20000")));
            assertThat(gateway.command("reload").exitCode()).isZero();
            assertThat(gateway.command("recipients", "sync").out())
                    .contains("FAILED", "more than 64 MB");
            assertThat(rcpt(gateway, "p11000@example.test")).startsWith("250");
        }
    }
}
