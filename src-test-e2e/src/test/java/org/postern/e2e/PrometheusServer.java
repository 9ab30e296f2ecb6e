package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Debian's Prometheus, scraping one gateway each second with the alert rules of this project. */
final class PrometheusServer implements AutoCloseable {
    private final Program program;
    private final int port;

    private PrometheusServer(Program program, int port) {
        this.program = program;
        this.port = port;
    }

    /** Starts it and waits until it has seen the gateway. */
    static PrometheusServer watching(Gateway gateway) {
        int port = Ports.free();
        Path folder = gateway.folder();
        Path config = folder.resolve("prometheus.yml");
        try {
            Files.writeString(
                    config,
                    """
                    global: { scrape_interval: 1s, evaluation_interval: 1s }
                    rule_files: [%s]
                    scrape_configs:
                      - job_name: postern
                        static_configs: [{ targets: ["127.0.0.1:%d"] }]
                    """
                            .formatted(
                                    Peers.ROOT.resolve("config/prometheus/alerts.yml"),
                                    gateway.adminPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PrometheusServer server =
                new PrometheusServer(
                        Program.start(
                                folder.resolve("prometheus.log"),
                                Map.of(),
                                List.of(
                                        Peers.path("prometheus"),
                                        "--config.file=" + config,
                                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                                        "--web.listen-address=127.0.0.1:" + port)),
                        port);
        await("Prometheus sees the gateway")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .pollInterval(Duration.ofMillis(250))
                .until(() -> server.value("up{job=\"postern\"}").equals("1"));
        return server;
    }

    /** The value of an expression's only result, or nothing. */
    String value(String expression) {
        return ask("query?query=" + java.net.URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("data")
                .path("result")
                .path(0)
                .path("value")
                .path(1)
                .asString("");
    }

    /** The names of the alerts that are firing. */
    List<String> firing() {
        List<String> names = new ArrayList<>();
        for (JsonNode alert : ask("alerts").path("data").path("alerts")) {
            if (alert.path("state").asString("").equals("firing")) {
                names.add(alert.path("labels").path("alertname").asString(""));
            }
        }
        return names;
    }

    private JsonNode ask(String what) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/" + what);
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
            return JsonMapper.shared()
                    .readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
