package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What a Postfix behind the gateway sees of the client, of the envelope and of the octets, and what
 * its rules make of them.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostfixRulesTest {
    private static final String SENDER = "someone@pass.test";

    /** By whom nothing is known in the DNS. */
    private static final String STRANGER = "127.0.0.77";

    private PostfixServer postfix;
    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        assumeTrue(System.getProperty("user.name").equals("root"), "Postfix needs root");
        assumeTrue(Peers.find("postfix").isPresent(), "install the package postfix");
        postfix =
                PostfixServer.start(
                        Surroundings.newFolder("postfix"),
                        "smtpd_authorized_xclient_hosts = 127.0.0.1",
                        "smtpd_recipient_restrictions ="
                                + " check_helo_access inline:{ forbidden.pass.test=REJECT }"
                                + " check_recipient_access inline:"
                                + "{ {bob@example.test = 450 4.2.1 Bob is on holiday} }"
                                + " reject_unauth_destination");
        gateway = around.newGateway("rules");
        gateway.configure(
                Gateway.configuration(gateway, around.dns().port(), "store")
                                .replace(
                                        "domains:\n",
                                        "downstreams:\n  store: { uri: \"smtp://localhost:"
                                                + postfix.port()
                                                + "\", tls: none, xclient: true }\ndomains:\n")
                        + "notifications: { downstream: store }\n");
        gateway.start();
    }

    @AfterAll
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        if (postfix != null) {
            postfix.close();
        }
    }

    /** Sends in a session from this address with this name. */
    private Message send(
            String source, String helo, String mailParameters, Message message, String... to) {
        try (SmtpClient client = SmtpClient.connect(source, gateway.smtpPort())) {
            assertThat(client.reply()).startsWith("220");
            assertThat(client.command("EHLO " + helo)).startsWith("250");
            assertThat(client.command("MAIL FROM:<" + SENDER + ">" + mailParameters))
                    .startsWith("250");
            for (String recipient : to) {
                assertThat(client.command("RCPT TO:" + recipient)).startsWith("250");
            }
            assertThat(client.data(message.octets())).startsWith("250");
        }
        return message;
    }

    /** The trace field that Postfix itself put on top. */
    private static String trace(String stored) {
        return stored.substring(stored.indexOf("Received: "), stored.indexOf("by store.example"));
    }

    @Test
    void postfixTakesTheClientForItsPeerByAddressNameAndHelo() {
        Message stranger =
                send(STRANGER, "odd.pass.test", "", Message.from(SENDER), "<alice@example.test>");
        assertThat(trace(postfix.awaitMessage("alice", stranger.id())))
                .contains("from odd.pass.test (unknown [" + STRANGER + "])");
        Message known =
                send(
                        "127.0.0.1",
                        "client.pass.test",
                        "",
                        Message.from(SENDER),
                        "<alice@example.test>");
        assertThat(trace(postfix.awaitMessage("alice", known.id())))
                .as("with the name that leads back to the address")
                .contains("from client.pass.test (client.pass.test [127.0.0.1])");
    }

    @Test
    void itsHeloRuleRefusesTheClientAndTheNoticeComesFromTheGatewayItself() {
        Message message =
                send(
                        STRANGER,
                        "forbidden.pass.test",
                        "",
                        Message.from(SENDER),
                        "<alice@example.test>");
        String notice = postfix.awaitMessage("sender", message.id());
        assertThat(notice)
                .contains("Action: failed", "Status: 5.7.1", "Helo command rejected")
                .contains("Return-Path: <>");
        assertThat(trace(notice)).contains("from mx.example.test (").contains("[127.0.0.1])");
        assertThat(postfix.box("alice")).noneMatch(m -> m.contains(message.id()));
    }

    @Test
    void eachRecipientHasTheAnswerThatPostfixGaveToIt() {
        Message message =
                send(
                        "127.0.0.1",
                        "client.pass.test",
                        "",
                        Message.from(SENDER),
                        "<alice@example.test>",
                        "<bob@example.test>",
                        "<carol@example.test>");
        postfix.awaitMessage("alice", message.id());
        assertThat(postfix.awaitMessage("sender", message.id()))
                .contains("Final-Recipient: rfc822; carol@example.test", "Status: 5.1.1")
                .containsOnlyOnce("Final-Recipient:");
        await("bob's turn comes again and again")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> listed().contains("\"attempts\":2"));
        assertThat(listed())
                .contains("\"address\":\"bob@example.test\",\"state\":\"deferred\"")
                .contains("450 4.2.1")
                .contains("Bob is on holiday")
                .contains("\"address\":\"alice@example.test\",\"state\":\"delivered\"")
                .contains("\"address\":\"carol@example.test\",\"state\":\"bounced\"");
        assertThat(postfix.box("alice").stream().filter(m -> m.contains(message.id())))
                .as("whoever has it is not sent it again")
                .hasSize(1);
    }

    private String listed() {
        return gateway.command("queue", "list", "--to", "bob@example.test", "--json").out();
    }

    @Test
    void eightBitTextAndUtf8HeadersArriveOctetByOctet() {
        Message plain = Message.from(SENDER);
        byte[] eightBit =
                (plain.text() + "Gr\u00fc\u00dfe \u00e0 tous\r\n").getBytes(StandardCharsets.UTF_8);
        send(
                "127.0.0.1",
                "client.pass.test",
                " BODY=8BITMIME",
                plain.as(eightBit),
                "<alice@example.test>");
        assertStored(plain, eightBit);
        Message international = Message.from(SENDER);
        byte[] utf8 =
                ("X-Gru\u00df: \u65e5\u672c\r\n" + international.text())
                        .getBytes(StandardCharsets.UTF_8);
        send(
                "127.0.0.1",
                "client.pass.test",
                " BODY=8BITMIME SMTPUTF8",
                international.as(utf8),
                "<alice@example.test>");
        assertStored(international, utf8);
    }

    private void assertStored(Message message, byte[] sent) {
        assertThat(postfix.awaitMessage("alice", message.id()).replace("\n", "\r\n"))
                .endsWith("\r\n" + new String(sent, StandardCharsets.ISO_8859_1));
    }

    @Test
    void dsnParametersReachPostfixWhichAnswersByThem() {
        Message message =
                send(
                        "127.0.0.1",
                        "client.pass.test",
                        " RET=HDRS ENVID=QQ314159",
                        Message.from(SENDER),
                        "<alice@example.test> NOTIFY=SUCCESS ORCPT=rfc822;a+2Bx@elsewhere.test");
        assertThat(postfix.awaitMessage("sender", "QQ314159"))
                .contains("Reporting-MTA: dns; store.example.test")
                .contains("Original-Envelope-Id: QQ314159")
                .contains("Original-Recipient: rfc822;a+x@elsewhere.test")
                .contains("Action: delivered")
                .contains(message.id())
                .as("RET=HDRS")
                .doesNotContain("Good morning.");
        assertThat(postfix.box("sender").stream().filter(m -> m.contains("QQ314159"))).hasSize(1);
    }
}
