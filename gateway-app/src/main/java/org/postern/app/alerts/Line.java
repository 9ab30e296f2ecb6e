package org.postern.app.alerts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.postern.app.state.Alert;
import org.postern.core.config.AlertsConfig.Webhook;

/**
 * One webhook: the news that waits for it, and what it has taken so far. An alert counts as told
 * when the webhook has answered 2xx, not before. Thread-safe: the alerts' thread offers, the
 * webhook's own takes.
 */
final class Line {
    /** How often the pause after a failure is doubled at most. */
    private static final int DOUBLINGS = 4;

    private final Webhook webhook;
    private final Duration firstPause;
    private final BlockingQueue<AlertNews> news;

    /** What it takes for active, by name. */
    private final Map<String, Alert> told = new ConcurrentHashMap<>();

    /** How many news of an alert wait or are being posted. */
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

    private int failures;
    private long notBefore = System.nanoTime();

    /**
     * One that was told nothing yet.
     *
     * @param most how many news may wait
     * @param firstPause before what was not taken is offered again; doubled by each failure
     */
    Line(Webhook webhook, int most, Duration firstPause) {
        this.webhook = webhook;
        this.firstPause = firstPause;
        this.news = new LinkedBlockingQueue<>(most);
    }

    Webhook webhook() {
        return webhook;
    }

    /** Takes over what another line to the same webhook was told. */
    void goOnFrom(Line before) {
        told.putAll(before.told);
    }

    boolean wants(Alert alert) {
        return alert.severity().compareTo(webhook.least()) >= 0;
    }

    /** Puts news at the end; false where it is full. */
    boolean offer(AlertNews one) {
        underWay.merge(one.alert().name(), 1, Integer::sum);
        boolean taken = news.offer(one);
        if (!taken) {
            over(one);
        }
        return taken;
    }

    /** Waits for news. */
    AlertNews take() throws InterruptedException {
        return news.take();
    }

    /** News that was taken from here is over. */
    void ended(AlertNews one, boolean sent) {
        if (sent) {
            switch (one.kind()) {
                case FIRING, STILL_FIRING -> told.put(one.alert().name(), one.alert());
                case RESOLVED -> told.remove(one.alert().name());
            }
        }
        pause(sent);
        // last: who sees nothing under way sees what it was told
        over(one);
    }

    private void over(AlertNews one) {
        underWay.computeIfPresent(one.alert().name(), (name, n) -> n == 1 ? null : n - 1);
    }

    private synchronized void pause(boolean sent) {
        failures = sent ? 0 : Math.min(failures + 1, DOUBLINGS + 1);
        notBefore =
                System.nanoTime() + (sent ? 0 : firstPause.toNanos() << Math.max(0, failures - 1));
    }

    private synchronized boolean pauses() {
        return notBefore - System.nanoTime() > 0;
    }

    /** What it should have been told and was not, while nothing of it is under way. */
    List<AlertNews> missed(List<Alert> active) {
        if (pauses()) {
            return List.of();
        }
        List<AlertNews> missed = new ArrayList<>();
        for (Alert alert : active) {
            if (wants(alert)
                    && !underWay.containsKey(alert.name())
                    && !told.containsKey(alert.name())) {
                missed.add(new AlertNews(alert, AlertNews.Kind.FIRING));
            }
        }
        Set<String> names = active.stream().map(Alert::name).collect(Collectors.toSet());
        told.forEach((name, alert) -> {
            if (!names.contains(name) && !underWay.containsKey(name)) {
                missed.add(new AlertNews(alert, AlertNews.Kind.RESOLVED));
            }
        });
        return missed;
    }
}
