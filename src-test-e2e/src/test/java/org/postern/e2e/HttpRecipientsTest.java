package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Recipients from a web service that does everything that web services do. */
@WithPeers
class HttpRecipientsTest {
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile Answer answer = Answer.of(500, "down");
    private volatile String authorization = "";
    private HttpServer server;

    /** What the service says; fewer octets than announced where it breaks off, none at all. */
    private record Answer(int status, String body, int announced, boolean hangs) {
        static Answer of(int status, String body) {
            return new Answer(status, body, body.length(), false);
        }

        static Answer brokenOff(String body) {
            return new Answer(200, body, body.length() + 1_000, false);
        }

        static final Answer NEVER = new Answer(200, "", 0, true);
    }

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/recipients", this::handle);
        server.start();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Answer now = answer;
        authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        try (exchange) {
            if (now.hangs) {
                assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
                return;
            }
            exchange.sendResponseHeaders(now.status, now.announced);
            exchange.getResponseBody().write(now.body.getBytes(StandardCharsets.US_ASCII));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String people(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> "\"p" + i + "@example.test\"")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String rcpt(Gateway gateway, String recipient) {
        return SmtpClient.rcpt(gateway.smtpPort(), recipient);
    }

    private String sync(Gateway gateway, Answer now) {
        answer = now;
        Program.Result result = gateway.command("recipients", "sync");
        assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
        // whatever it says, who was known is known, and nobody else
        assertThat(rcpt(gateway, "p7@example.test")).startsWith("250");
        assertThat(rcpt(gateway, "nobody@example.test")).startsWith("550 5.1.1");
        return result.out();
    }

    @Test
    void whateverAWebServiceAnswersNobodyKnownIsRefused(Surroundings around) {
        try (Gateway gateway = around.newGateway("http")) {
            gateway.configure(
                    gateway.configuration()
                            .replace(
                                    "{ file: lists/recipients.yaml }",
                                    """
                                    { http: { url: "http://127.0.0.1:%d/recipients", timeout: 2s,
                                              sync: 1h, token: { file: secret } } }
                                    """
                                            .formatted(server.getAddress().getPort())
                                            .strip()));
            gateway.file("secret", "a token\n");
            gateway.start();
            // never loaded: nobody can say who exists
            assertThat(rcpt(gateway, "p7@example.test")).startsWith("451 4.3.0");

            answer =
                    Answer.of(
                            200,
                            "{\"recipients\":"
                                    + people(0, 60)
                                    + ",\"aliases\":{\"sales\":[\"p1\",\"p2@example.test\"]}}");
            Program.Result first = gateway.command("recipients", "sync");
            assertThat(first.exitCode()).as(first.all()).isZero();
            assertThat(authorization).isEqualTo("Bearer a token");
            assertThat(rcpt(gateway, "P59@example.test")).startsWith("250");
            assertThat(gateway.command("recipients", "show", "sales@example.test").out())
                    .contains("goes to p1@example.test, p2@example.test");

            assertThat(sync(gateway, Answer.of(500, "down")))
                    .contains("FAILED", "HTTP status 500, not 200");
            assertThat(sync(gateway, Answer.brokenOff(people(0, 60).substring(0, 300))))
                    .contains("FAILED");
            assertThat(sync(gateway, Answer.of(200, people(0, 60).replace("]", ""))))
                    .contains("FAILED", "the JSON is not whole");
            assertThat(sync(gateway, Answer.of(200, "<html>Sign in</html>")))
                    .contains("FAILED", "the JSON is not whole");
            assertThat(sync(gateway, Answer.of(200, "{\"people\":[]}")))
                    .contains("FAILED", "the mapping has people");
            assertThat(sync(gateway, Answer.of(302, ""))).contains("FAILED", "HTTP status 302");
            assertThat(sync(gateway, Answer.NEVER)).contains("FAILED");
            assertThat(sync(gateway, Answer.of(200, "[]")))
                    .contains("NOT TAKEN: a list that names nobody");
            assertThat(sync(gateway, Answer.of(200, people(0, 40))))
                    .contains("NOT TAKEN", "would take away");
            assertThat(gateway.get("/metrics").body())
                    .containsPattern("postern_recipients_sync_refused\\{.*} 2");

            gateway.program().terminate();
            answer = Answer.of(500, "down");
            gateway.start();
            // from the last good list on disk
            assertThat(rcpt(gateway, "p59@example.test")).startsWith("250");
            // and so does a replay with the very configuration in force, which asks nobody
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            gateway.command("trace", "--reason", "recipient.unknown")
                                    .out()
                                    .contains("nobody@example.test"));
            assertThat(
                            gateway.command(
                                            "replay",
                                            "--since",
                                            "1h",
                                            "--reason",
                                            "recipient.unknown")
                                    .out())
                    .containsPattern("looked at, 0 would change; evidence: [1-9][0-9]* recorded\n");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> gateway.command("recipients", "status").out().contains("TROUBLE"));
        }
    }

    @Test
    void aWebServiceSaysWhereTheMailOfOneRecipientGoesAndByWhichRulesItIsJudged(
            Surroundings around) {
        answer =
                Answer.of(
                        200,
                        """
                        {"recipients": ["postmaster", "alice",
                          {"address": "bob@example.test", "downstream": "west", "policy": "strict"},
                          {"address": "carol@example.test", "policy": null},
                          {"address": "dora@example.test", "downstream": "nowhere"}],
                         "aliases": {"sales": ["bob", "alice"]}}
                        """);
        try (Gateway gateway = around.newGateway("http-own")) {
            gateway.configure(
                    gateway.configuration()
                            .replace(
                                    "{ file: lists/recipients.yaml }",
                                    """
                                    { http: { url: "http://127.0.0.1:%d/recipients", timeout: 5s,
                                              sync: 1h, subaddressing: "+" } }
                                    """
                                            .formatted(server.getAddress().getPort())
                                            .strip()));
            Path west = gateway.folder().resolve("west");
            gateway.configureSections(
                    """
                    downstreams: { west: "maildir:west" }
                    policy:
                      sets:
                        strict: [{ name: no-null, stage: rcpt, when: { null-sender: true }, action: reject }]
                    """);
            gateway.start();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> rcpt(gateway, "alice@example.test").startsWith("250"));

            assertThat(gateway.command("recipients", "show", "bob+x@example.test").out())
                    .contains("downstream west", "rules of strict");
            assertThat(gateway.command("recipients", "show", "carol@example.test").out())
                    .doesNotContain("west", "strict");
            assertThat(rcpt(gateway, "dora@example.test"))
                    .as("what the configuration does not have is not guessed")
                    .startsWith("451");

            assertThat(fromNobody(gateway, "bob@example.test"))
                    .startsWith("550")
                    .contains("no-null");
            assertThat(fromNobody(gateway, "sales@example.test"))
                    .as("an alias is no way round")
                    .startsWith("550");
            assertThat(fromNobody(gateway, "alice@example.test")).startsWith("250");

            assertThat(
                            SmtpClient.send(
                                    gateway.smtpPort(),
                                    "someone@pass.test",
                                    List.of("bob@example.test"),
                                    "From: someone@pass.test\r\nSubject: to the west\r\n\r\nhello\r\n"
                                            .getBytes(StandardCharsets.US_ASCII)))
                    .startsWith("250");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> {
                        String[] taken = west.resolve("new").toFile().list();
                        return taken != null && taken.length == 1;
                    });
        }
    }

    private static String fromNobody(Gateway gateway, String recipient) {
        try (SmtpClient client = SmtpClient.greeted(gateway.smtpPort())) {
            client.command("MAIL FROM:<>");
            return client.command("RCPT TO:<" + recipient + ">");
        }
    }
}
