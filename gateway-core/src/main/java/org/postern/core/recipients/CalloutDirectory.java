package org.postern.core.recipients;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * Asks the mailbox store at RCPT and remembers its answers. Who exists is remembered longest, and
 * seven times as long while the store is away; that memory lies on disk. After a question that the
 * store did not answer nobody asks again for {@link #PAUSE}: each RCPT would wait for its time-out.
 *
 * <p>Who has to wait for a turn waits for half of the time-out at most, and has the rest of it for
 * the question: less would say of a store that it is away when it is only busy.
 *
 * <p>A store that says no to too many of those whom it knew is not believed: 451 until it says yes
 * to them, or somebody confirms its no; see {@link StoreDoubt}.
 *
 * <p>At most {@value #MAX_REMEMBERED} answers of each kind are kept, the longest unused go first.
 * Thread-safe; blocks for one time-out at most, also for the answer to what another asks.
 */
public final class CalloutDirectory implements RecipientDirectory {
    /** How many who exist are remembered, and how many who do not. */
    public static final int MAX_REMEMBERED = CalloutMemory.MOST;

    /** How long nobody asks a store that has not answered. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    /** How often the store is asked about an address that nobody can have. */
    private static final Duration CHECK_EVERY = Duration.ofHours(6);

    private final RecipientSourceConfig.Callout config;
    private final RecipientProbe probe;
    private final TimeSource time;
    private final Semaphore questions;
    private final CalloutMemory memory;
    private final ConcurrentHashMap<String, CompletableFuture<RecipientLookup>> underWay =
            new ConcurrentHashMap<>();
    private volatile @Nullable Trouble trouble;
    private volatile @Nullable Instant lastAnswer;
    private volatile @Nullable Domain lastAsked;
    private volatile boolean takesAnybody;
    private volatile long nextCheckNanos;
    private volatile boolean checked;

    /**
     * Why the store did not answer, and when by the monotonic clock; and since when it does not.
     */
    private record Trouble(String why, long atNanos, Instant since) {}

    /**
     * A directory that remembers what the folder has of it.
     *
     * @param folder where the memory lies
     * @param maxRemoval the share of those whom the store knew that it may say no to
     */
    public CalloutDirectory(
            RecipientSourceConfig.Callout config,
            RecipientProbe probe,
            Path folder,
            DoubleSupplier maxRemoval,
            TimeSource time) {
        this.config = config;
        this.probe = probe;
        this.memory = new CalloutMemory(config, folder, maxRemoval, time);
        this.time = time;
        this.questions = new Semaphore(config.connections());
    }

    /** What it was made from. */
    public RecipientSourceConfig.Callout config() {
        return config;
    }

    @Override
    public String name() {
        return config.kind();
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        String key = address.key();
        Optional<RecipientLookup> known = remembered(key, address, false);
        if (known.isPresent()) {
            return known.get();
        }
        if (address.host() instanceof Domain domain) {
            lastAsked = domain;
        }
        CompletableFuture<RecipientLookup> mine = new CompletableFuture<>();
        CompletableFuture<RecipientLookup> first = underWay.putIfAbsent(key, mine);
        if (first != null) {
            // somebody is asking just this; their answer names their spelling of it
            return switch (first.join()) {
                case RecipientLookup.Known k ->
                        new RecipientLookup.Known(List.of(address), k.source());
                case RecipientLookup other -> other;
            };
        }
        RecipientLookup answer =
                new RecipientLookup.Unavailable(config.name() + ": the question failed");
        try {
            // between our look and our turn somebody may have had the answer
            answer = remembered(key, address, false).orElseGet(() -> ask(key, address));
        } finally {
            underWay.remove(key, mine);
            mine.complete(answer);
        }
        return answer;
    }

    @Override
    public RecipientLookup fromMemory(EmailAddress address) {
        return remembered(address.key(), address, false)
                .orElseGet(() ->
                        new RecipientLookup.Unavailable(config.name() + " has not been asked"));
    }

    private RecipientLookup ask(String key, EmailAddress address) {
        Trouble before = pausing();
        if (before != null) {
            return withoutAnswer(key, address, before.why());
        }
        Deadline deadline = Deadline.after(time, config.timeout());
        try {
            long turn = config.timeout().toNanos() / 2;
            if (!questions.tryAcquire(turn, TimeUnit.NANOSECONDS)) {
                return withoutAnswer(key, address, "too many questions at once");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return withoutAnswer(key, address, "interrupted");
        }
        RecipientProbe.Answer answer;
        try {
            Trouble meanwhile = pausing();
            if (meanwhile != null) {
                // who waited for a turn need not wait for the store as well
                return withoutAnswer(key, address, meanwhile.why());
            }
            answer = probe.ask(address, deadline.remaining());
        } finally {
            questions.release();
        }
        return switch (answer) {
            case RecipientProbe.Answer.Exists yes -> {
                memory.exists(key);
                answered();
                yield new RecipientLookup.Known(List.of(address), config.name());
            }
            case RecipientProbe.Answer.Absent no -> {
                boolean believed = memory.absent(key);
                answered();
                yield believed
                        ? RecipientLookup.Unknown.INSTANCE
                        : new RecipientLookup.Unavailable(config.name() + ": " + doubted());
            }
            case RecipientProbe.Answer.Unclear unclear -> {
                if (unclear.away()) {
                    Trouble first = trouble;
                    trouble =
                            new Trouble(
                                    unclear.why(),
                                    time.nanoTime(),
                                    first == null ? time.instant() : first.since());
                }
                yield withoutAnswer(key, address, unclear.why());
            }
        };
    }

    private @Nullable Trouble pausing() {
        Trouble last = trouble;
        return last != null && time.nanoTime() - last.atNanos() < PAUSE.toNanos() ? last : null;
    }

    /**
     * Asks the store, now and then and only if it is asked about others, whether it would take mail
     * for somebody who cannot exist: one that says yes to everybody keeps nobody out. Called from
     * one thread; may block as {@link #lookup} does.
     *
     * @param names makes local parts that nobody has
     * @return what has become known, if it was asked
     */
    public Optional<Boolean> checkThatItRefuses(Supplier<String> names) {
        Domain domain = lastAsked;
        if (domain == null
                || (checked && time.nanoTime() - nextCheckNanos < 0)
                || pausing() != null) {
            return Optional.empty();
        }
        checked = true;
        nextCheckNanos = time.nanoTime() + CHECK_EVERY.toNanos();
        return switch (probe.ask(EmailAddress.of(names.get(), domain), config.timeout())) {
            case RecipientProbe.Answer.Exists yes -> {
                takesAnybody = true;
                yield Optional.of(true);
            }
            case RecipientProbe.Answer.Absent no -> {
                takesAnybody = false;
                yield Optional.of(false);
            }
            case RecipientProbe.Answer.Unclear unclear -> Optional.empty();
        };
    }

    /** Whether the store said yes to somebody who cannot exist. */
    public boolean takesAnybody() {
        return takesAnybody;
    }

    /** Since when the store has not answered, or null while it does or nobody asks. */
    public @Nullable Instant troubleSince() {
        Trouble now = trouble;
        return now == null ? null : now.since();
    }

    private RecipientLookup withoutAnswer(String key, EmailAddress address, String why) {
        return remembered(key, address, true)
                .orElseGet(() -> new RecipientLookup.Unavailable(config.name() + ": " + why));
    }

    private void answered() {
        trouble = null;
        lastAnswer = time.instant();
    }

    /** What is remembered; while the store is away, who exists is remembered longer. */
    private Optional<RecipientLookup> remembered(String key, EmailAddress address, boolean away) {
        return memory.recall(key, away)
                .map(exists ->
                        exists
                                ? new RecipientLookup.Known(
                                        List.of(address), config.name() + " (remembered)")
                                : RecipientLookup.Unknown.INSTANCE);
    }

    private String doubted() {
        return "the store says no to "
                + memory.missing()
                + " whom it knew, and is not believed; if they are gone: postern recipients sync"
                + " --confirm "
                + config.name();
    }

    /** How many whom it knew the store says no to, and is not believed; 0 where it is. */
    public int missing() {
        return memory.missing();
    }

    /**
     * After the store has said no to somebody whom it knew: asks about some others of them, and in
     * doubt about those who are missing. Called from one thread; may block for several time-outs.
     */
    public void askAgain() {
        for (String key : memory.worthAsking()) {
            if (pausing() != null) {
                return;
            }
            int at = key.lastIndexOf('@');
            ask(key, EmailAddress.of(key.substring(0, at), Domain.of(key.substring(at + 1))));
        }
    }

    /**
     * Somebody has looked: whom the store does not know any more is gone. It is believed for as
     * long as an answer is remembered, within which everybody who gets mail is asked about.
     *
     * @return how many were missing; 0 where nothing waits, and nothing has changed
     */
    public int confirm() {
        return memory.confirm();
    }

    /**
     * Asks about everybody anew who was not there, or whom the store did not say anything of.
     *
     * @return of how many it was remembered that they do not exist
     */
    public int askAnew() {
        Trouble last = trouble;
        if (last != null) {
            trouble = new Trouble(last.why(), time.nanoTime() - PAUSE.toNanos(), last.since());
        }
        return memory.forgetAbsent();
    }

    /** How many answers are remembered. */
    public int size() {
        return memory.size();
    }

    /** When the store last answered since the start, or null. */
    public @Nullable Instant lastAnswer() {
        return lastAnswer;
    }

    /** Why the store did not answer last, or that it answers without knowing; or empty. */
    public String error() {
        Trouble now = trouble;
        if (now != null) {
            return now.why();
        }
        if (missing() > 0) {
            return doubted();
        }
        return takesAnybody
                ? "the store says yes to addresses that nobody has: this call-out keeps nobody out"
                : "";
    }

    /**
     * Reads the memory of an earlier run; a line that makes no sense is left out.
     *
     * @throws IOException if the file is there and cannot be read; the memory is empty then
     */
    public void load() throws IOException {
        memory.load();
    }

    /**
     * Writes down who exists, if anything has changed.
     *
     * @throws IOException if it cannot be written; the old file stays
     */
    public void save() throws IOException {
        memory.save();
    }
}
