package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Debian's Rspamd and clamd about content; neither asks the network for anything. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContentScannersTest {
    private static final List<String> ALICE = List.of("alice@example.test");
    private static final String GTUBE =
            "JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";
    // in two parts, so that no scanner of a developer's machine takes this file away
    private static final String EICAR =
            "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    private Gateway gateway;
    private ContentScanners scanners;
    private Surroundings peers;

    @BeforeAll
    void start(Surroundings around) throws IOException {
        peers = around;
        gateway = around.newGateway("scanners");
        scanners = ContentScanners.start(gateway.folder().resolve("scan"), around.dns(), EICAR);
        gateway.configure(
                        gateway.configuration()
                                + """
                                scanners:
                                  rspamd: { address: "127.0.0.1:%d", timeout: 3s }
                                  clamav: { address: "unix:%s", timeout: 3s, on-failure: defer }
                                """
                                        .formatted(scanners.rspamdPort(), scanners.clamdSocket()))
                .start();
    }

    @AfterAll
    void stop() {
        gateway.close();
        scanners.close();
    }

    private static Message with(String body) {
        Message plain = Message.from("someone@pass.test");
        return new Message(plain.id(), plain.text().replace("Good morning.", body));
    }

    private String send(Message message) {
        return SmtpClient.send(gateway.smtpPort(), "someone@pass.test", ALICE, message.octets());
    }

    @Test
    @Order(1)
    void aCleanMessageSaysSoAndForgedFieldsAreGone() {
        Message plain = Message.from("someone@pass.test");
        Message forged =
                new Message(
                        plain.id(),
                        "X-Spam: No\r\n"
                                + "X-Spam-Status: No, forged\r\n"
                                + "X-Spamd-Result: default: False [-99.00 / 15.00] forged\r\n"
                                + "x-rspamd-action : no action, forged\r\n"
                                + "X-Virus-Status: Clean forged\r\n"
                                + plain.text());
        assertThat(send(forged)).startsWith("250 2.");
        String stored = peers.dovecot().awaitMessage("alice@example.test", plain.id());
        assertThat(Message.fields(stored, "X-Spam-Status"))
                .singleElement()
                .asString()
                .startsWith("No, score=");
        assertThat(Message.fields(stored, "X-Virus-Status")).containsExactly("Clean");
        assertThat(Message.fields(stored, "X-Virus-Scanned"))
                .containsExactly("clamav at mx.example.test");
        assertThat(stored).doesNotContain("forged").doesNotContain("X-Spam: ");
    }

    @Test
    @Order(1)
    void aVirusIsRefusedByItsName() {
        assertThat(send(with(EICAR)))
                .startsWith("550 5.7.1 The message contains Eicar-Test-Signature")
                .endsWith("(virus)");
    }

    @Test
    @Order(1)
    void spamIsRefusedOrMarkedAsRspamdSays() {
        assertThat(send(with("X" + GTUBE))).startsWith("550 5.7.1").endsWith("(spam)");
        Message marked = with("Y" + GTUBE);
        assertThat(send(marked)).startsWith("250 2.");
        String stored = peers.dovecot().awaitMessage("alice@example.test", marked.id());
        assertThat(Message.fields(stored, "X-Spam")).containsExactly("Yes");
        assertThat(Message.fields(stored, "X-Rspamd-Action")).containsExactly("add header");
        assertThat(Message.fields(stored, "X-Spamd-Result"))
                .singleElement()
                .asString()
                .startsWith("default: True [")
                .contains("GTUBE(0.00)[]");
        assertThat(Message.fields(stored, "X-Spamd-Bar")).hasSize(1);
    }

    private static Message about(String subject) {
        Message plain = Message.from("someone@pass.test");
        return new Message(
                plain.id(),
                "X-Old: 1\r\n"
                        + plain.text().replaceFirst("Subject: [^\r]*", "Subject: " + subject));
    }

    @Test
    @Order(1)
    void whatRspamdsModulesDoToTheHeaderIsDoneAndNothingBesides() {
        Message message = about("of a module");
        double before = refusedFields();
        assertThat(send(message)).startsWith("250 2.");
        String stored = peers.dovecot().awaitMessage("alice@example.test", message.id());
        assertThat(Message.fields(stored, "X-Told-Hostname"))
                .as("the confirmed name of 127.0.0.1")
                .containsExactly("client.pass.test");
        assertThat(Message.fields(stored, "X-Told-Rcpts")).containsExactly("1");
        assertThat(Message.fields(stored, "X-Told-Helo")).containsExactly("client.pass.test");
        assertThat(Message.fields(stored, "X-Injected"))
                .singleElement()
                .asString()
                .matches("a\\s+body\\s+Bcc: x@y.example");
        assertThat(Message.fields(stored, "Bcc")).isEmpty();
        assertThat(Message.fields(stored, "X-Old")).isEmpty();
        assertThat(Message.fields(stored, "Subject")).containsExactly("of a module");
        assertThat(Message.fields(stored, "From")).hasSize(1);
        assertThat(Message.fields(stored, "Authentication-Results")).hasSize(1);
        assertThat(stored.indexOf("X-First: a")).isLessThan(stored.indexOf("X-Second: b"));
        assertThat(Message.fields(stored, "Received"))
                .as("the store's and ours")
                .hasSizeGreaterThanOrEqualTo(1);
        assertThat(refusedFields() - before).isEqualTo(4);
    }

    /** How often it has not done to a header what Rspamd wanted. */
    private double refusedFields() {
        return Pattern.compile(
                        "^postern_scan_fields_total[{]result=\"refused\"[}] ([0-9.]+)$",
                        Pattern.MULTILINE)
                .matcher(gateway.get("/metrics").body())
                .results()
                .mapToDouble(m -> Double.parseDouble(m.group(1)))
                .sum();
    }

    @Test
    @Order(1)
    void rspamdHoldsAMessageOrPutsItOffInWordsOfItsOwn() {
        assertThat(send(about("not now")))
                .isEqualTo("451 4.7.1 Too many of these, in 5 minutes (spam-defer)");
        assertThat(send(about("hold it"))).startsWith("250 2.");
        assertThat(gateway.command("queue", "list", "--state", "held", "--json").out())
                .contains("spam-quarantine: scan.quarantine");
    }

    @Test
    @Order(1)
    void aMessageThatIsTooLargeForTheScannersIsTakenAndSaysSo() {
        for (int i = 0; i < 5; i++) {
            Message large = with(("0123456789".repeat(7) + "\r\n").repeat(50_000));
            assertThat(send(large)).startsWith("250 2.");
            String stored = peers.dovecot().awaitMessage("alice@example.test", large.id());
            assertThat(Message.fields(stored, "X-Virus-Status"))
                    .containsExactly("Not scanned (too-large)");
            assertThat(Message.fields(stored, "X-Virus-Scanned")).isEmpty();
            assertThat(Message.fields(stored, "X-Spam-Status"))
                    .as("it hangs up without a word, and is well all the same")
                    .containsExactly("No, not scanned (too-large)");
        }
        assertThat(gateway.command("status").out())
                .contains("rspamd: well")
                .contains("clamav: well");
    }

    @Test
    @Order(1)
    void doctorPingsThem() {
        assertThat(gateway.command("doctor", "--only", "scanners").out())
                .contains("rspamd at 127.0.0.1:" + scanners.rspamdPort() + " answers")
                .contains("clamd.sock answers");
    }

    @Test
    @Order(1)
    void whatComesByBdatIsScannedWholeHoweverItIsCut() {
        byte[] octets = with(EICAR).octets();
        int inTheVirus = new String(octets, StandardCharsets.ISO_8859_1).indexOf("EICAR") + 3;
        try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
            for (int cut : List.of(0, inTheVirus)) {
                assertThat(client.command("MAIL FROM:<someone@pass.test>")).startsWith("250");
                assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("250");
                if (cut > 0) {
                    client.line("BDAT " + cut);
                    client.write(Arrays.copyOf(octets, cut));
                    assertThat(client.reply()).startsWith("250");
                }
                client.line("BDAT " + (octets.length - cut) + " LAST");
                client.write(Arrays.copyOfRange(octets, cut, octets.length));
                assertThat(client.reply())
                        .startsWith("550 5.7.1 The message contains Eicar-Test-Signature");
            }
            Message clean = Message.from("someone@pass.test");
            assertThat(client.command("MAIL FROM:<someone@pass.test>")).startsWith("250");
            assertThat(client.command("RCPT TO:<alice@example.test>")).startsWith("250");
            client.line("BDAT " + clean.octets().length + " LAST");
            client.write(clean.octets());
            assertThat(client.reply()).startsWith("250 2.");
            String stored = peers.dovecot().awaitMessage("alice@example.test", clean.id());
            assertThat(Message.fields(stored, "X-Virus-Status")).containsExactly("Clean");
            assertThat(Message.fields(stored, "X-Spam-Status")).hasSize(1);
        }
    }

    /** The message signed (RFC 6376) over its author and that there is no X-Junk nor X-Spam-*. */
    private Message oversigned(Message message, boolean well) throws Exception {
        String pem = Files.readString(peers.dns().key(DkimKeys.Algorithm.RSA));
        byte[] secret = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        byte[] body = message.text().split("\r\n\r\n", 2)[1].getBytes(StandardCharsets.ISO_8859_1);
        String field =
                "v=1; a=rsa-sha256; c=relaxed/relaxed; d=pass.test; s=r1;"
                        + " h=from:x-junk:x-spam-origin; bh="
                        + DnsServer.base64(MessageDigest.getInstance("SHA-256").digest(body))
                        + "; b=";
        Signature rsa = Signature.getInstance("SHA256withRSA");
        rsa.initSign(
                KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(secret)));
        rsa.update(
                ("from:" + (well ? "someone@pass.test" : "x") + "\r\ndkim-signature:" + field)
                        .getBytes(StandardCharsets.US_ASCII));
        return new Message(
                message.id(),
                "DKIM-Signature: "
                        + field
                        + DnsServer.base64(rsa.sign())
                        + "\r\n"
                        + message.text());
    }

    @Test
    @Order(1)
    void aSignatureThatPassedForbidsAFieldAndABogusOneNone() throws Exception {
        Message good = oversigned(about("of junk"), true);
        assertThat(send(good)).startsWith("250 2.");
        String stored = peers.dovecot().awaitMessage("alice@example.test", good.id());
        assertThat(Message.fields(stored, "Authentication-Results"))
                .singleElement()
                .asString()
                .contains("dkim=pass");
        assertThat(Message.fields(stored, "X-Junk")).isEmpty();
        assertThat(Message.fields(stored, "X-Spam-Origin"))
                .as("the scanner's own names nobody forbids")
                .containsExactly("here");

        Message bogus = oversigned(about("of junk"), false);
        assertThat(send(bogus)).startsWith("250 2.");
        stored = peers.dovecot().awaitMessage("alice@example.test", bogus.id());
        assertThat(Message.fields(stored, "Authentication-Results"))
                .singleElement()
                .asString()
                .contains("dkim=fail");
        assertThat(Message.fields(stored, "X-Junk")).containsExactly("yes");
        assertThat(Message.fields(stored, "X-Spam-Origin")).containsExactly("here");
    }

    @Test
    @Order(1)
    void whoseReverseDnsHangsKeepsNobodyElseFromBeingScanned() throws Exception {
        try (HushedResolver resolver = HushedResolver.start(peers.dns().port(), "66.0.127");
                Gateway other = peers.newGateway("slow-names");
                ExecutorService slow = Executors.newVirtualThreadPerTaskExecutor()) {
            other.configure(
                            other.configuration()
                                            .replaceFirst(
                                                    "dns: .*",
                                                    "dns: { servers: [\"127.0.0.1:"
                                                            + resolver.port()
                                                            + "\"], timeout: 3s, tries: 2 }")
                                    + """
                                    scanners:
                                      rspamd: { address: "127.0.0.1:%d", timeout: 8s, connections: 2 }
                                    """
                                            .formatted(scanners.rspamdPort()))
                    .start();
            List<Future<String>> replies = new ArrayList<>();
            for (int i = 1; i <= 8; i++) {
                String source = "127.0.66." + i;
                replies.add(
                        slow.submit(() ->
                                SmtpClient.send(
                                        source,
                                        other.smtpPort(),
                                        "someone@plain.test",
                                        ALICE,
                                        Message.from("someone@plain.test").octets())));
            }
            await("their names are asked for").until(() -> resolver.unanswered() >= 8);
            Message message = Message.from("someone@pass.test");
            assertThat(
                            SmtpClient.send(
                                    other.smtpPort(), "someone@pass.test", ALICE, message.octets()))
                    .startsWith("250 2.");
            assertThat(replies).as("who is slow is slow himself").anyMatch(r -> !r.isDone());
            String stored = peers.dovecot().awaitMessage("alice@example.test", message.id());
            assertThat(Message.fields(stored, "X-Spam-Status"))
                    .singleElement()
                    .asString()
                    .contains("score=");
            for (Future<String> reply : replies) {
                assertThat(reply.get(60, TimeUnit.SECONDS)).startsWith("250 2.");
            }
            assertThat(other.get("/metrics").body())
                    .doesNotContain("postern_scan_results_total{result=\"failed\"");
        }
    }

    @Test
    @Order(1)
    void aLargeMessageIsScannedFromItsFile() {
        String filler = ("0123456789".repeat(7) + "\r\n").repeat(20_000);
        assertThat(send(with(filler + EICAR))).startsWith("550 5.7.1");
    }

    @Test
    @Order(1)
    void oneSessionHearsOfAVirusOfSpamAndOfNothing() throws IOException {
        Dialogue.read(Peers.ROOT.resolve("src-test-e2e/dialogues-with-peers/scanners.txt"))
                .play(gateway.smtpPort());
        await("the journal has all three")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() ->
                        assertThat(gateway.command("trace", "--since", "1h", "--story").out())
                                .contains("clamav infected: Eicar-Test-Signature")
                                .contains("rspamd reject, ")
                                .contains("[GTUBE=")
                                .contains("clamav clean"));
    }

    @Test
    @Order(2)
    void aScannerThatHangsCostsItsTimeoutAndIsPassedByOrDeferredAsConfigured() {
        scanners.rspamd().signalAll("STOP");
        try {
            Message unscanned = Message.from("someone@pass.test");
            assertThat(send(unscanned)).startsWith("250 2.");
            String stored = peers.dovecot().awaitMessage("alice@example.test", unscanned.id());
            assertThat(Message.fields(stored, "X-Spam-Status"))
                    .containsExactly("No, not scanned (failed)");
            assertThat(Message.fields(stored, "X-Virus-Status")).containsExactly("Clean");
            gateway.awaitConsole(
                    "rspamd fails: no answer within 3000 ms; messages are taken unscanned");
        } finally {
            scanners.rspamd().signalAll("CONT");
        }
        scanners.clamd().signalAll("STOP");
        try {
            assertThat(send(Message.from("someone@pass.test")))
                    .isEqualTo(
                            "451 4.7.1 The message could not be scanned; please try again later"
                                    + " (virus-unscanned)");
            gateway.awaitConsole("clamav fails: no answer within 3000 ms; messages are deferred");
            assertThat(gateway.command("status").out())
                    .contains("clamav: FAILS: no answer within 3000 ms");
        } finally {
            scanners.clamd().signalAll("CONT");
        }
        assertThat(send(Message.from("someone@pass.test"))).startsWith("250 2.");
        gateway.awaitConsole("clamav is well again");
        assertThat(gateway.command("status").out())
                .contains("rspamd: well")
                .contains("clamav: well");
    }

    @Test
    @Order(3)
    void aScannerThatIsGoneIsPassedByOrDeferredAsConfigured() {
        scanners.rspamd().close();
        Message unscanned = Message.from("someone@pass.test");
        assertThat(send(unscanned)).startsWith("250 2.");
        String stored = peers.dovecot().awaitMessage("alice@example.test", unscanned.id());
        assertThat(Message.fields(stored, "X-Spam-Status"))
                .containsExactly("No, not scanned (failed)");
        assertThat(gateway.command("status").out()).contains("rspamd: FAILS");
        scanners.clamd().close();
        assertThat(send(Message.from("someone@pass.test")))
                .startsWith("451 4.7.1")
                .endsWith("(virus-unscanned)");
        assertThat(gateway.get("/metrics").body())
                .contains("postern_scan_results_total{result=\"failed\",scanner=\"clamav\"} 2");
    }
}
