package org.postern.queue.spool;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;

/**
 * Accepted mail on disk. Thread-safe; calls that touch the disk block, on virtual threads as well
 * as on others. What was recorded when a call returns is durable, with the one exception that
 * stands at {@link #record(QueueId, AttemptResult, Runnable)}.
 */
public interface Spool extends AutoCloseable {
    /**
     * Begins a message.
     *
     * @throws SpoolException if it would not be taken: {@code FULL}, {@code FAILED}, {@code CLOSED}
     */
    SpoolWriter begin() throws SpoolException;

    /** Whether a message would be taken now; answered from memory, for MAIL. */
    default boolean hasRoom() {
        return health().room();
    }

    /** How it is; answered from memory. */
    SpoolHealth health();

    /** The numbers; answered from memory. */
    SpoolSummary summary();

    /** One entry as it is now. Empty when it is not, or no longer, in the spool. */
    Optional<QueueEntry> find(QueueId id) throws SpoolException;

    /**
     * The entries in these states in order of their ids, read as the stream is consumed and without
     * holding up mail. An entry that is there all the time is seen exactly once; one that comes or
     * goes meanwhile, once or not at all. An unreadable one raises an alarm and is left out.
     */
    default Stream<QueueEntry> entries(Set<EntryState> states) {
        return entries(states, brief -> true);
    }

    /**
     * As {@link #entries(Set)}, but of those entries only that are worth reading: the others are
     * left out without a look at the disk.
     *
     * @param worthReading must be quick; whether it is asked again when an entry changes is open
     */
    Stream<QueueEntry> entries(Set<EntryState> states, Predicate<EntryBrief> worthReading);

    /**
     * Shows all entries in these states as the index knows them, in order of their ids: a million
     * in a fraction of a second, without a look at the disk and without holding up mail.
     *
     * @param each called on this thread; must be quick
     */
    void survey(Set<EntryState> states, Consumer<EntryBrief> each);

    /** All entries, as {@link #entries(Set)}. */
    default Stream<QueueEntry> entries() {
        return entries(Set.of(EntryState.values()));
    }

    /** The message as it is relayed: trace headers, then content without the omitted ranges. */
    MessageSource relayed(QueueId id) throws SpoolException;

    /** The message as it came: content alone. */
    MessageSource received(QueueId id) throws SpoolException;

    /** Claims due entries in order of their ids. */
    default List<QueueEntry> claimDue(int max, Predicate<String> wanted) {
        return claimDue(max, ClaimOrder.OLDEST_FIRST, wanted);
    }

    /**
     * Claims entries that are due: they are active until their result is recorded or they are let
     * go.
     *
     * @param max how many at most
     * @param order which ones first
     * @param wanted asked before an entry is claimed, with its recipients' domains joined by commas
     *     in A-labels; must be quick
     */
    List<QueueEntry> claimDue(int max, ClaimOrder order, Predicate<String> wanted);

    /**
     * The route by which an entry is claimed: what {@code wanted} of {@link #claimDue} is asked
     * about. Empty where the index has none, because it is too long or they are too many, and for
     * an entry that is gone.
     */
    String route(QueueId id);

    /** Ends a claim that came to nothing: the entry is as before and due after {@code wait}. */
    void letGo(QueueId id, Duration wait);

    /**
     * Records what an attempt of a claimed entry came to. While no disk takes it, the outcome is
     * kept in memory: this returns, every answer here goes by it, and it is written before anything
     * else once a disk is well. Where as much is kept as {@link SpoolOptions#mostInHand()} says it
     * waits as long as it takes: what a downstream has taken must not be forgotten.
     *
     * @param onceDurable run when it is durable, by whatever thread, and never if the spool is
     *     closed before; must return at once
     * @return the entry as it is now, empty when it is over
     * @throws SpoolException if the spool was closed meanwhile, or the entry is unknown, or what
     *     was recorded of it since it was claimed cannot be read: nothing is recorded then
     */
    Optional<QueueEntry> record(QueueId id, AttemptResult result, Runnable onceDurable)
            throws SpoolException;

    /** As {@link #record(QueueId, AttemptResult, Runnable)} for who need not know when. */
    default Optional<QueueEntry> record(QueueId id, AttemptResult result) throws SpoolException {
        return record(id, result, () -> {});
    }

    /** Outcomes that no disk has taken yet; answered from memory. */
    int outcomesInHand();

    /**
     * Does something to entries; those for which it makes no sense, or that are gone, are left out.
     * Durable when this returns; one force serves them all.
     *
     * @return the ids it was done to, in the order given
     */
    List<QueueId> change(Collection<QueueId> ids, Change change) throws SpoolException;

    /** Makes deferred entries due at once. Not recorded: harmless if forgotten. */
    int retryNow(Collection<QueueId> ids);

    /** Writes what is to be written and lets the directory go. Writers not committed are lost. */
    @Override
    void close();
}
