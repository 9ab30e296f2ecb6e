package org.postern.core.recipients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.files.WholeFile;
import org.postern.core.time.TimeSource;

/**
 * What a store has said of whom, and what of that may be believed. At most {@value #MOST} answers
 * of each kind are kept, the longest unused go first; who exists lies on disk. Thread-safe; nobody
 * blocks.
 */
final class CalloutMemory {
    /** How many who exist are remembered, and how many who do not. */
    static final int MOST = 200_000;

    private static final int STALE_FACTOR = 7;

    /** How many whom the store knew it is asked about at once, after it has said no to one. */
    private static final int ASKED_AGAIN = 10;

    private final RecipientSourceConfig.Callout config;
    private final Path file;
    private final Path waiting;
    private final TimeSource time;
    // apart, so that a flood of names that do not exist drives out nobody who does
    private final SequencedMap<String, Instant> present = bounded();
    private final Map<String, Instant> absent = bounded();
    private final StoreDoubt doubt; // under the lock of present, as absent is
    private volatile boolean changed;

    CalloutMemory(
            RecipientSourceConfig.Callout config,
            Path folder,
            DoubleSupplier maxRemoval,
            TimeSource time) {
        this.config = config;
        this.file = folder.resolve(config.name() + ".txt");
        this.waiting = folder.resolve(config.name() + WaitingRemoval.SUFFIX);
        this.doubt = new StoreDoubt(maxRemoval);
        this.time = time;
    }

    private static SequencedMap<String, Instant> bounded() {
        return new LinkedHashMap<>(64, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
                return size() > MOST;
            }
        };
    }

    /**
     * Whether somebody exists, if that is remembered.
     *
     * @param away whether the store cannot be asked: who exists is remembered longer then
     */
    Optional<Boolean> recall(String key, boolean away) {
        synchronized (present) {
            if (isFresh(present.get(key), away ? whileAway() : config.positive())) {
                return Optional.of(true);
            }
            return isFresh(absent.get(key), config.negative())
                    ? Optional.of(false)
                    : Optional.empty();
        }
    }

    private boolean isFresh(@Nullable Instant at, Duration holds) {
        if (at == null) {
            return false;
        }
        Duration age = Duration.between(at, time.instant());
        // an answer from the future was given before the clock was set back: it has no age
        return !age.isNegative() && age.compareTo(holds) < 0;
    }

    private Duration whileAway() {
        return config.positive().multipliedBy(STALE_FACTOR);
    }

    /** Notes a yes. */
    void exists(String key) {
        Instant now = time.instant();
        synchronized (present) {
            present.put(key, now);
            absent.remove(key);
            doubt.yes(key, now);
        }
        changed = true;
    }

    /** Notes a no; returns whether it says anything. */
    boolean absent(String key) {
        Instant now = time.instant();
        boolean believed;
        synchronized (present) {
            Instant knownAt = present.remove(key);
            if (knownAt != null && !isFresh(knownAt, whileAway())) {
                knownAt = null; // so long ago that nothing is sudden about it
            }
            if (knownAt != null && doubt.no(key, knownAt, now)) {
                takeBack(now);
            }
            believed = !doubt.isOf(key, now);
            if (believed) {
                absent.put(key, now);
            } else if (knownAt != null) {
                present.put(key, noLongerFresh(knownAt, now));
            }
        }
        changed = true;
        return believed;
    }

    /** What the store said since the first of those whom it knew was gone may be as wrong. */
    private void takeBack(Instant now) {
        Instant since = doubt.since();
        if (since != null) {
            absent.values().removeIf(at -> !at.isBefore(since));
        }
        doubt.lost().forEach((key, at) -> present.putIfAbsent(key, noLongerFresh(at, now)));
    }

    /** Known while the store is away, and asked about as long as it is not. */
    private Instant noLongerFresh(Instant at, Instant now) {
        Instant latest = now.minus(config.positive());
        return at.isBefore(latest) ? at : latest;
    }

    /** How many whom it knew the store says no to, and is not believed; 0 where it is. */
    int missing() {
        synchronized (present) {
            return doubt.count(time.instant());
        }
    }

    /**
     * After the store has said no to somebody whom it knew: the keys of some others, and of those
     * who are missing, to be asked about.
     */
    List<String> worthAsking() {
        synchronized (present) {
            doubt.settle(present.size());
            if (!doubt.wantsMore()) {
                return List.of();
            }
            List<String> keys = new ArrayList<>(doubt.lost().keySet());
            if (keys.size() >= ASKED_AGAIN) {
                return List.copyOf(keys.subList(0, ASKED_AGAIN));
            }
            List<String> others = new ArrayList<>();
            for (Map.Entry<String, Instant> known : present.sequencedEntrySet().reversed()) {
                String key = known.getKey();
                boolean near = doubt.isNear(key);
                // whoever was seen long ago may be gone for good reasons
                if ((near || others.size() < ASKED_AGAIN)
                        && !keys.contains(key)
                        && isFresh(known.getValue(), whileAway())
                        && !doubt.hasSince(key)) {
                    (near ? keys : others).add(key);
                }
                if (keys.size() >= ASKED_AGAIN) {
                    return keys;
                }
            }
            keys.addAll(others.subList(0, Math.min(others.size(), ASKED_AGAIN - keys.size())));
            return keys;
        }
    }

    /** Somebody has looked; see {@link CalloutDirectory#confirm}. */
    int confirm() {
        Instant now = time.instant();
        synchronized (present) {
            int missing = doubt.count(now);
            if (missing > 0) {
                doubt.lost().keySet().forEach(present::remove);
                doubt.believe(now.plus(config.positive()));
                changed = true;
            }
            return missing;
        }
    }

    /** Forgets who does not exist; returns how many. */
    int forgetAbsent() {
        synchronized (present) {
            int forgotten = absent.size();
            absent.clear();
            return forgotten;
        }
    }

    /** How many answers are remembered. */
    int size() {
        synchronized (present) {
            return present.size() + absent.size();
        }
    }

    /** Reads what an earlier run has written; see {@link CalloutDirectory#load}. */
    void load() throws IOException {
        synchronized (present) {
            doubt.carry(WaitingRemoval.readIfThere(waiting));
        }
        if (!Files.exists(file)) {
            return;
        }
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            lines.limit(MOST).forEach(this::read);
        } catch (java.io.UncheckedIOException e) {
            throw new IOException(file + " cannot be read", e);
        }
    }

    private void read(String line) {
        int end = line.lastIndexOf(" # ");
        if (end <= 0) {
            return;
        }
        try {
            Instant at = Instant.parse(line.substring(end + 3));
            synchronized (present) {
                present.putIfAbsent(line.substring(0, end), at);
            }
        } catch (DateTimeParseException e) {
            return; // half a line, after a crash of another program perhaps: it will be asked again
        }
    }

    /** Writes down who exists, and how many are missing, if anything has changed. */
    void save() throws IOException {
        if (!changed) {
            return;
        }
        changed = false;
        List<String> keys = new ArrayList<>(size());
        List<Instant> answers = new ArrayList<>(size());
        int missing;
        synchronized (present) { // sessions wait for this lock
            present.forEach((key, at) -> {
                keys.add(key);
                answers.add(at);
            });
            missing = doubt.count(time.instant());
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < keys.size(); i++) {
            out.append(keys.get(i)).append(" # ").append(answers.get(i)).append('\n');
        }
        try {
            WholeFile.write(file, out);
            if (missing > 0) {
                WaitingRemoval.write(waiting, missing);
            } else {
                Files.deleteIfExists(waiting);
            }
        } catch (IOException e) {
            changed = true;
            throw e;
        }
    }
}
