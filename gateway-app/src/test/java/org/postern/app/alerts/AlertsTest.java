package org.postern.app.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.app.state.Alert;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.AlertsConfig;
import org.postern.core.config.AlertsConfig.Format;
import org.postern.core.config.AlertsConfig.Severity;
import org.postern.core.config.Secret;
import org.postern.core.time.ManualTimeSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** When who is told what, and what becomes of it when a webhook does not take it. */
class AlertsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration REPEAT = Duration.ofHours(4);

    /** One request that came in. */
    private record Posted(
            String method, String path, Map<String, List<String>> headers, String body) {}

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-22T10:00:00Z"));
    private final Metrics metrics = new Metrics();
    private final Queue<Posted> posted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private Optional<String> wrong = Optional.empty();
    private AlertBoard board;
    private HttpServer server;
    private @Nullable Webhooks webhooks;

    @BeforeEach
    void serve() throws IOException {
        board =
                new AlertBoard(
                        List.of(
                                new Condition(
                                        "PosternTest",
                                        Severity.TICKET,
                                        MINUTE.multipliedBy(5),
                                        () -> wrong)),
                        time);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean fails = failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        if (!fails) {
            posted.add(
                    new Posted(
                            exchange.getRequestMethod(),
                            exchange.getRequestURI().getPath(),
                            exchange.getRequestHeaders(),
                            body));
        }
        exchange.sendResponseHeaders(fails ? 503 : 204, -1);
        exchange.close();
    }

    @AfterEach
    void close() {
        if (webhooks != null) {
            webhooks.close();
        }
        server.stop(0);
        metrics.close();
    }

    private Secret url(String path) {
        return new Secret.Literal("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private Webhooks telling(AlertsConfig.Webhook... hooks) {
        webhooks =
                new Webhooks(
                        new AlertsConfig(REPEAT, List.of(hooks), null),
                        "mx.example.test",
                        metrics,
                        Duration.ofMillis(5));
        return webhooks;
    }

    private AlertsConfig.Webhook hook(String name, Format format, Severity least) {
        return new AlertsConfig.Webhook(name, url("/" + name), format, null, least);
    }

    private static AlertNews news(AlertNews.Kind kind) {
        return new AlertNews(
                new Alert(
                        "PosternDiskFull",
                        Severity.PAGE,
                        "3 <B> & no more",
                        Instant.parse("2026-11-22T10:00:00Z")),
                kind);
    }

    private List<Posted> awaitPosted(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> posted.size() >= count);
        return List.copyOf(posted);
    }

    private String scrape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatLastsIsToldOnceThenRepeatedThenSaidToBeOver() {
        wrong = Optional.of("something");
        assertThat(board.look(REPEAT)).isEmpty();
        assertThat(board.active()).isEmpty();
        time.advance(MINUTE.multipliedBy(5));
        assertThat(board.look(REPEAT))
                .extracting(AlertNews::kind)
                .containsExactly(AlertNews.Kind.FIRING);
        for (int i = 0; i < 239; i++) {
            time.advance(MINUTE);
            assertThat(board.look(REPEAT)).isEmpty();
        }
        assertThat(board.active())
                .containsExactly(
                        new Alert(
                                "PosternTest",
                                Severity.TICKET,
                                "something",
                                Instant.parse("2026-11-22T10:00:00Z")));
        time.advance(MINUTE);
        assertThat(board.look(REPEAT))
                .extracting(AlertNews::kind)
                .containsExactly(AlertNews.Kind.STILL_FIRING);
        wrong = Optional.empty();
        assertThat(board.look(REPEAT))
                .extracting(AlertNews::kind)
                .containsExactly(AlertNews.Kind.RESOLVED);
        assertThat(board.look(REPEAT)).isEmpty();
        assertThat(board.active()).isEmpty();
    }

    @Test
    void whatIsOverBeforeItLastedIsNeverToldOf() {
        wrong = Optional.of("a moment");
        board.look(REPEAT);
        time.advance(MINUTE.multipliedBy(4));
        wrong = Optional.empty();
        assertThat(board.look(REPEAT)).isEmpty();
        wrong = Optional.of("another moment");
        time.advance(MINUTE.multipliedBy(2));
        assertThat(board.look(REPEAT)).isEmpty();
    }

    @Test
    void aStepOfTheWallClockNeitherHurriesNorDelaysAnAlert() {
        wrong = Optional.of("something");
        board.look(REPEAT);
        time.stepWallClock(Duration.ofHours(-6));
        time.advance(MINUTE.multipliedBy(5));
        assertThat(board.look(REPEAT)).hasSize(1);
    }

    @Test
    void whatAnotherPartRaisesStaysUntilItIsCleared() {
        board.raise("guard.spf", Severity.PAGE, "mail of your own domain fails SPF");
        assertThat(board.look(REPEAT))
                .singleElement()
                .satisfies(n -> {
                    assertThat(n.kind()).isEqualTo(AlertNews.Kind.FIRING);
                    assertThat(n.alert().runbook()).isEmpty();
                });
        board.raise("guard.spf", Severity.PAGE, "and more of it");
        assertThat(board.look(REPEAT)).isEmpty();
        assertThat(board.active().getFirst().summary()).isEqualTo("and more of it");
        board.clear("guard.spf");
        assertThat(board.look(REPEAT))
                .extracting(AlertNews::kind)
                .containsExactly(AlertNews.Kind.RESOLVED);
    }

    @Test
    void oneOfSeveralOfAKindHasTheRunbookOfItsKind() {
        board.raise("PosternVerdictGuard/own:example.net", Severity.PAGE, "SPF fails");
        board.raise("PosternVerdictGuard/own:example.org", Severity.PAGE, "SPF fails");
        assertThat(board.look(REPEAT))
                .hasSize(2)
                .allSatisfy(n ->
                        assertThat(n.alert().runbook())
                                .isEqualTo("docs/runbooks/PosternVerdictGuard.md"));
    }

    @Test
    void aConditionThatCannotBeLookedAtDoesNotSilenceTheOthers() {
        AlertBoard two =
                new AlertBoard(
                        List.of(
                                new Condition(
                                        "PosternBroken",
                                        Severity.PAGE,
                                        Duration.ZERO,
                                        () -> {
                                            throw new IllegalStateException("not open");
                                        }),
                                new Condition(
                                        "PosternOther",
                                        Severity.PAGE,
                                        Duration.ZERO,
                                        () -> Optional.of("bad"))),
                        time);
        assertThat(two.look(REPEAT))
                .extracting(n -> n.alert().name())
                .containsExactly("PosternOther");
    }

    @Test
    void eachServiceGetsWhatItTakes() {
        Webhooks told =
                telling(
                        hook("json", Format.JSON, Severity.TICKET),
                        hook("slack", Format.SLACK, Severity.TICKET),
                        hook("ntfy", Format.NTFY, Severity.TICKET));
        told.tell(news(AlertNews.Kind.FIRING));
        List<Posted> all = awaitPosted(3);
        JsonNode json = JsonMapper.shared().readTree(body(all, "/json"));
        assertThat(json.path("alert").asString()).isEqualTo("PosternDiskFull");
        assertThat(json.path("state").asString()).isEqualTo("firing");
        assertThat(json.path("severity").asString()).isEqualTo("page");
        assertThat(json.path("host").asString()).isEqualTo("mx.example.test");
        assertThat(json.path("since").asString()).isEqualTo("2026-11-22T10:00:00Z");
        assertThat(json.path("runbook").asString()).isEqualTo("docs/runbooks/PosternDiskFull.md");
        assertThat(JsonMapper.shared().readTree(body(all, "/slack")).path("text").asString())
                .startsWith("*PAGE* PosternDiskFull on mx.example.test\n3 &lt;B&gt; &amp; no more");
        assertThat(body(all, "/ntfy")).startsWith("3 <B> & no more\nsince 2026-11-22T10:00:00Z");
        assertThat(find(all, "/ntfy").headers())
                .containsEntry("Title", List.of("PAGE PosternDiskFull on mx.example.test"))
                .containsEntry("Priority", List.of("urgent"));
        told.tell(news(AlertNews.Kind.RESOLVED));
        assertThat(awaitPosted(6))
                .anyMatch(p -> p.body().contains("\"state\":\"resolved\""))
                .anyMatch(p -> p.body().contains("*RESOLVED*"));
    }

    private static Posted find(List<Posted> all, String path) {
        return all.stream().filter(p -> p.path().equals(path)).findFirst().orElseThrow();
    }

    private static String body(List<Posted> all, String path) {
        return find(all, path).body();
    }

    @Test
    void aWebhookThatFailsIsTriedAgainAndGivenUpInTheEnd() throws IOException {
        Webhooks told = telling(hook("flaky", Format.JSON, Severity.TICKET));
        failures.set(4);
        told.tell(news(AlertNews.Kind.FIRING));
        awaitPosted(1);
        failures.set(5);
        told.tell(news(AlertNews.Kind.STILL_FIRING));
        told.tell(news(AlertNews.Kind.RESOLVED));
        assertThat(awaitPosted(2).getLast().body()).contains("\"state\":\"resolved\"");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(scrape())
                                .contains(
                                        "postern_alerts_posts_total{outcome=\"sent\",webhook=\"flaky\"}"
                                            + " 2.0",
                                        "postern_alerts_posts_total{outcome=\"failed\",webhook=\"flaky\"}"
                                            + " 1.0"));
    }

    private void remindUntilPosted(Webhooks told, List<Alert> active, int count) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    told.remind(active);
                    return posted.size() >= count;
                });
    }

    @Test
    void whatAWebhookDidNotTakeIsOfferedAgainWhileItLastsAndOnceTaken() throws IOException {
        Webhooks told = telling(hook("repaired", Format.JSON, Severity.TICKET));
        AlertNews firing = news(AlertNews.Kind.FIRING);
        failures.set(8);
        told.tell(firing);
        remindUntilPosted(told, List.of(firing.alert()), 1);
        assertThat(scrape())
                .contains(
                        "postern_alerts_posts_total{outcome=\"failed\",webhook=\"repaired\"} 1.0");
        told.remind(List.of(firing.alert()));
        failures.set(5);
        told.tell(news(AlertNews.Kind.RESOLVED));
        remindUntilPosted(told, List.of(), 2);
        told.remind(List.of());
        told.tell(firing);
        assertThat(awaitPosted(3))
                .extracting(p -> JsonMapper.shared().readTree(p.body()).path("state").asString())
                .containsExactly("firing", "resolved", "firing");
    }

    @Test
    void aNewConfigurationTellsAWebhookOfWhatIsActiveUnlessItKnows() throws IOException {
        AlertsConfig.Webhook well = hook("well", Format.JSON, Severity.TICKET);
        AlertsConfig.Webhook wrongUrl =
                new AlertsConfig.Webhook(
                        "repaired",
                        new Secret.Literal("not a URL"),
                        Format.JSON,
                        null,
                        Severity.TICKET);
        wrong = Optional.of("something");
        board.look(REPEAT);
        time.advance(MINUTE.multipliedBy(5));
        Webhooks before = telling(well, wrongUrl);
        board.look(REPEAT).forEach(before::tell);
        awaitPosted(1);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(scrape())
                                .contains(
                                        "postern_alerts_posts_total{outcome=\"failed\",webhook=\"repaired\"}"
                                            + " 1.0",
                                        "postern_alerts_posts_total{outcome=\"sent\",webhook=\"well\"}"
                                            + " 1.0"));
        Webhooks now =
                new Webhooks(
                        new AlertsConfig(
                                REPEAT,
                                List.of(well, hook("repaired", Format.JSON, Severity.TICKET)),
                                null),
                        "mx.example.test",
                        metrics,
                        Duration.ofMillis(5),
                        before);
        webhooks = now;
        now.remind(board.active());
        awaitPosted(2);
        now.tell(news(AlertNews.Kind.FIRING));
        assertThat(awaitPosted(4))
                .filteredOn(p -> p.body().contains("PosternTest"))
                .extracting(Posted::path)
                .containsExactly("/well", "/repaired");
    }

    @Test
    void aWebhookThatIsAwayIsGivenUpAndCountedAndTheOthersAreTold() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        Webhooks told =
                telling(
                        new AlertsConfig.Webhook(
                                "away",
                                new Secret.Literal("http://127.0.0.1:" + closed + "/"),
                                Format.JSON,
                                null,
                                Severity.TICKET),
                        hook("well", Format.JSON, Severity.TICKET));
        told.tell(news(AlertNews.Kind.FIRING));
        awaitPosted(1);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(scrape())
                                .contains(
                                        "postern_alerts_posts_total{outcome=\"failed\",webhook=\"away\"}"
                                            + " 1.0"));
    }

    @Test
    void aWebhookThatHangsHoldsNobodyUpAndItsBacklogIsBounded() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        server.createContext(
                "/hangs",
                exchange -> {
                    try (exchange) {
                        assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                        exchange.sendResponseHeaders(204, -1);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        Webhooks told =
                telling(
                        hook("hangs", Format.JSON, Severity.TICKET),
                        hook("well", Format.JSON, Severity.TICKET));
        for (int i = 0; i < 150; i++) {
            told.tell(news(AlertNews.Kind.FIRING));
            int expected = i + 1;
            await().atMost(Duration.ofSeconds(20))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> posted.size() >= expected);
        }
        assertThat(scrape())
                .containsPattern("posts_total\\{outcome=\"dropped\",webhook=\"hangs\"} (49|50).0");
        release.countDown();
    }

    @Test
    void onlyWhatIsUrgentEnoughIsToldAndTheTokenGoesWithIt() throws IOException {
        Webhooks told =
                telling(
                        hook("all", Format.JSON, Severity.TICKET),
                        new AlertsConfig.Webhook(
                                "pages",
                                url("/pages"),
                                Format.JSON,
                                new Secret.Literal("t0ken"),
                                Severity.PAGE));
        told.tell(
                new AlertNews(
                        new Alert("PosternQueueOld", Severity.TICKET, "old", time.instant()),
                        AlertNews.Kind.FIRING));
        told.tell(news(AlertNews.Kind.FIRING));
        List<Posted> all = awaitPosted(3);
        assertThat(all).filteredOn(p -> p.path().equals("/pages")).hasSize(1);
        assertThat(find(all, "/pages").headers())
                .containsEntry("Authorization", List.of("Bearer t0ken"));
        assertThat(find(all, "/all").headers()).doesNotContainKey("Authorization");
    }

    @Test
    void theHeartBeatsAndIsCountedWhenNobodyTakesIt() throws IOException {
        webhooks =
                new Webhooks(
                        new AlertsConfig(
                                REPEAT,
                                List.of(),
                                new AlertsConfig.Heartbeat(url("/beat"), Duration.ofMillis(20))),
                        "mx.example.test",
                        metrics,
                        Duration.ofMillis(5));
        assertThat(awaitPosted(3)).allMatch(p -> p.method().equals("GET"));
        failures.set(1);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(scrape())
                                .contains("alerts_heartbeats_total{outcome=\"failed\"} 1.0"));
    }
}
