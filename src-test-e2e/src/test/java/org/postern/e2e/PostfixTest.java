package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Postfix as the mail server behind the gateway, over TLS and without, and back to the sender. */
@WithPeers
class PostfixTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Path certificates = Surroundings.newFolder("certificates");

    @BeforeEach
    void certificates() {
        assumeTrue(System.getProperty("user.name").equals("root"), "Postfix needs root");
        assumeTrue(Peers.find("postfix").isPresent(), "install the package postfix");
        openssl(
                "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj"
                        + " /CN=ca");
        openssl("req -newkey rsa:2048 -nodes -keyout key.pem -out req.pem -subj /CN=localhost");
        openssl(
                "x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out"
                        + " cert.pem");
        openssl(
                "req -x509 -newkey rsa:2048 -nodes -keyout o.key -out other.pem -days 2 -subj"
                        + " /CN=o");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        Surroundings.delete(certificates);
    }

    private String openssl(String arguments) {
        return Program.shell(certificates, "exec openssl " + arguments);
    }

    private PostfixServer postfix(String... options) {
        PostfixServer postfix = PostfixServer.start(Surroundings.newFolder("postfix"), options);
        open.add(postfix);
        return postfix;
    }

    private PostfixServer postfixWithTls(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("smtpd_tls_security_level = may");
        all.add("smtpd_tls_received_header = yes");
        all.add("smtpd_tls_cert_file = " + certificates.resolve("cert.pem"));
        all.add("smtpd_tls_key_file = " + certificates.resolve("key.pem"));
        return postfix(all.toArray(String[]::new));
    }

    /** A gateway towards this Postfix, with these keys of its downstream. */
    private Gateway gateway(Surroundings around, PostfixServer postfix, String keys) {
        Gateway gateway = around.newGateway("postfix");
        String uri = "smtp://localhost:" + postfix.port();
        gateway.configure(
                Gateway.configuration(gateway, around.dns().port(), "store")
                                .replace(
                                        "domains:\n",
                                        "downstreams:\n  store: { uri: \""
                                                + uri
                                                + "\""
                                                + keys
                                                + " }\ndomains:\n")
                        + "notifications: { downstream: store }\n");
        gateway.start();
        open.add(gateway);
        return gateway;
    }

    private static Message send(Gateway gateway, @Nullable String rcptParameters, String to) {
        Message message = Message.from("someone@pass.test");
        try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
            assertThat(client.command("MAIL FROM:<someone@pass.test>")).startsWith("250");
            String rcpt = "RCPT TO:<" + to + ">";
            assertThat(client.command(rcptParameters == null ? rcpt : rcpt + " " + rcptParameters))
                    .startsWith("250");
            assertThat(client.data(message.octets())).startsWith("250");
        }
        return message;
    }

    private static String awaitReply(Gateway gateway, String words) {
        await("the queue says " + words)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> gateway.command("queue", "list").out().contains(words));
        return gateway.command("queue", "list").out();
    }

    @Test
    void aMessageArrivesAsItWasSentAndPostfixLogsTheRealClient(Surroundings around) {
        PostfixServer postfix = postfix();
        Gateway gateway = gateway(around, postfix, ", tls: none");
        Message message = send(gateway, null, "alice@example.test");
        String stored = postfix.awaitMessage("alice", message.id());
        assertThat(stored.replace("\n", "\r\n")).endsWith("\r\n" + message.text());
        assertThat(postfix.log())
                .as("by XFORWARD")
                .contains("orig_queue_id=")
                .containsPattern("orig_client=[^ ]*\\[127\\.0\\.0\\.1]");
    }

    @Test
    void tlsIsUsedWhereOfferedAndNeverWhereSwitchedOff(Surroundings around) {
        PostfixServer postfix = postfixWithTls();
        Message first =
                send(gateway(around, postfix, ", tls: opportunistic"), null, "alice@example.test");
        assertThat(postfix.awaitMessage("alice", first.id())).contains("(using TLSv1.3");
        Message second = send(gateway(around, postfix, ", tls: none"), null, "bob@example.test");
        String stored = postfix.awaitMessage("bob", second.id());
        assertThat(stored.substring(0, stored.indexOf("by mx.example.test")))
                .doesNotContain("using TLS");
    }

    @Test
    void requiredTlsTrustsOnesOwnAuthorityAndDefersBeforeAnother(Surroundings around) {
        PostfixServer postfix = postfixWithTls();
        Gateway right =
                gateway(
                        around,
                        postfix,
                        ", tls: required, ca-file: " + certificates.resolve("ca.pem"));
        Message message = send(right, null, "alice@example.test");
        postfix.awaitMessage("alice", message.id());
        Gateway wrong =
                gateway(
                        around,
                        postfix,
                        ", tls: required, ca-file: " + certificates.resolve("other.pem"));
        Message kept = send(wrong, null, "alice@example.test");
        assertThat(awaitReply(wrong, "4.7.")).contains("deferred");
        assertThat(postfix.box("alice")).noneMatch(m -> m.contains(kept.id()));
    }

    @Test
    void aPinnedKeyIsTrustedAndAnotherIsNot(Surroundings around) {
        PostfixServer postfix = postfixWithTls();
        openssl("x509 -in cert.pem -noout -pubkey -out pub.pem");
        openssl("pkey -pubin -in pub.pem -outform der -out pub.der");
        String digest = openssl("dgst -sha256 -r pub.der");
        String pin = digest.substring(0, 64);
        Message message =
                send(
                        gateway(around, postfix, ", tls: required, pins: \"" + pin + "\""),
                        null,
                        "alice@example.test");
        postfix.awaitMessage("alice", message.id());
        Gateway wrong =
                gateway(around, postfix, ", tls: required, pins: \"" + "ab".repeat(32) + "\"");
        send(wrong, null, "bob@example.test");
        assertThat(awaitReply(wrong, "4.7.")).contains("deferred");
        assertThat(postfix.box("bob")).isEmpty();
    }

    @Test
    void requiredTlsWithoutAnOfferDefers(Surroundings around) {
        Gateway gateway = gateway(around, postfix(), ", tls: required");
        send(gateway, null, "alice@example.test");
        assertThat(awaitReply(gateway, "4.7.")).contains("deferred");
    }

    @Test
    void whatPostfixRefusesIsToldToTheSenderThatAuthenticated(Surroundings around) {
        PostfixServer postfix = postfix();
        Gateway gateway = gateway(around, postfix, "");
        Message message = send(gateway, "NOTIFY=FAILURE ORCPT=rfc822;c+40x", "carol@example.test");
        String notice = postfix.awaitMessage("sender", "carol@example.test");
        assertThat(notice)
                .contains("Return-Path: <>")
                .contains("Content-Type: multipart/report")
                .contains("Action: failed")
                .contains("Status: 5.1.1")
                .contains("Original-Recipient: rfc822; c@x")
                .contains(message.id());
        await().until(() -> gateway.command("queue", "list").out().contains("empty"));
    }

    @Test
    void postfixAnswersASuccessThatWasAskedForBecauseItDoesDsn(Surroundings around) {
        PostfixServer postfix = postfix();
        Gateway gateway = gateway(around, postfix, "");
        send(gateway, "NOTIFY=SUCCESS", "alice@example.test");
        assertThat(postfix.awaitMessage("sender", "Action: delivered"))
                .contains("Reporting-MTA: dns; store.example.test");
        assertThat(postfix.box("sender")).hasSize(1);
    }

    @Test
    void weSayRelayedWhereTheNextServerDoesNoDsn(Surroundings around) {
        PostfixServer postfix = postfix("smtpd_discard_ehlo_keywords = dsn");
        Gateway gateway = gateway(around, postfix, "");
        send(gateway, "NOTIFY=SUCCESS", "alice@example.test");
        assertThat(postfix.awaitMessage("sender", "Action: relayed"))
                .contains("Reporting-MTA: dns; mx.example.test");
    }

    @Test
    void withCutThroughWhatPostfixRefusesIsRefusedInSessionAndNobodyGetsANotice(
            Surroundings around) {
        PostfixServer postfix = postfix();
        Gateway gateway = around.newGateway("cut-through");
        gateway.configure(
                Gateway.configuration(
                                gateway, around.dns().port(), "smtp://localhost:" + postfix.port())
                        + "relay: { cut-through: true }\n");
        gateway.start();
        open.add(gateway);
        Message refused = Message.from("someone@pass.test");
        assertThat(
                        SmtpClient.send(
                                gateway.smtpPort(),
                                "someone@pass.test",
                                List.of("carol@example.test"),
                                refused.octets()))
                .startsWith("550 5.1.1");
        Message taken = Message.from("someone@pass.test");
        assertThat(
                        SmtpClient.send(
                                gateway.smtpPort(),
                                "someone@pass.test",
                                List.of("alice@example.test"),
                                taken.octets()))
                .startsWith("250");
        postfix.awaitMessage("alice", taken.id());
        assertThat(gateway.command("queue", "list", "--state", "held").out()).contains("nothing");
        assertThat(postfix.box("sender")).isEmpty();
    }

    @Test
    void anInternationalMessageIsAFailureWhereTheServerTakesNone(Surroundings around) {
        PostfixServer postfix = postfix("smtputf8_enable = no");
        Gateway gateway = gateway(around, postfix, "");
        Message message = Message.from("someone@pass.test");
        byte[] octets =
                ("Subject: gr\u00fc\u00dfe\r\n" + message.text()).getBytes(StandardCharsets.UTF_8);
        try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
            assertThat(client.command("MAIL FROM:<someone@pass.test> SMTPUTF8 BODY=8BITMIME"))
                    .startsWith("250");
            assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("250");
            assertThat(client.data(octets)).startsWith("250");
        }
        postfix.awaitMessage("sender", "Status: 5.6.9");
        assertThat(postfix.box("alice")).isEmpty();
    }
}
