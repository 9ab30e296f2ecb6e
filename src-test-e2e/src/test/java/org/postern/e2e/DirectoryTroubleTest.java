package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A real directory server, slapd, in every trouble that directory servers have. Whatever it does,
 * who was known stays known, and {@code recipients status} says what is wrong.
 */
@WithPeers
class DirectoryTroubleTest {
    private static final String PEOPLE = "ou=people,dc=example,dc=test";

    private final Path folder = Surroundings.newFolder("directory");
    private LdapServer ldap;
    private Cable cable;

    @BeforeEach
    void fill() {
        ldap = LdapServer.start(folder.resolve("ldap"), Ports.free(), Ports.free());
        cable = Cable.to(ldap.port());
        StringBuilder people = new StringBuilder();
        people.append(unit("people"));
        people.append(account("postern")).append(account("capped"));
        for (int i = 0; i < 130; i++) {
            people.append(
                    LdapServer.person("p" + i).replace(",dc=example", ",ou=people,dc=example"));
        }
        ldap.modify(people.toString());
    }

    @AfterEach
    void clean() {
        cable.close();
        ldap.thaw();
        ldap.close();
        Surroundings.delete(folder);
    }

    private static String unit(String name) {
        return "dn: ou=%1$s,dc=example,dc=test\nobjectClass: organizationalUnit\nou: %1$s\n\n"
                .formatted(name);
    }

    private static String account(String name) {
        return """
        dn: cn=%1$s,dc=example,dc=test
        objectClass: person
        cn: %1$s
        sn: %1$s
        userPassword: %1$s pass

        """
                .formatted(name);
    }

    private static String source(String url, String account, String more) {
        return """
        { ldap: { url: %s, base: "%s", page-size: 40, timeout: 2s, sync: 1h, %s
                  bind-dn: "cn=%s,dc=example,dc=test", password: { file: secret } } }
        """
                .formatted(url, PEOPLE, more, account)
                .strip();
    }

    private Gateway gateway(Surroundings around, String source) {
        Gateway gateway = around.newGateway("directory");
        gateway.file("secret", "postern pass\n");
        return gateway.configure(
                gateway.configuration().replace("{ file: lists/recipients.yaml }", source));
    }

    private static String rcpt(Gateway gateway, String recipient) {
        return SmtpClient.rcpt(gateway.smtpPort(), recipient);
    }

    private static void sync(Gateway gateway) {
        Program.Result good = gateway.command("recipients", "sync");
        assertThat(good.exitCode()).as(good.all()).isZero();
    }

    /** A synchronisation that fails, its reason in status too; who was known is served. */
    private static void assertTrouble(Gateway gateway, String... words) {
        Program.Result bad = gateway.command("recipients", "sync");
        assertThat(bad.exitCode()).as(bad.all()).isEqualTo(1);
        assertThat(bad.out()).contains(words);
        String status = gateway.command("recipients", "status").out();
        assertThat(status).contains("130", "TROUBLE").contains(words);
        golden(gateway, "recipients-directory-away");
    }

    private static void golden(Gateway gateway, String dialogue) {
        try {
            Dialogue.read(
                            Peers.ROOT.resolve(
                                    "src-test-e2e/dialogues-with-peers/" + dialogue + ".txt"))
                    .play(gateway.smtpPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double metric(Gateway gateway, String name) {
        return gateway.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1).replace("Inf", "Infinity"))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whateverADirectoryServerDoesWhoWasKnownStaysKnown(Surroundings around) {
        String source = source("\"ldap://127.0.0.1:" + cable.port() + "\"", "postern", "");
        try (Gateway gateway = gateway(around, source)) {
            ldap.freeze();
            gateway.start();
            golden(gateway, "recipients-never-loaded");
            Program.Result never = gateway.command("recipients", "sync");
            assertThat(never.out()).contains("FAILED", "no answer within 2 s");
            assertThat(gateway.command("recipients", "status").out())
                    .contains("NEVER LOADED", "no answer within 2 s");
            assertThat(metric(gateway, "postern_recipients_staleness_seconds"))
                    .isEqualTo(Double.POSITIVE_INFINITY);

            ldap.thaw();
            sync(gateway);
            assertThat(rcpt(gateway, "p7@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
            assertThat(gateway.command("recipients", "status").out()).doesNotContain("TROUBLE");

            ldap.freeze();
            assertTrouble(gateway, "no answer within 2 s");
            ldap.thaw();
            cable.clampAfter(5_000);
            assertTrouble(gateway, "no answer within 2 s");
            cable.cutAfter(5_000);
            assertTrouble(gateway, "broke off");
            cable.cutAfter(0);
            assertTrouble(gateway, "127.0.0.1:" + cable.port());
            double stale = metric(gateway, "postern_recipients_staleness_seconds");
            assertThat(stale).isPositive().isLessThan(600);
            assertThat(gateway.command("recipients", "status", "--json").out())
                    .contains("\"recipients\":130", "\"never_loaded\":false", "\"error\":\"ldap");
            cable.mend(); // from here on the next try, at any moment, is a good one

            gateway.configure(gateway.configuration().replace("cn=postern", "cn=capped"));
            gateway.file("secret", "capped pass\n");
            assertThat(gateway.command("reload").exitCode()).isZero();
            assertTrouble(gateway, "size limit");
            gateway.file("secret", "wrong\n");
            assertTrouble(gateway, "bind-dn or password is wrong");
            gateway.configure(gateway.configuration().replace("cn=capped", "cn=postern"));
            gateway.file("secret", "postern pass\n");
            assertThat(gateway.command("reload").exitCode()).isZero();

            ldap.modify(
                    """
                    dn: ou=west,ou=people,dc=example,dc=test
                    objectClass: referral
                    objectClass: extensibleObject
                    ou: west
                    ref: ldap://west.example.test/ou=west,dc=example,dc=test
                    """);
            assertTrouble(gateway, "ldap://west.example.test/ou=west,dc=example,dc=test");

            ldap.modify(
                    """
                    dn: ou=people,dc=example,dc=test
                    changetype: modrdn
                    newrdn: ou=folk
                    deleteoldrdn: 1
                    """);
            assertTrouble(gateway, "base " + PEOPLE + " is not there");
            ldap.modify(unit("people"));
            assertTrouble(gateway, "names nobody");
            assertThat(metric(gateway, "postern_recipients_sync_refused")).isPositive();

            ldap.close();
            assertTrouble(gateway, "127.0.0.1:" + cable.port());
            gateway.program().terminate();
            gateway.start();
            assertThat(rcpt(gateway, "p129@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
            // what waited for confirmation before the restart still does
            assertThat(metric(gateway, "postern_recipients_sync_refused")).isPositive();
        }
    }

    @Test
    void theNextServerIsAskedWhenTheFirstHangsOrBreaksOff(Surroundings around) {
        String urls =
                "[\"ldap://127.0.0.1:%d\", \"ldap://127.0.0.1:%d\"]"
                        .formatted(cable.port(), ldap.port());
        try (Gateway gateway = gateway(around, source(urls, "postern", ""))) {
            cable.clampAfter(100); // as far as the bind
            gateway.start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> rcpt(gateway, "p129@example.test").startsWith("250"));
            cable.cutAfter(5_000); // in the middle of a page: half a list cannot be taken back
            assertTrouble(gateway, "broke off");
            sync(gateway); // begins with the other
            cable.cutAfter(0);
            sync(gateway);
        }
    }

    @Test
    void aServersCertificateMustComeFromTheAuthorityAndBearItsName(Surroundings around) {
        Certificates.rsaOfAddress(folder, "other", "127.0.0.1");
        String ours = "ca-file: " + ldap.certificate() + ",";
        String other = "ca-file: " + folder.resolve("other-chain.pem") + ",";
        String secure = "\"ldaps://127.0.0.1:" + ldap.tlsPort() + "\"";
        String clear = "\"ldap://127.0.0.1:" + ldap.port() + "\"";
        try (Gateway gateway = gateway(around, source(secure, "postern", other))) {
            gateway.start();
            assertRefused(gateway, "not signed by ca-file");
            use(gateway, source(secure.replace("127.0.0.1", "localhost"), "postern", ours));
            assertRefused(gateway, "not for localhost");
            use(gateway, source(clear, "postern", "start-tls: true, " + other));
            assertRefused(gateway, "not signed by ca-file");
            use(
                    gateway,
                    source(
                            clear.replace("127.0.0.1", "localhost"),
                            "postern",
                            "start-tls: true, " + ours));
            assertRefused(gateway, "not for localhost");
            use(
                    gateway,
                    source(
                            secure.replace(":" + ldap.tlsPort(), ":" + ldap.port()),
                            "postern",
                            ours));
            assertRefused(gateway, "no TLS");
            use(gateway, source(secure, "postern", ours));
            sync(gateway);
            use(gateway, source(clear, "postern", "start-tls: true, " + ours));
            sync(gateway);
            assertThat(rcpt(gateway, "p129@example.test")).startsWith("250");
            ldap.freeze();
            Program.Result hung = gateway.command("recipients", "sync");
            assertThat(hung.out()).contains("no answer within 2 s");
            use(gateway, source(secure, "postern", ours));
            assertThat(gateway.command("recipients", "sync").out())
                    .contains("no answer to the TLS handshake within 2 s");
        }
    }

    @Test
    void anActiveDirectorysShapesAreRead(Surroundings around) {
        ldap.modify(
                """
                dn: cn=anna,ou=people,dc=example,dc=test
                objectClass: inetOrgPerson
                objectClass: mailPerson
                cn: anna
                sn: anna
                mail: anna@example.test
                proxyAddresses: SMTP:anna@example.test
                proxyAddresses: smtp:A.Berg@example.test
                proxyAddresses: smtp:anna@of-another.test
                proxyAddresses: X500:/o=corp/cn=anna
                proxyAddresses: SIP:sip-anna@example.test
                proxyAddresses: smtp:not an address
                departmentNumber: west
                employeeType: strict
                userAccountControl: 512

                dn: cn=gone,ou=people,dc=example,dc=test
                objectClass: inetOrgPerson
                objectClass: mailPerson
                cn: gone
                sn: gone
                mail: gone@example.test
                proxyAddresses: SMTP:gone.too@example.test
                userAccountControl: 66050
                """);
        // bit 2 is "disabled"; slapd knows Active Directory's matching rule by the same number
        String more =
                "filter:"
                    + " \"(&(|(mail=*)(proxyAddresses=*))(!(userAccountControl:1.2.840.113556.1.4.803:=2)))\","
                    + " subaddressing: \"+\", downstream-attribute: departmentNumber,"
                    + " policy-attribute: employeeType,";
        try (Gateway gateway =
                gateway(
                        around,
                        source("\"ldap://127.0.0.1:" + ldap.port() + "\"", "postern", more))) {
            gateway.configureSections(
                    """
                    downstreams: { west: "maildir:west" }
                    reputation: { spam-traps: [trap@example.test] }
                    policy:
                      sets:
                        strict: [{ name: no-null, stage: rcpt, when: { null-sender: true }, action: reject }]
                    """);
            gateway.start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> rcpt(gateway, "p129@example.test").startsWith("250"));
            assertThat(rcpt(gateway, "a.berg+shop@example.test")).startsWith("250");
            assertThat(rcpt(gateway, "sip-anna@example.test")).startsWith("550 5.1.1");
            assertThat(rcpt(gateway, "gone@example.test")).startsWith("550 5.1.1");
            assertThat(rcpt(gateway, "gone.too@example.test")).startsWith("550 5.1.1");
            assertThat(rcpt(gateway, "anna@of-another.test")).startsWith("550 5.7.1");
            assertThat(gateway.command("recipients", "show", "a.berg@example.test").out())
                    .contains("downstream west", "rules of strict");
            assertThat(rcpt(gateway, "trap@example.test")).startsWith("250");
            Program.Result trap = gateway.command("recipients", "show", "trap@example.test");
            assertThat(trap.exitCode()).isZero();
            assertThat(trap.out()).contains("spam trap: taken with 250");
            assertThat(gateway.command("recipients", "status").out())
                    .contains("132 (left out: 1 value, not an address is no address)");
        }
    }

    private static void use(Gateway gateway, String source) {
        StringBuilder yaml = new StringBuilder();
        String before = gateway.configuration();
        int start = before.indexOf("{ ldap:");
        int end = before.indexOf("} } }", start) + 5;
        yaml.append(before, 0, start).append(source).append(before, end, before.length());
        gateway.configure(yaml.toString());
        Program.Result reload = gateway.command("reload");
        assertThat(reload.exitCode()).as(reload.all()).isZero();
    }

    private static void assertRefused(Gateway gateway, String words) {
        Program.Result bad = gateway.command("recipients", "sync");
        assertThat(bad.exitCode()).as(bad.all()).isEqualTo(1);
        assertThat(bad.out()).contains("FAILED", words);
        assertThat(rcpt(gateway, "p7@example.test")).startsWith("451 4.3.0");
    }
}
