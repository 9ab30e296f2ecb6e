package org.postern.app.directory;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.postern.app.telemetry.Metrics;
import org.postern.core.recipients.SyncedDirectory;
import org.postern.core.recipients.SyncedDirectory.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Synchronises one source when it is due: at once, then every {@code sync}; after a failure sooner,
 * by 10 s, 20 s and so on. Each outcome is counted; only news are logged.
 */
final class SyncKeeper implements SourceKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final Duration FIRST_RETRY = Duration.ofSeconds(10);

    private final SyncedDirectory directory;
    private final Metrics metrics;
    private final Supplier<List<String>> nobodyOf;
    private final Background background;
    private Duration retry = FIRST_RETRY;
    private String told = "";
    private volatile List<String> without = List.of();

    /**
     * @param nobodyOf the domains of which the list in force names nobody; goes through it
     */
    SyncKeeper(SyncedDirectory directory, Supplier<List<String>> nobodyOf, Metrics metrics) {
        this.directory = directory;
        this.nobodyOf = nobodyOf;
        this.metrics = metrics;
        this.background = new Background("sync " + directory.config().name(), this::round);
    }

    private Duration round() {
        Duration every = directory.config().sync().every();
        return switch (sync(false)) {
            case Outcome.Taken taken -> {
                retry = FIRST_RETRY;
                yield every;
            }
            case Outcome.Refused refused -> every;
            case Outcome.Failed failed -> {
                Duration pause = retry.compareTo(every) < 0 ? retry : every;
                retry = pause.multipliedBy(2);
                yield pause;
            }
        };
    }

    /** Synchronises on the caller's thread. */
    Outcome sync(boolean confirmed) {
        Outcome outcome = directory.sync(confirmed);
        String name = directory.config().name();
        String word =
                switch (outcome) {
                    case Outcome.Taken taken -> "taken";
                    case Outcome.Refused refused -> "refused";
                    case Outcome.Failed failed -> "failed";
                };
        metrics.count("recipients.syncs", "source", name, "outcome", word);
        tell(name, outcome);
        lookForNobody(name);
        return outcome;
    }

    /** A key that is typed wrongly in the directory looks like a domain without people. */
    private synchronized void lookForNobody(String name) {
        List<String> now = nobodyOf.get();
        if (!now.isEmpty() && !now.equals(without)) {
            LOG.warn(
                    "{}: the list names nobody of {}: all mail for it is refused (550) unless"
                            + " another source has its people",
                    name,
                    String.join(", ", now));
        }
        without = now;
    }

    /** The domains of which the list names nobody, as the last synchronisation has found. */
    List<String> without() {
        return without;
    }

    private synchronized void tell(String name, Outcome outcome) {
        String news = outcome.toString();
        boolean old = news.equals(told);
        told = news;
        switch (outcome) {
            case Outcome.Taken t -> {
                if (t.added() > 0 || t.removed() > 0) {
                    LOG.info(
                            "{}: {} recipients, {} new, {} gone{}",
                            name,
                            t.entries(),
                            t.added(),
                            t.removed(),
                            t.invalid() > 0 ? ", " + t.invalid() + " values left out" : "");
                }
            }
            case Outcome.Refused r -> {
                if (!old) {
                    LOG.error(
                            "{}: a list of {} would take away {} of {} recipients and is not taken;"
                                    + " if it is right: postern recipients sync --confirm {}",
                            name,
                            r.entries(),
                            r.removed(),
                            r.of(),
                            name);
                }
            }
            case Outcome.Failed f -> {
                if (!old) {
                    LOG.warn("{}: not synchronised: {}", name, f.why());
                }
            }
        }
    }

    @Override
    public void start() {
        background.start();
    }

    @Override
    public void wake() {
        background.wake();
    }

    @Override
    public void close() {
        directory.close();
        background.close();
    }
}
