package org.postern.app.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.app.state.Alert;
import org.postern.core.config.AlertsConfig.Severity;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which conditions are wrong, and since when. Each is told once when it has lasted, again after the
 * repeat, and once when it is over; one that is over before it has lasted is never told. What other
 * parts {@link #raise} stays until they {@link #clear} it. Thread-safe; lost at a restart, after
 * which what is still wrong is told anew.
 */
public final class AlertBoard {
    private static final Logger LOG = LoggerFactory.getLogger("alerts");

    /** What others may have raised at once. */
    private static final int MAX_RAISED = 100;

    private final List<Condition> conditions;
    private final TimeSource time;
    private final Map<String, State> states = new LinkedHashMap<>();
    private final Map<String, Raised> raised = new LinkedHashMap<>();

    private record Raised(Severity severity, String summary) {}

    /** One condition that is wrong; intervals by the monotonic clock. */
    private static final class State {
        private final Instant since;
        private final long sinceNanos;
        private Severity severity;
        private String summary;
        private @Nullable Long toldNanos;

        State(Severity severity, String summary, Instant since, long sinceNanos) {
            this.severity = severity;
            this.summary = summary;
            this.since = since;
            this.sinceNanos = sinceNanos;
        }

        Alert alert(String name) {
            return new Alert(name, severity, summary, since);
        }
    }

    AlertBoard(List<Condition> conditions, TimeSource time) {
        this.conditions = List.copyOf(conditions);
        this.time = time;
    }

    /**
     * Says that something is wrong, until {@link #clear}.
     *
     * @param name stable, without addresses: raising it again changes severity and summary alone
     */
    public synchronized void raise(String name, Severity severity, String summary) {
        if (raised.size() >= MAX_RAISED && !raised.containsKey(name)) {
            LOG.error("{} alerts are raised already, left out: {}: {}", MAX_RAISED, name, summary);
            return;
        }
        raised.put(name, new Raised(severity, summary));
    }

    /** Says that it is well again. */
    public synchronized void clear(String name) {
        raised.remove(name);
    }

    /** What has lasted and is not over, the most urgent and oldest first. */
    public synchronized List<Alert> active() {
        return states.entrySet().stream()
                .filter(e -> e.getValue().toldNanos != null)
                .map(e -> e.getValue().alert(e.getKey()))
                .sorted(
                        Comparator.comparing(Alert::severity, Comparator.reverseOrder())
                                .thenComparing(Alert::since))
                .toList();
    }

    /**
     * Looks at every condition.
     *
     * @param repeat after which what lasts is told again; zero: never
     * @return what there is to tell
     */
    synchronized List<AlertNews> look(Duration repeat) {
        List<AlertNews> news = new ArrayList<>();
        for (Condition condition : conditions) {
            Optional<String> wrong;
            try {
                wrong = condition.look().get();
            } catch (RuntimeException e) {
                LOG.error("{} could not be looked at, it stays as it was", condition.name(), e);
                continue;
            }
            judge(
                    condition.name(),
                    wrong.map(summary -> new Raised(condition.severity(), summary)),
                    condition.lasts(),
                    repeat,
                    news);
        }
        raised.forEach((name, what) -> judge(name, Optional.of(what), Duration.ZERO, repeat, news));
        List<String> over =
                states.keySet().stream()
                        .filter(n -> !raised.containsKey(n))
                        .filter(n -> conditions.stream().noneMatch(c -> c.name().equals(n)))
                        .toList();
        over.forEach(name -> judge(name, Optional.empty(), Duration.ZERO, repeat, news));
        return news;
    }

    private void judge(
            String name,
            Optional<Raised> wrong,
            Duration lasts,
            Duration repeat,
            List<AlertNews> news) {
        long now = time.nanoTime();
        if (wrong.isEmpty()) {
            State over = states.remove(name);
            if (over != null && over.toldNanos != null) {
                news.add(new AlertNews(over.alert(name), AlertNews.Kind.RESOLVED));
            }
            return;
        }
        Raised what = wrong.get();
        State state =
                states.computeIfAbsent(
                        name, n -> new State(what.severity(), what.summary(), time.instant(), now));
        state.severity = what.severity();
        state.summary = what.summary();
        Long told = state.toldNanos;
        if (told == null) {
            if (now - state.sinceNanos >= lasts.toNanos()) {
                state.toldNanos = now;
                news.add(new AlertNews(state.alert(name), AlertNews.Kind.FIRING));
            }
        } else if (!repeat.isZero() && now - told >= repeat.toNanos()) {
            state.toldNanos = now;
            news.add(new AlertNews(state.alert(name), AlertNews.Kind.STILL_FIRING));
        }
    }
}
