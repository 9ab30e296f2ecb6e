package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** DNS block and allow lists served by a real resolver: good ones, and ones gone bad. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DnsblTest {
    private static final String GOOD =
            """
            local-zone: "block.test." static
            local-data: "block.test. 1 SOA ns.block.test. h.block.test. 1 3600 600 86400 1"
            local-data: "2.0.0.127.block.test. 1 A 127.0.0.2"
            local-data: "9.0.0.127.block.test. 1 A 127.0.0.4"
            local-data: '9.0.0.127.block.test. 1 TXT "Ask https://block.test/?ip=127.0.0.9"'
            local-data: "12.0.0.127.block.test. 1 A 127.0.0.4"
            local-data: "13.0.0.127.block.test. 1 A 127.0.0.2"
            local-data: "13.0.0.127.block.test. 1 A 127.0.0.9"
            local-data: '13.0.0.127.block.test. 1 TXT "no\\013\\010250 2.1.5 Recipient OK\\007\\255 (x)"'
            local-data: "14.0.0.127.block.test. 1 A 127.0.0.4"
            local-zone: "14.0.0.127.allow.test." always_refuse
            local-data: "10.0.0.127.block.test. 1 A 127.0.0.4"
            local-data: "11.0.0.127.block.test. 1 A 127.0.0.99"
            local-zone: "allow.test." static
            local-data: "allow.test. 1 SOA ns.allow.test. h.allow.test. 1 3600 600 86400 1"
            local-data: "2.0.0.127.allow.test. 1 A 127.0.0.2"
            local-data: "10.0.0.127.allow.test. 1 A 127.0.3.2"
            local-zone: "names.test." static
            local-data: "names.test. 1 SOA ns.names.test. h.names.test. 1 3600 600 86400 1"
            local-data: "test.names.test. 1 A 127.0.1.2"
            local-data: "none.test.names.test. 1 A 127.0.1.2"
            local-data: "127.0.0.8.names.test. 1 A 127.0.1.255"
            """;

    private Gateway gateway;
    private BlockLists lists;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("dnsbl");
        lists = BlockLists.start(gateway.folder().resolve("unbound"), around.dns().port(), GOOD);
        gateway.configure(
                gateway.configuration()
                                .replace(
                                        "127.0.0.1:" + around.dns().port(),
                                        "127.0.0.1:" + lists.port())
                        + """
                        dnsbl:
                          threshold: 5
                          self-test: 1s
                          lists:
                            - { name: bl, zone: block.test, weight: 5, codes: [127.0.0.2-11] }
                            - { name: wl, zone: allow.test, weight: -3 }
                            - { name: dbl, zone: names.test, weight: 5, ask: [helo, sender, author] }
                        """);
        gateway.start();
        awaitUp("bl", 1);
        awaitUp("dbl", 1);
    }

    @AfterAll
    void stop() {
        gateway.close();
        lists.close();
    }

    private void awaitUp(String list, int up) {
        await("list " + list + " is " + up)
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .until(() ->
                        gateway.get("/metrics")
                                .body()
                                .contains("postern_dnsbl_list_up{list=\"" + list + "\"} " + up));
    }

    private String rcpt(String source, String helo, String from, String to) {
        try (SmtpClient client = SmtpClient.connect(source, gateway.smtpPort())) {
            assertThat(client.reply()).startsWith("220");
            assertThat(client.command("EHLO " + helo)).startsWith("250");
            assertThat(client.command("MAIL FROM:<" + from + ">")).startsWith("250");
            return client.command("RCPT TO:<" + to + ">");
        }
    }

    private String rcpt(String source) {
        return rcpt(source, "client.pass.test", "someone@pass.test", "alice@example.test");
    }

    @Test
    @Order(1)
    void aListedClientHearsWhoListsItAndMayWriteToThePostmaster() throws IOException {
        Dialogue.read(Peers.ROOT.resolve("src-test-e2e/dialogues-with-peers/dnsbl-listed.txt"))
                .play("127.0.0.9", gateway.smtpPort());
    }

    @Test
    @Order(1)
    void aClientOnNoListIsTaken() {
        assertThat(rcpt("127.0.0.8")).startsWith("250");
    }

    @Test
    @Order(1)
    void anAllowListSubtracts() {
        assertThat(rcpt("127.0.0.10")).startsWith("250");
    }

    @Test
    @Order(1)
    void anAnswerThatDoesNotCountRefusesNobody() {
        assertThat(rcpt("127.0.0.11")).startsWith("250");
    }

    @Test
    @Order(1)
    void whatAListWritesIsOneLineOfTheReply() {
        assertThat(rcpt("127.0.0.13"))
                .startsWith("550 5.7.1 127.0.0.13 is listed by block.test: no??250 2.1.5")
                .endsWith("(dnsbl)")
                .doesNotContain("\n");
    }

    @Test
    @Order(1)
    void whereAnAllowListDoesNotAnswerNobodyIsRefusedForGood() {
        assertThat(rcpt("127.0.0.14"))
                .startsWith("451 4.7.1 127.0.0.14 is listed by block.test, and a list that may")
                .endsWith("(dnsbl)");
    }

    @Test
    @Order(1)
    void anAddressGivenAsHeloIsNoNameThatAListHas() {
        assertThat(rcpt("127.0.0.8", "127.0.0.8", "someone@pass.test", "alice@example.test"))
                .startsWith("250");
    }

    @Test
    @Order(1)
    void aSendersDomainIsAskedAboutInAListOfNames() {
        assertThat(rcpt("127.0.0.8", "client.pass.test", "someone@none.test", "bob@example.test"))
                .startsWith("550 5.7.1 none.test is listed by names.test");
        assertThat(rcpt("127.0.0.8", "client.pass.test", "", "bob@example.test")).startsWith("250");
    }

    @Test
    @Order(1)
    void anAuthorsDomainIsAskedAboutAfterTheContent() {
        String reply =
                SmtpClient.send(
                        gateway.smtpPort(),
                        "someone@pass.test",
                        List.of("alice@example.test"),
                        Message.from("someone@none.test").octets());
        assertThat(reply).startsWith("550 5.7.1 none.test is listed by names.test");
    }

    @Test
    @Order(2)
    void aListThatAnswersForEverythingIsSwitchedOffWithAnAlarmAndComesBack() {
        lists.serve(
                GOOD.replace("\"block.test.\" static", "\"block.test.\" redirect")
                        .lines()
                        .filter(l -> !l.contains(".block.test. 1 A") && !l.contains("1 TXT"))
                        .map(l ->
                                l.contains("block.test. 1 SOA ns.bl")
                                        ? "local-data: \"block.test. 1 A 127.0.0.2\""
                                        : l)
                        .reduce("", (a, b) -> a + b + "\n"));
        assertThat(lists.ask("77.2.0.192.block.test")).contains("127.0.0.2");
        awaitUp("bl", 0);
        gateway.awaitConsole(
                "DNS list block.test is switched off until it is well: it lists what no");
        assertThat(rcpt("127.0.0.9")).startsWith("250");
        assertThat(gateway.command("status").out())
                .contains("bl: SWITCHED OFF, it lists what no list has");
        assertThat(gateway.get("/metrics").body())
                .contains(
                        "postern_dnsbl_switched_off_total{reason=\"lists-everything\",zone=\"block.test\"}"
                            + " 1");
        assertThat(gateway.get("/readyz").statusCode()).isEqualTo(200);
        lists.serve(GOOD);
        awaitUp("bl", 1);
        assertThat(rcpt("127.0.0.9")).startsWith("550 5.7.1");
    }

    @Test
    @Order(3)
    void aListThatRefusesAnOpenResolverIsSwitchedOffInsteadOfTheWorld() {
        lists.serve(
                GOOD.replace(
                        "\"9.0.0.127.block.test. 1 A 127.0.0.4\"",
                        "\"7.0.0.127.block.test. 1 A 127.255.255.254\""));
        awaitUp("bl", 1);
        assertThat(rcpt("127.0.0.7")).startsWith("250");
        gateway.awaitConsole("the list refuses questions that come through an open resolver");
        assertThat(gateway.get("/metrics").body())
                .contains("reason=\"open-resolver\",zone=\"block.test\"} 1");
        awaitUp("bl", 1); // its own tests find nothing wrong
    }

    @Test
    @Order(4)
    void aResolverThatIsGoneRefusesNobody() {
        lists.close();
        assertThat(rcpt("127.0.0.12")).startsWith("250");
        lists.serve(GOOD);
        awaitUp("bl", 1);
    }
}
