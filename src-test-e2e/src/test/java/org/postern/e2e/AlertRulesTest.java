package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The alert rules, their runbooks and the dashboard against promtool, a running gateway and a
 * running Prometheus.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertRulesTest {
    private static final Path RULES = Peers.ROOT.resolve("config/prometheus/alerts.yml");
    private static final Path TESTS = Peers.ROOT.resolve("src-test-e2e/prometheus/alerts-test.yml");
    private static final Path RUNBOOKS = Peers.ROOT.resolve("docs/runbooks");
    private static final Path DASHBOARD = Peers.ROOT.resolve("config/grafana/postern.json");
    private static final Pattern METRIC = Pattern.compile("\\b(postern|jvm|process)_[a-z0-9_]+");
    private static final int MOST_SERIES = 2_000;

    private String scrape;
    private Gateway gateway;
    private HttpServer directory;

    /** Accepts, refuses, defers, delivers, probes and asks, so that every metric is there. */
    @BeforeAll
    void mail(Surroundings around) throws IOException {
        directory =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        directory.createContext(
                "/",
                exchange -> {
                    byte[] body = "[\"dora@http.test\"]".getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Content-Type", "application/json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        directory.start();
        int port = directory.getAddress().getPort();
        gateway = around.newGateway("rules");
        gateway.configure(
                gateway.configuration()
                                .replace(
                                        "domains:\n",
                                        """
                                        domains:
                                          http.test:
                                            recipients: { http: { url: "http://127.0.0.1:%d/" } }
                                            downstream: lmtp://127.0.0.1:%d
                                        """
                                                .formatted(port, around.dovecot().lmtpPort()))
                        + """
                        probe: { every: 5s, recipient: carol@example.test }
                        alerts: { webhooks: [{ name: ops, url: "http://127.0.0.1:%d/" }] }
                        scanners: { rspamd: { address: "127.0.0.1:%d" } }
                        dnsbl: { threshold: 5, lists: [{ name: bl, zone: none.test, weight: 5 }] }
                        """
                                .formatted(port, Ports.free()));
        gateway.start();
        for (String from : List.of("someone@pass.test", "x@reject.test", "x@servfail.test", "")) {
            Message message = Message.from(from.isEmpty() ? "someone@pass.test" : from);
            SmtpClient.send(
                    gateway.smtpPort(), from, List.of("alice@example.test"), message.octets());
        }
        for (String to : List.of("nobody@example.test", "a@b.test")) {
            SmtpClient.send(gateway.smtpPort(), "someone@pass.test", List.of(to), new byte[0]);
        }
        Message last = Message.from("someone@pass.test");
        assertThat(
                        SmtpClient.send(
                                gateway.smtpPort(),
                                "someone@pass.test",
                                List.of("alice@example.test"),
                                last.octets()))
                .startsWith("250 2.");
        around.dovecot().awaitMessage("alice@example.test", last.id());
        scrape =
                await().atMost(Duration.ofSeconds(40))
                        .until(
                                () -> gateway.get("/metrics").body(),
                                text ->
                                        text.contains("postern_delivery_attempts_total")
                                                && text.contains("postern_probe_seconds_bucket")
                                                && text.contains("postern_recipients_staleness"));
    }

    @AfterAll
    void stop() {
        gateway.close();
        directory.stop(0);
    }

    private record Rule(String name, String expression, String runbook) {}

    @SuppressWarnings("unchecked") // the file's form is what promtool has checked
    private static List<Rule> rules() {
        Map<String, Object> file =
                (Map<String, Object>)
                        new Load(LoadSettings.builder().build()).loadFromString(read(RULES));
        List<Rule> rules = new ArrayList<>();
        for (Map<String, Object> group : (List<Map<String, Object>>) file.get("groups")) {
            for (Map<String, Object> rule : (List<Map<String, Object>>) group.get("rules")) {
                Map<String, String> notes =
                        (Map<String, String>) rule.getOrDefault("annotations", Map.of());
                rules.add(
                        new Rule(
                                String.valueOf(rule.getOrDefault("alert", "")),
                                String.valueOf(rule.get("expr")),
                                notes.getOrDefault("runbook", "")));
            }
        }
        return rules;
    }

    private static List<Rule> alerts() {
        return rules().stream().filter(r -> !r.name().isEmpty()).toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Program.Result promtool(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Peers.path("promtool")));
        command.addAll(List.of(arguments));
        return Program.run(new byte[0], Map.of(), command);
    }

    private static Set<String> metrics(String expression) {
        return METRIC.matcher(expression)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private Set<String> exported() {
        return scrape.lines()
                .filter(l -> !l.startsWith("#"))
                .map(l -> l.split("[{ ]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void promtoolFindsTheRulesRightAndTheirUnitTestsPass() {
        Program.Result check = promtool("check", "rules", RULES.toString());
        assertThat(check.exitCode()).as(check.all()).isZero();
        Program.Result tests = promtool("test", "rules", TESTS.toString());
        assertThat(tests.exitCode()).as(tests.all()).isZero();
    }

    @Test
    void everyAlertHasAUnitTestInWhichItFires() {
        String tests = read(TESTS);
        assertThat(alerts())
                .hasSizeGreaterThan(15)
                .allSatisfy(rule ->
                        assertThat(tests)
                                .containsPattern(
                                        "alertname: "
                                                + rule.name()
                                                + "\\n +exp_alerts:\\n +- exp_labels"));
    }

    @Test
    void everyMetricOfTheRulesAndTheDashboardIsExportedByTheRunningGateway() {
        Set<String> wanted = new TreeSet<>();
        rules().forEach(rule -> wanted.addAll(metrics(rule.expression())));
        dashboardExpressions().forEach(e -> wanted.addAll(metrics(e)));
        // seen only once something went wrong with it, but counted under this name
        wanted.remove("postern_spool_alarms_total");
        assertThat(wanted).hasSizeGreaterThan(20);
        assertThat(exported()).containsAll(wanted);
    }

    @Test
    void everyAlertHasARunbookThatBeginsWithTheCommandToType(Surroundings around)
            throws IOException {
        for (Rule rule : alerts()) {
            assertThat(rule.runbook()).isEqualTo("docs/runbooks/" + rule.name() + ".md");
            String page = read(Peers.ROOT.resolve(rule.runbook()));
            assertThat(page).startsWith("```sh\n").contains("\n```\n\n# " + rule.name() + "\n");
        }
        try (Stream<Path> pages = Files.list(RUNBOOKS)) {
            assertThat(
                            pages.map(p -> p.getFileName().toString())
                                    .filter(p -> !p.equals("README.md")))
                    .containsExactlyInAnyOrderElementsOf(
                            alerts().stream().map(r -> r.name() + ".md").toList());
        }
        assertThat(read(RUNBOOKS.resolve("README.md")))
                .contains(alerts().stream().map(r -> "(" + r.name() + ".md)").toList());
    }

    @Test
    void everyCommandOfOursInARunbookExists(Surroundings around) throws IOException {
        Set<List<String>> commands = new java.util.LinkedHashSet<>();
        try (Stream<Path> pages = Files.list(RUNBOOKS)) {
            pages.forEach(page ->
                    Pattern.compile("\\bpostern ([a-z-]+)(?: ([a-z-]+))?")
                            .matcher(read(page).replaceAll("-u postern", ""))
                            .results()
                            .forEach(found -> {
                                List<String> words = new ArrayList<>(List.of(found.group(1)));
                                if (Set.of("queue", "lists", "recipients").contains(words.get(0))) {
                                    words.add(found.group(2));
                                }
                                commands.add(words);
                            }));
        }
        assertThat(commands).contains(List.of("doctor"), List.of("queue", "list"));
        for (List<String> command : commands) {
            List<String> words = new ArrayList<>(command);
            words.add("--help");
            Program.Result help =
                    Program.run(
                            new byte[0],
                            Map.of(),
                            Stream.concat(
                                            Stream.of(Peers.ROOT.resolve("postern").toString()),
                                            words.stream())
                                    .toList());
            assertThat(help.exitCode()).as(command + "\n" + help.all()).isZero();
            assertThat(help.out()).contains("Usage: postern " + String.join(" ", command));
        }
    }

    private static List<String> dashboardExpressions() {
        List<String> expressions = new ArrayList<>();
        JsonNode dashboard = JsonMapper.shared().readTree(read(DASHBOARD));
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.add(
                        target.path("expr")
                                .asString()
                                .replace("$__rate_interval", "1m")
                                .replace("$instance", ".*"));
            }
        }
        return expressions;
    }

    @Test
    void everyExpressionOfTheDashboardIsReadByPromtool() throws IOException {
        List<String> expressions = dashboardExpressions();
        assertThat(expressions)
                .hasSizeGreaterThan(20)
                .allSatisfy(e -> assertThat(e).doesNotContain("$"));
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        for (int i = 0; i < expressions.size(); i++) {
            rules.append(
                    "      - record: dashboard:%d\n        expr: '%s'\n"
                            .formatted(i, expressions.get(i).replace("'", "''")));
        }
        Path file = Files.createTempFile("postern-dashboard-", ".yml");
        try {
            Files.writeString(file, rules);
            Program.Result check = promtool("check", "rules", file.toString());
            assertThat(check.exitCode()).as(check.all()).isZero();
            assertThat(check.out()).contains(expressions.size() + " rules found");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void theWebOfLabelsStaysSmall() {
        long series = scrape.lines().filter(l -> !l.startsWith("#")).count();
        assertThat(series).isBetween(100L, (long) MOST_SERIES);
    }

    /** Scraped, evaluated without an error, and an alert that goes from well to ill. */
    @Test
    void aRealPrometheusEvaluatesTheRulesAndSeesADiskThatStops(Surroundings around)
            throws IOException {
        int port = Ports.free();
        try (Gateway gateway = around.newGateway("prometheus").start()) {
            Path folder = gateway.folder();
            Files.writeString(
                    folder.resolve("prometheus.yml"),
                    """
                    global: { scrape_interval: 1s, evaluation_interval: 1s }
                    rule_files: [%s]
                    scrape_configs:
                      - job_name: postern
                        static_configs: [{ targets: ["127.0.0.1:%d"] }]
                    """
                            .formatted(RULES, gateway.adminPort()));
            try (Program prometheus =
                    Program.start(
                            folder.resolve("prometheus.log"),
                            Map.of(),
                            List.of(
                                    Peers.path("prometheus"),
                                    "--config.file=" + folder.resolve("prometheus.yml"),
                                    "--storage.tsdb.path=" + folder.resolve("tsdb"),
                                    "--web.listen-address=127.0.0.1:" + port))) {
                await("Prometheus has evaluated every rule")
                        .atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .pollInterval(Duration.ofMillis(250))
                        .until(() -> prometheus.alive() && healthy(port));
                assertThat(pending(port)).doesNotContain("PosternSpoolNotWritable", "PosternDown");
                Path probe = folder.resolve("data/spool/write-probe");
                Files.deleteIfExists(probe);
                Files.createDirectory(probe);
                await("the alert is on its way")
                        .atMost(Duration.ofSeconds(40))
                        .pollInterval(Duration.ofMillis(250))
                        .until(() -> pending(port).contains("PosternSpoolNotWritable"));
                assertThat(pending(port)).contains("PosternNotReady");
            }
        }
    }

    private static boolean healthy(int port) {
        List<String> health = new ArrayList<>();
        for (JsonNode group : ask(port, "rules").path("data").path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                health.add(rule.path("health").asString());
            }
        }
        assertThat(health).doesNotContain("err");
        boolean up =
                ask(port, "query?query=up%7Bjob%3D%22postern%22%7D")
                        .path("data")
                        .path("result")
                        .path(0)
                        .path("value")
                        .path(1)
                        .asString("")
                        .equals("1");
        return up && health.size() == rules().size() && health.stream().allMatch("ok"::equals);
    }

    private static List<String> pending(int port) {
        List<String> names = new ArrayList<>();
        for (JsonNode alert : ask(port, "alerts").path("data").path("alerts")) {
            names.add(alert.path("labels").path("alertname").asString());
        }
        return names;
    }

    private static JsonNode ask(int port, String what) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String body =
                    http.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:"
                                                                    + port
                                                                    + "/api/v1/"
                                                                    + what))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                            .body();
            return JsonMapper.shared().readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
