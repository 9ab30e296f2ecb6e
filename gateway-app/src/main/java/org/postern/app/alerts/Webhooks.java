package org.postern.app.alerts;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.Alert;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.AlertsConfig;
import org.postern.core.config.AlertsConfig.Heartbeat;
import org.postern.core.config.AlertsConfig.Webhook;
import org.postern.core.config.Secret;
import org.postern.core.time.Rounds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts news to the webhooks of one configuration, each from a queue and thread of its own, so that
 * one that hangs holds up nobody; and beats the heart. News is tried {@value #TRIES} times with
 * growing pauses, and where nobody took it, which is logged and counted, again later by {@link
 * #remind}. Secrets are read at each use and never logged. Thread-safe.
 */
final class Webhooks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("alerts");
    private static final int TRIES = 5;
    private static final int WAITING = 100;

    /** First pauses before what was not taken is offered again. */
    private static final int AGAIN = 30;

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final AlertsConfig config;
    private final String host;
    private final Metrics metrics;
    private final Duration firstPause;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(CONNECT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();
    private final List<Line> lines = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean heartFails = new AtomicBoolean();

    /**
     * None told of anything yet.
     *
     * @param host our name in what is posted
     * @param firstPause before the second try; doubled for each further one
     */
    Webhooks(AlertsConfig config, String host, Metrics metrics, Duration firstPause) {
        this(config, host, metrics, firstPause, null);
    }

    /**
     * The same in the place of others, which are closed.
     *
     * @param before those; a webhook that was among them as it is now knows what it was told
     */
    Webhooks(
            AlertsConfig config,
            String host,
            Metrics metrics,
            Duration firstPause,
            @Nullable Webhooks before) {
        if (before != null) {
            before.close();
        }
        this.config = config;
        this.host = host;
        this.metrics = metrics;
        this.firstPause = firstPause;
        for (Webhook webhook : config.webhooks()) {
            Line line = new Line(webhook, WAITING, firstPause.multipliedBy(AGAIN));
            if (before != null) {
                before.lines.stream()
                        .filter(l -> l.webhook().equals(webhook))
                        .forEach(line::goOnFrom);
            }
            lines.add(line);
            count(webhook, "sent", 0);
            count(webhook, "failed", 0);
            threads.add(
                    Thread.ofVirtual().name("alert-" + webhook.name()).start(() -> serve(line)));
        }
        Heartbeat heartbeat = config.heartbeat();
        if (heartbeat != null) {
            threads.add(Thread.ofVirtual().name("heartbeat").start(() -> beat(heartbeat)));
        }
    }

    AlertsConfig config() {
        return config;
    }

    /** Hands news to every webhook that wants it; returns at once. */
    void tell(AlertNews news) {
        for (Line line : lines) {
            if (line.wants(news.alert()) && !line.offer(news)) {
                count(line.webhook(), "dropped", 1);
                LOG.error(
                        "webhook {} is {} alerts behind, left out: {}",
                        line.webhook().name(),
                        WAITING,
                        news.alert().name());
            }
        }
    }

    /**
     * Hands out what a webhook has not taken: what is active and it does not know of, and the end
     * of what it still takes for active. To be called at each look; returns at once.
     *
     * @param active what is active now
     */
    void remind(List<Alert> active) {
        for (Line line : lines) {
            line.missed(active).forEach(line::offer);
        }
    }

    private void count(Webhook webhook, String outcome, int times) {
        metrics.count("alerts.posts", times, "webhook", webhook.name(), "outcome", outcome);
    }

    private void serve(Line line) {
        try {
            while (true) {
                AlertNews news = line.take();
                boolean sent = false;
                try {
                    sent =
                            Rounds.outcome(
                                    LOG,
                                    "webhook " + line.webhook().name(),
                                    () -> post(line.webhook(), news),
                                    false);
                } finally {
                    line.ended(news, sent);
                }
                count(line.webhook(), sent ? "sent" : "failed", 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private boolean post(Webhook webhook, AlertNews news) throws InterruptedException {
        WebhookRequest request = WebhookRequest.of(webhook.format(), news, host);
        Duration pause = firstPause;
        String trouble = "";
        for (int i = 1; i <= TRIES; i++) {
            trouble = send(webhook.url(), webhook.token(), request.headers(), request.body());
            if (trouble.isEmpty()) {
                return true;
            }
            LOG.warn(
                    "webhook {}: {} was not taken, try {} of {}: {}",
                    webhook.name(),
                    news.alert().name(),
                    i,
                    TRIES,
                    trouble);
            if (i < TRIES) {
                Thread.sleep(pause);
                pause = pause.multipliedBy(2);
            }
        }
        LOG.error(
                "webhook {}: nobody was told of {} ({}): {}",
                webhook.name(),
                news.alert().name(),
                news.kind(),
                trouble);
        return false;
    }

    /** Sends one request; why it failed, or empty. Never names the address: it may be a secret. */
    private String send(
            Secret url, @Nullable Secret token, Map<String, String> headers, @Nullable String body)
            throws InterruptedException {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url.read()))
                            .timeout(ANSWER)
                            .header("User-Agent", "postern");
            headers.forEach(request::header);
            if (token != null) {
                request.header("Authorization", "Bearer " + token.read());
            }
            if (body == null) {
                request.GET();
            } else {
                request.POST(HttpRequest.BodyPublishers.ofString(body));
            }
            int status =
                    http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
            return status / 100 == 2 ? "" : "HTTP status " + status;
        } catch (IllegalArgumentException e) {
            return url + " holds no URL, or a token that cannot be sent";
        } catch (IOException e) {
            return e.getClass().getSimpleName()
                    + (e.getMessage() == null ? "" : ": " + e.getMessage());
        }
    }

    private void beat(Heartbeat heartbeat) {
        try {
            while (true) {
                Rounds.survives(LOG, "the heartbeat", () -> once(heartbeat));
                Thread.sleep(heartbeat.every());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void once(Heartbeat heartbeat) throws InterruptedException {
        String trouble = send(heartbeat.url(), null, Map.of(), null);
        metrics.count("alerts.heartbeats", "outcome", trouble.isEmpty() ? "sent" : "failed");
        // told when it begins and when it ends: once a minute would bury everything else
        if (heartFails.getAndSet(!trouble.isEmpty()) != !trouble.isEmpty()) {
            if (trouble.isEmpty()) {
                LOG.info("the heartbeat is taken again");
            } else {
                LOG.warn("the heartbeat was not taken: {}", trouble);
            }
        }
    }

    /** Ends at once; news that waits is left to those who come after. */
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        http.shutdownNow();
    }
}
