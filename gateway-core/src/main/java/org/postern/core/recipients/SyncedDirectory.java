package org.postern.core.recipients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.FileReference;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.config.RecipientsConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * A source that is fetched whole and asked from memory. The last good list lies on disk and is
 * served while the source is away, at any age; a source that has never been loaded makes look-ups
 * unavailable, never unknown.
 *
 * <p>A list that would take away more than {@code recipients.max-removal} (and more than {@value
 * org.postern.core.config.RecipientsConfig#ALWAYS}), or that names nobody at all, is refused until
 * somebody confirms it: a directory that answers with half of itself looks just like that.
 *
 * <p>Look-ups never block and run on any thread; {@link #sync} runs on its caller's, one at a time.
 */
public final class SyncedDirectory implements RecipientDirectory {
    private static final int WHOLE_IN_TIMEOUTS = 20;

    private final RecipientSourceConfig.Synced config;
    private final RecipientFeed feed;
    private final Path file;
    private final DoubleSupplier maxRemoval;
    private final Supplier<Set<Domain>> hosted;
    private final TimeSource time;
    private final ReentrantLock syncing = new ReentrantLock();
    private volatile State state;

    /**
     * Where a source stands.
     *
     * @param table who is known, or null if it was never loaded
     * @param loadedAt when the list was last the source's own, or null
     * @param error why the last synchronisation failed, or empty
     * @param refused how many recipients the last one would have taken away and was not allowed to;
     *     0 where nothing waits for confirmation
     * @param invalid how many values of the last one were no address
     */
    private record State(
            @Nullable RecipientFile table,
            @Nullable Instant loadedAt,
            String error,
            int refused,
            int invalid) {}

    /** What became of a synchronisation. */
    public sealed interface Outcome {
        /**
         * The list is in force.
         *
         * @param entries how many recipients it has
         * @param added how many are new
         * @param removed how many are gone
         * @param invalid how many values were no address and were left out
         */
        record Taken(int entries, int added, int removed, int invalid) implements Outcome {}

        /**
         * The list waits for confirmation; the old one is served.
         *
         * @param entries how many recipients it has
         * @param removed how many it would take away
         * @param of how many there are
         */
        record Refused(int entries, int removed, int of) implements Outcome {}

        /**
         * The list could not be had; the old one is served.
         *
         * @param why one line
         */
        record Failed(String why) implements Outcome {}
    }

    /**
     * Where a source stands, for people and metrics.
     *
     * @param entries how many recipients are known, or -1 if it was never loaded
     * @param loadedAt when the list was last the source's own, or null
     * @param error why the last synchronisation failed, or empty
     * @param refused how many recipients wait to be taken away, 0 for none
     * @param invalid how many values of the last list were no address
     */
    public record Status(
            int entries, @Nullable Instant loadedAt, String error, int refused, int invalid) {}

    /**
     * A source, with the last good list if the folder has one.
     *
     * @param folder where the last good list lies
     * @param maxRemoval the share of recipients that may go unconfirmed
     * @param hosted the domains whose addresses matter
     */
    public SyncedDirectory(
            RecipientSourceConfig.Synced config,
            RecipientFeed feed,
            Path folder,
            DoubleSupplier maxRemoval,
            Supplier<Set<Domain>> hosted,
            TimeSource time) {
        this.config = config;
        this.feed = feed;
        this.file = folder.resolve(config.name() + ".yaml");
        this.maxRemoval = maxRemoval;
        this.hosted = hosted;
        this.time = time;
        this.state = fromDisk();
    }

    private State fromDisk() {
        if (!Files.exists(file)) {
            return new State(null, null, "", 0, 0);
        }
        ProblemCollector problems = new ProblemCollector();
        RecipientFile table =
                RecipientFileReader.read(
                        new FileReference(file, file, Place.start(file)),
                        Set.of(),
                        Set.of(),
                        Optional.empty(),
                        problems);
        if (problems.errorCount() > 0) {
            return new State(
                    null, null, problems.toProblems().errors().getFirst().toString(), 0, 0);
        }
        try {
            return new State(table, Files.getLastModifiedTime(file).toInstant(), "", 0, 0);
        } catch (IOException e) {
            return new State(null, null, file + ": " + e.getMessage(), 0, 0);
        }
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        State now = state;
        if (now.table() == null) {
            return new RecipientLookup.Unavailable(
                    config.name()
                            + " has never been loaded"
                            + (now.error().isEmpty() ? "" : ": " + now.error()));
        }
        return now.table().lookup(address);
    }

    @Override
    public Optional<Handling> handling(EmailAddress address) {
        RecipientFile table = state.table();
        return table == null ? Optional.empty() : table.handling(address);
    }

    @Override
    public Set<Handling> handlings() {
        RecipientFile table = state.table();
        return table == null ? Set.of() : table.handlings();
    }

    @Override
    public String name() {
        return config.kind();
    }

    /** What it was made from. */
    public RecipientSourceConfig.Synced config() {
        return config;
    }

    /** Where it stands. */
    public Status status() {
        State now = state;
        return new Status(
                now.table() == null ? -1 : now.table().size(),
                now.loadedAt(),
                now.error(),
                now.refused(),
                now.invalid());
    }

    /**
     * Fetches the list and puts it into force, if it can be had whole and may be believed.
     *
     * @param confirmed whether somebody has looked at what a refused list would take away; it then
     *     may, but no more than that
     */
    public Outcome sync(boolean confirmed) {
        syncing.lock();
        try {
            return fetch(confirmed);
        } finally {
            syncing.unlock();
        }
    }

    private Outcome fetch(boolean confirmed) {
        State before = state;
        Duration whole = config.sync().timeout().multipliedBy(WHOLE_IN_TIMEOUTS);
        try (SyncListing listing =
                new SyncListing(
                        file,
                        "the last good list of " + config.place() + ", written by postern",
                        hosted.get(),
                        config.sync().subaddressing(),
                        Deadline.after(time, whole))) {
            feed.fetch(listing);
            listing.stillWanted();
            listing.complete();
            return judge(before, listing, confirmed);
        } catch (RecipientFeed.FeedException | IOException e) {
            String why = String.valueOf(e.getMessage());
            state =
                    new State(
                            before.table(),
                            before.loadedAt(),
                            why,
                            before.refused(),
                            before.invalid());
            return new Outcome.Failed(why);
        }
    }

    private Outcome judge(State before, SyncListing listing, boolean confirmed) throws IOException {
        RecipientFile table = listing.table();
        int known = before.table() == null ? 0 : before.table().size();
        int removed = before.table() == null ? 0 : before.table().missingIn(table, hosted.get());
        double allowed = Math.max(RecipientsConfig.ALWAYS, known * maxRemoval.getAsDouble());
        boolean doubtful = removed > allowed || table.size() == 0;
        boolean waved = confirmed && before.refused() > 0 && removed <= before.refused();
        if (doubtful && !waved) {
            String why =
                    table.size() == 0
                            ? "the list names nobody"
                            : "the list would take away " + removed + " of " + known;
            state =
                    new State(
                            before.table(),
                            before.loadedAt(),
                            why + "; confirm: postern recipients sync --confirm " + config.name(),
                            Math.max(removed, 1),
                            listing.invalid());
            return new Outcome.Refused(table.size(), removed, known);
        }
        listing.keep();
        Instant now = time.instant();
        Files.setLastModifiedTime(file, FileTime.from(now));
        state = new State(table, now, "", 0, listing.invalid());
        return new Outcome.Taken(
                table.size(), table.size() - (known - removed), removed, listing.invalid());
    }
}
