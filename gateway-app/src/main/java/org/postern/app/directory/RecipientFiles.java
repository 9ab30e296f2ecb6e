package org.postern.app.directory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.app.telemetry.NamedGauges;
import org.postern.core.config.PosternConfig;
import org.postern.core.problem.Problem;
import org.postern.core.recipients.FileRemovals;
import org.postern.core.recipients.KeptCopies;
import org.postern.core.recipients.Recipients;
import org.postern.core.recipients.Recipients.FileSource;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The recipient files in use: what a reload may take away from them, and their last good copies
 * beneath the data directory. Reading is from any thread; reloads come one at a time.
 */
public final class RecipientFiles {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");

    private final KeptCopies copies;
    private final FileRemovals removals = new FileRemovals();
    private final TimeSource time;
    private final NamedGauges gauges;
    private volatile Map<Path, View> views = Map.of();

    /**
     * Where a file stands.
     *
     * @param file its absolute path
     * @param path as the configuration names it
     * @param entries how many recipients are served
     * @param copy where its last good copy lies
     * @param served whether that is served in its place
     * @param lastGood when the file was last read well
     * @param trouble what is wrong with the file or its copy, one line, or empty
     * @param refused how many recipients the file would take away, waiting for somebody to look
     */
    public record View(
            Path file,
            Path path,
            int entries,
            Path copy,
            boolean served,
            Instant lastGood,
            String trouble,
            int refused) {
        View waiting(int count) {
            return new View(file, path, entries, copy, served, lastGood, trouble, count);
        }

        /** In one line what is not as it should be; empty where all is well. */
        public String words() {
            return (served ? "the last good copy is served" : "")
                    + (served && !trouble.isEmpty() ? ": " : "")
                    + trouble
                    + (refused > 0
                            ? (served ? "; " : "")
                                    + "would lose "
                                    + refused
                                    + " recipients; if that is right: postern reload --confirm"
                            : "");
        }
    }

    /**
     * @param data the data directory; the copies lie beneath it
     * @param started what the gateway starts with
     */
    public RecipientFiles(Path data, Recipients started, TimeSource time, Metrics metrics) {
        this.copies = KeptCopies.in(data);
        this.time = time;
        this.gauges =
                new NamedGauges(metrics)
                        .gauge("recipients.entries", of(View::entries), "source")
                        .gauge("recipients.sync.refused", of(View::refused), "source")
                        .gauge("recipients.staleness.seconds", of(this::staleness), "source");
        removals.begin(started);
    }

    /** What a candidate would take away and nobody has confirmed; see {@link FileRemovals}. */
    public synchronized List<Problem> check(
            Recipients before, Recipients after, PosternConfig config, boolean confirmed) {
        List<Problem> problems =
                removals.check(
                        before,
                        after,
                        config.recipients().maxRemoval(),
                        confirmed,
                        config::recipientsPlace);
        Map<Path, View> now = new HashMap<>(views);
        Map<Path, Integer> waiting = removals.waiting();
        now.replaceAll((file, view) -> view.waiting(waiting.getOrDefault(file, 0)));
        views = Map.copyOf(now);
        return problems;
    }

    /**
     * These are in force now: each file that is, and not its copy, is copied. What stands in the
     * way of a copy is no reason to stop; the one of before stays.
     */
    public synchronized void activate(Recipients recipients) {
        Map<Path, View> now = new HashMap<>();
        for (FileSource source : recipients.fileSources()) {
            now.put(source.file(), source.kept() == null ? kept(source) : instead(source));
        }
        views = Map.copyOf(now);
        gauges.show(
                now.values().stream()
                        .map(view -> view.path().toString())
                        .collect(Collectors.toSet()));
        if (views.values().stream().noneMatch(View::served)) {
            removals.taken();
        }
        try {
            copies.removeOthers(now.keySet());
        } catch (IOException e) {
            LOG.warn("a copy of a recipient file that is not named any more stays: {}", why(e));
        }
    }

    private View kept(FileSource source) {
        String trouble = "";
        Instant now = time.instant();
        try {
            copies.keep(source.file(), source.digest(), now);
        } catch (IOException e) {
            trouble = "there is no new last good copy: " + why(e);
            LOG.warn("{}: {}; a start may have none to serve", source.path(), trouble);
        }
        return new View(
                source.file(),
                source.path(),
                source.entries(),
                copies.of(source.file()),
                false,
                now,
                trouble,
                0);
    }

    private View instead(FileSource source) {
        KeptCopies.@Nullable Kept kept = source.kept();
        if (kept == null) {
            throw new IllegalStateException(source.path() + " is not answered from a copy");
        }
        LOG.error("{}", kept.words());
        return new View(
                source.file(),
                source.path(),
                source.entries(),
                kept.copy(),
                true,
                kept.lastGood(),
                kept.trouble(),
                kept.removed());
    }

    private static String why(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private ToDoubleFunction<String> of(ToDoubleFunction<View> value) {
        return name ->
                views.values().stream()
                        .filter(view -> view.path().toString().equals(name))
                        .findFirst()
                        .map(value::applyAsDouble)
                        .orElse(Double.NaN);
    }

    private double staleness(View view) {
        return view.served()
                ? Duration.between(view.lastGood(), time.instant()).toMillis() / 1000.0
                : 0;
    }

    /** Every file in use, by name. */
    public List<View> status() {
        List<View> all = new ArrayList<>(views.values());
        all.sort(Comparator.comparing(View::path));
        return all;
    }
}
