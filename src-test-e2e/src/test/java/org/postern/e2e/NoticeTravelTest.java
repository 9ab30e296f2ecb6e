package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Notices on their way: found by the MX record of the sender's domain, handed to the server there
 * on port 25, and read as RFC 3464 says.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NoticeTravelTest {
    private static final String SENDER = "someone@sink.test";

    private final Path folder = Surroundings.newFolder("notices");
    private final List<AutoCloseable> open = new ArrayList<>();
    private SmtpSink sink;
    private PostfixServer postfix;
    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        assumeTrue(System.getProperty("user.name").equals("root"), "port 25 needs root");
        assumeTrue(Peers.find("postfix").isPresent(), "install the package postfix");
        String address = addressWithPort25();
        sink = closing(SmtpSink.start(folder, address, 25));
        BlockLists dns =
                closing(
                        BlockLists.start(
                                folder.resolve("unbound"),
                                around.dns().port(),
                                """
                                local-zone: "sink.test." static
                                local-data: "sink.test. 300 SOA ns.sink.test. h.sink.test. 1 2 3 4 5"
                                local-data: "sink.test. 300 MX 10 mx.sink.test."
                                local-data: "mx.sink.test. 300 A %s"
                                local-data: 'sink.test. 300 TXT "v=spf1 ip4:127.0.0.0/8 -all"'
                                """
                                        .formatted(address)));
        postfix =
                closing(
                        PostfixServer.start(
                                folder.resolve("postfix"),
                                "smtpd_discard_ehlo_keywords = dsn",
                                "smtpd_recipient_restrictions ="
                                        + " check_recipient_access inline:"
                                        + "{ {bob@example.test = 450 4.2.1 Bob is on holiday} }"
                                        + " reject_unauth_destination"));
        gateway = closing(around.newGateway("notices"));
        gateway.configure(
                Gateway.configuration(gateway, dns.port(), "smtp://localhost:" + postfix.port())
                        + "notifications: { delays: true, delay-after: 3s }\n");
        gateway.start();
    }

    private <T extends AutoCloseable> T closing(T one) {
        open.add(one);
        return one;
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        Surroundings.delete(folder);
    }

    /** An address of the loopback network at which nobody has taken port 25. */
    private static String addressWithPort25() {
        long pid = ProcessHandle.current().pid();
        return IntStream.range(10, 100)
                .mapToObj(i -> "127.25." + (pid + i) % 250 + "." + i)
                .filter(NoticeTravelTest::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(String address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 25));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What was sent and what it is in the queue. */
    private record Sent(Message message, String id) {}

    private Sent send(String from, String mailParameters, String... recipients) {
        Message message = Message.from(from);
        try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
            assertThat(client.command("MAIL FROM:<" + from + ">" + mailParameters))
                    .startsWith("250");
            for (String recipient : recipients) {
                assertThat(client.command("RCPT TO:" + recipient)).startsWith("250");
            }
            String reply = client.data(message.octets());
            assertThat(reply).startsWith("250").contains("queued as ");
            return new Sent(message, reply.replaceFirst("(?s).*queued as (\\w+).*", "$1"));
        }
    }

    private List<String> notices(Sent about) {
        return sink.messages().stream().filter(m -> m.contains(about.message().id())).toList();
    }

    private String awaitNotice(Sent about, String words) {
        return await("a notice of " + words)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> notices(about).stream().filter(m -> m.contains(words)).toList(),
                        found -> !found.isEmpty())
                .getFirst();
    }

    private void awaitEnd(Sent sent) {
        await("nothing is left of it")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> gateway.command("queue", "show", sent.id()).exitCode() == 1);
    }

    private String shown(Sent sent) {
        return gateway.command("queue", "show", sent.id(), "--json").out();
    }

    private int attempts(Sent sent) {
        Matcher m = Pattern.compile("\"attempts\":(\\d+)").matcher(shown(sent));
        assertThat(m.find()).isTrue();
        return Integer.parseInt(m.group(1));
    }

    private void awaitThreeMoreAttempts(Sent sent) {
        int before = attempts(sent);
        await("three attempts more")
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> attempts(sent) >= before + 3);
    }

    /** The parts of a multipart message: each its header, an empty line, its body. */
    private static List<String> parts(String message) {
        Matcher boundary = Pattern.compile("boundary=\"?([^\"\\s;]+)").matcher(message);
        assertThat(boundary.find()).as(message).isTrue();
        String delimiter = "--" + boundary.group(1);
        List<String> parts = new ArrayList<>();
        for (String part : message.split(Pattern.quote("\n" + delimiter), -1)) {
            parts.add(part.strip());
        }
        assertThat(parts.getLast()).as("the closing delimiter").startsWith("--");
        return parts.subList(1, parts.size() - 1);
    }

    /** The fields of one block of message/delivery-status (RFC 3464, 2.1). */
    private static Map<String, String> fields(String block) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String line : block.replaceAll("\r?\n[ \t]+", " ").split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            assertThat(colon).as(line).isPositive();
            fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
        }
        return fields;
    }

    private static String envelope(String notice, String field) {
        Matcher m = Pattern.compile("(?m)^" + field + ": (.*)$").matcher(notice);
        return m.find() ? m.group(1).strip() : "";
    }

    @Test
    void aBounceTravelsByTheMxOfTheSendersDomainAndReadsAsRfc3464() {
        Sent message =
                send(SENDER, " RET=HDRS ENVID=QQ314159", "<carol@example.test> ORCPT=rfc822;c+40x");
        String notice = awaitNotice(message, "Action: failed");
        assertThat(envelope(notice, "X-Mail-Args")).startsWith("<>");
        assertThat(envelope(notice, "X-Rcpt-Args")).startsWith("<" + SENDER + ">");
        assertThat(notice)
                .contains("Content-Type: multipart/report", "report-type=delivery-status")
                .contains("Auto-Submitted: auto-replied")
                .contains("From: ")
                .contains("To: ");
        List<String> parts = parts(notice);
        assertThat(parts).hasSize(3);
        assertThat(parts.get(0)).startsWith("Content-Type: text/plain").contains("carol");
        String[] status = parts.get(1).split("\r?\n\r?\n", -1);
        assertThat(status[0]).contains("Content-Type: message/delivery-status");
        assertThat(status).as("header, the message's block, carol's").hasSize(3);
        assertThat(fields(status[1]))
                .containsEntry("Original-Envelope-Id", "QQ314159")
                .containsEntry("Reporting-MTA", "dns; mx.example.test")
                .containsKey("Arrival-Date");
        assertThat(fields(status[2]))
                .containsEntry("Original-Recipient", "rfc822; c@x")
                .containsEntry("Final-Recipient", "rfc822; carol@example.test")
                .containsEntry("Action", "failed")
                .containsEntry("Status", "5.1.1")
                .containsKey("Diagnostic-Code")
                .as("no name of a machine behind us")
                .doesNotContainKey("Remote-MTA");
        assertThat(parts.get(2))
                .contains("text/rfc822-headers")
                .contains("Message-ID: " + message.message().id())
                .doesNotContain("Good morning.");
        awaitEnd(message);
        assertThat(notices(message)).hasSize(1);
    }

    @Test
    void whoAskedNeverToHearIsNotToldAndTheMessageGoesToTheTrash() {
        Sent message = send(SENDER, "", "<carol@example.test> NOTIFY=NEVER");
        Sent other = send(SENDER, "", "<carol@example.test>");
        awaitNotice(other, "Action: failed");
        await("nobody waits to hear of it")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> shown(message).contains("\"state\":\"trash\""));
        assertThat(notices(message)).isEmpty();
    }

    @Test
    void aSuccessThatWasAskedForIsToldAsRelayedWhereTheStoreDoesNoDsn() {
        Sent message =
                send(
                        SENDER,
                        "",
                        "<alice@example.test> NOTIFY=SUCCESS,FAILURE",
                        "<carol@example.test> NOTIFY=NEVER");
        String notice = awaitNotice(message, "Action: relayed");
        String[] status = parts(notice).get(1).split("\r?\n\r?\n", -1);
        assertThat(status).as("alice's block alone").hasSize(3);
        assertThat(fields(status[2]))
                .containsEntry("Final-Recipient", "rfc822; alice@example.test")
                .containsEntry("Status", "2.0.0");
        postfix.awaitMessage("alice", message.message().id());
        assertThat(notices(message)).hasSize(1);
    }

    @Test
    void aDelayIsToldOnceAndTheMessageWaitsOn() {
        Sent message = send(SENDER, "", "<bob@example.test>");
        String notice = awaitNotice(message, "Action: delayed");
        assertThat(fields(parts(notice).get(1).split("\r?\n\r?\n", -1)[2]))
                .containsEntry("Final-Recipient", "rfc822; bob@example.test")
                .containsEntry("Status", "4.2.1")
                .containsKey("Will-Retry-Until");
        awaitThreeMoreAttempts(message);
        assertThat(notices(message)).hasSize(1);
        assertThat(shown(message)).contains("\"told_of_delay\":");
    }

    @Test
    void whoAskedForFailuresAloneIsNotToldOfADelay() {
        Sent quiet = send(SENDER, "", "<bob@example.test> NOTIFY=FAILURE");
        Sent loud = send(SENDER, "", "<bob@example.test>");
        awaitNotice(loud, "Action: delayed");
        awaitThreeMoreAttempts(quiet);
        assertThat(notices(quiet)).isEmpty();
    }

    @Test
    void aSenderThatNothingVouchesForIsToldNothingAndTheMessageIsHeld() {
        Sent message = send("someone@plain.test", "", "<carol@example.test>");
        await("held, with the reason")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> shown(message).contains("notice.unauthenticated"));
        assertThat(shown(message)).contains("\"state\":\"held\"");
        assertThat(notices(message)).isEmpty();
    }
}
