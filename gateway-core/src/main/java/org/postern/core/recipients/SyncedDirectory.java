package org.postern.core.recipients;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source that is fetched whole and asked from memory. The last good list lies on disk and is
 * served while the source is away, at any age; a source that has never been loaded makes look-ups
 * unavailable, never unknown; the list of a source that it has replaced answers until then.
 *
 * <p>A list that would take away more than {@code recipients.max-removal} (and more than {@value
 * org.postern.core.config.RecipientsConfig#ALWAYS}), of the whole or of one domain, or the last of
 * a domain, is refused until somebody confirms it: a directory that answers with half of itself
 * looks just like that.
 *
 * <p>Look-ups never block and run on any thread; {@link #sync} runs on its caller's, one at a time.
 */
public final class SyncedDirectory implements RecipientDirectory {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final int WHOLE_IN_TIMEOUTS = 20;
    private static final int LONGEST_ERROR = 1_000;
    private static final String NOBODY = "the list names nobody";

    private final RecipientSourceConfig.Synced config;
    private final RecipientFeed feed;
    private final Path file;
    private final Path waiting;
    private final DoubleSupplier maxRemoval;
    private final Supplier<Set<Domain>> hosted;
    private final TimeSource time;
    private final ReentrantLock syncing = new ReentrantLock();
    private final Path standInsFile;
    private volatile State state;
    private volatile StandIns standIns = StandIns.NONE;
    private volatile boolean closed;

    /**
     * Where a source stands.
     *
     * @param table who is known, or null if it was never loaded
     * @param loadedAt when the list was last the source's own, or null
     * @param error why the last synchronisation failed, or empty
     * @param refused how many recipients the last one would have taken away and was not allowed to;
     *     0 where nothing waits for confirmation
     * @param invalid how many values of the last one were of no use
     * @param example the first of them, and why
     */
    private record State(
            @Nullable RecipientFile table,
            @Nullable Instant loadedAt,
            String error,
            int refused,
            int invalid,
            String example) {
        State failed(String why) {
            return new State(table, loadedAt, why, refused, invalid, example);
        }
    }

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
     * @param invalid how many values of the last list were of no use: no address, or an alias that
     *     leads nowhere of ours
     * @param example the first of them and what is wrong with it, or empty
     * @param standIn the sources whose last good lists are served until this one is loaded, or
     *     empty
     */
    public record Status(
            int entries,
            @Nullable Instant loadedAt,
            String error,
            int refused,
            int invalid,
            String example,
            String standIn) {}

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
        this.file = listOf(folder, config);
        this.waiting = folder.resolve(config.name() + WaitingRemoval.SUFFIX);
        this.standInsFile = folder.resolve(config.name() + StandIns.SUFFIX);
        this.maxRemoval = maxRemoval;
        this.hosted = hosted;
        this.time = time;
        this.state = fromDisk();
    }

    /** Where the last good list of a source lies, whether or not it is there. */
    public static Path listOf(Path folder, RecipientSourceConfig.Synced config) {
        return folder.resolve(config.name() + ".yaml");
    }

    /** Removes what a run that ended in the middle of a fetch has left in a folder. */
    public static void removeUnfinished(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(folder, "*" + SyncListing.FRESH)) {
            for (Path file : left) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.warn("{}: unfinished lists cannot be removed: {}", folder, e.getMessage());
        }
    }

    private State fromDisk() {
        int waits = WaitingRemoval.readIfThere(waiting);
        try {
            if (!Files.exists(file)) {
                standIns = StandIns.read(standInsFile, standInsFile.resolveSibling("."));
                return new State(null, null, "", waits, 0, "");
            }
            ProblemCollector problems = new ProblemCollector();
            RecipientFile table = RecipientFileReader.readKept(file, problems);
            if (table.domains().isEmpty()) {
                table.domains(hosted.get()); // written before lists said so: for those of then
            }
            return problems.errorCount() > 0
                    ? nothing(problems.toProblems().errors().getFirst().toString())
                    : new State(
                            table, Files.getLastModifiedTime(file).toInstant(), "", waits, 0, "");
        } catch (IOException e) {
            return nothing(file + ": " + e.getMessage());
        }
    }

    private static State nothing(String why) {
        return new State(null, null, why, 0, 0, "");
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        State now = state;
        if (now.table() == null) {
            return standIns.known(address)
                    .orElseGet(() ->
                            new RecipientLookup.Unavailable(
                                    config.name()
                                            + " has never been loaded"
                                            + (now.error().isEmpty() ? "" : ": " + now.error())));
        }
        RecipientLookup answer = now.table().lookup(address);
        boolean asked =
                !(address.host() instanceof Domain domain)
                        || now.table().domains().orElse(Set.of()).contains(domain);
        // a list that was made before this domain was ours says nothing of its addresses
        return asked || answer instanceof RecipientLookup.Known
                ? answer
                : new RecipientLookup.Unavailable(
                        config.name() + " has not been loaded for this domain yet");
    }

    @Override
    public Optional<Handling> handling(EmailAddress address) {
        RecipientFile table = state.table();
        return table == null
                ? standIns.first(address, before -> before.handling(address))
                : table.handling(address);
    }

    @Override
    public Optional<List<EmailAddress>> aliasOf(EmailAddress address) {
        RecipientFile table = state.table();
        return table == null
                ? standIns.first(address, before -> before.aliasOf(address))
                : table.aliasOf(address);
    }

    @Override
    public Optional<EmailAddress> withoutDetail(EmailAddress address) {
        RecipientFile table = state.table();
        return table == null
                ? standIns.first(address, before -> before.withoutDetail(address))
                : table.withoutDetail(address);
    }

    @Override
    public boolean tellsHandling(EmailAddress address) {
        return !(lookup(address) instanceof RecipientLookup.Unavailable);
    }

    @Override
    public Set<Handling> handlings() {
        RecipientFile table = state.table();
        return table == null ? standIns.handlings() : table.handlings();
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
                now.invalid(),
                now.example(),
                now.table() == null ? standIns.names() : "");
    }

    /**
     * How many recipients of each of these domains it has; those that hold in every domain count in
     * each. Goes through the whole list.
     */
    public Map<Domain, Integer> counts(Set<Domain> domains) {
        RecipientFile table = state.table();
        return table == null ? Map.of() : table.counts(domains);
    }

    /** Who is in the list, if there is one. */
    Optional<RecipientFile> table() {
        return Optional.ofNullable(state.table());
    }

    /**
     * Until this source has been loaded once, the last good list of another that it replaces
     * answers: who stands in it is known, nobody else is unknown. The first list is held to it.
     *
     * @param before the source that it replaces
     * @param domains of which
     */
    public void replaces(SyncedDirectory before, Set<Domain> domains) {
        State theirs = before.state;
        List<StandIns.One> all = new ArrayList<>(standIns.lists());
        if (theirs.table() != null) {
            all.add(new StandIns.One(before.config.name(), theirs.table(), domains));
        } else {
            before.standIns
                    .lists()
                    .forEach(one -> {
                        Set<Domain> both = new HashSet<>(one.domains());
                        both.retainAll(domains);
                        all.add(new StandIns.One(one.name(), one.table(), both));
                    });
        }
        standIns = new StandIns(all);
    }

    /** Notes on disk whose lists answer for it, if any do; what cannot be noted is logged. */
    public void keepStandIns() {
        StandIns now = standIns;
        if (state.table() != null || now.lists().isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(standInsFile.toAbsolutePath().getParent());
            now.write(standInsFile);
        } catch (IOException e) {
            LOG.warn(
                    "{}: a start before it has been loaded will not serve the list of before: {}",
                    config.name(),
                    e.getMessage());
        }
    }

    /** It is no longer in use: what it may be fetching is not taken any more. */
    public void close() {
        closed = true;
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
            return failed(why);
        } catch (RuntimeException | OutOfMemoryError e) {
            // a fault of ours, or of a library: the next fetch may be better, the thread goes on
            LOG.error("{}: a fetch ended in {}", config.name(), e.getClass().getName(), e);
            return failed("unexpected: " + e.getClass().getSimpleName());
        }
    }

    /** In one line of bounded length, for logs: what others send may be in it. */
    private Outcome failed(String words) {
        String line = words.replaceAll("\\p{Cntrl}", "?");
        String why = line.length() <= LONGEST_ERROR ? line : line.substring(0, LONGEST_ERROR) + "…";
        state = state.failed(why);
        return new Outcome.Failed(why);
    }

    private Outcome judge(State before, SyncListing listing, boolean confirmed) throws IOException {
        if (closed) {
            throw new IOException("this source is no longer in use");
        }
        RecipientFile table = listing.table();
        Removal loss =
                before.table() == null
                        ? standIns.loss(table, hosted.get(), maxRemoval.getAsDouble())
                        : Removal.between(
                                before.table(), table, hosted.get(), maxRemoval.getAsDouble());
        int known = loss.of();
        int removed = loss.removed();
        boolean nobody = table.sizeIn(hosted.get()) == 0;
        boolean doubtful = loss.isTooMuch() || nobody;
        boolean shown =
                known == 0
                        ? before.error().equals(NOBODY) // there is nobody to take away
                        : before.refused() > 0 && removed <= before.refused();
        if (doubtful && !(confirmed && shown)) {
            int waits = known == 0 ? 0 : Math.max(removed, 1);
            if (waits > 0) {
                WaitingRemoval.write(waiting, waits);
            }
            state =
                    new State(
                            before.table(),
                            before.loadedAt(),
                            nobody ? NOBODY : "the list would take away " + loss.words(),
                            waits,
                            listing.invalid(),
                            listing.example());
            return new Outcome.Refused(table.size(), removed, known);
        }
        listing.keep();
        Instant now = time.instant();
        // what lies on disk is served from here on, whatever fails below
        state = new State(table, now, "", 0, listing.invalid(), listing.example());
        standIns = StandIns.NONE;
        Files.deleteIfExists(standInsFile);
        Files.deleteIfExists(waiting);
        Files.setLastModifiedTime(file, FileTime.from(now));
        return new Outcome.Taken(
                table.size(), table.size() - (known - removed), removed, listing.invalid());
    }
}
