package org.postern.app.alerts;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.AlertsConfig;
import org.postern.core.config.AlertsConfig.Severity;
import org.postern.core.config.PosternConfig;
import org.postern.core.time.Rounds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the board every few seconds and tells the webhooks of the configuration in force. Runs
 * on one thread; a webhook that hangs does not hold it up.
 */
public final class Alerts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("alerts");
    private static final Duration LOOKS = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);

    private final AlertBoard board;
    private final Supplier<PosternConfig> config;
    private final Metrics metrics;
    private final Duration firstPause;
    private final List<Runnable> before = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private @Nullable Webhooks webhooks;

    /**
     * @param config the configuration in force
     */
    public Alerts(AlertBoard board, Supplier<PosternConfig> config, Metrics metrics) {
        this(board, config, metrics, FIRST_PAUSE);
    }

    Alerts(AlertBoard board, Supplier<PosternConfig> config, Metrics metrics, Duration firstPause) {
        this.board = board;
        this.config = config;
        this.metrics = metrics;
        this.firstPause = firstPause;
        this.thread = Thread.ofPlatform().daemon().name("alerts").unstarted(this::run);
        for (Severity severity : Severity.values()) {
            metrics.gauge(
                    "alerts.active",
                    () ->
                            (double)
                                    board.active().stream()
                                            .filter(a -> a.severity() == severity)
                                            .count(),
                    "severity",
                    severity.word());
        }
    }

    /** Has something done before each look, on the alerts' thread; it must be quick. */
    public void before(Runnable task) {
        before.add(task);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** The board, for those who raise alerts and those who show them. */
    public AlertBoard board() {
        return board;
    }

    private void run() {
        try {
            while (true) {
                Rounds.survives(LOG, "looking at alerts", this::look);
                Thread.sleep(LOOKS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** One look. */
    synchronized void look() {
        before.forEach(Runnable::run);
        PosternConfig now = config.get();
        AlertsConfig wanted = now.alerts();
        Webhooks telling = webhooks;
        if (telling == null || !telling.config().equals(wanted)) {
            telling = new Webhooks(wanted, now.hostname().ascii(), metrics, firstPause, telling);
            webhooks = telling;
        }
        for (AlertNews news : board.look(wanted.repeat())) {
            switch (news.kind()) {
                case FIRING, STILL_FIRING ->
                        LOG.error("{}: {}", news.alert().name(), news.alert().summary());
                case RESOLVED -> LOG.info("{} is over", news.alert().name());
            }
            telling.tell(news);
        }
        telling.remind(board.active());
    }

    @Override
    public synchronized void close() {
        thread.interrupt();
        Webhooks telling = webhooks;
        if (telling != null) {
            telling.close();
        }
    }
}
