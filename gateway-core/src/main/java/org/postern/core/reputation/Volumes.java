package org.postern.core.reputation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ReputationConfig;
import org.postern.core.time.TimeSource;

/**
 * Knows how much each sender, sender domain and client usually sends in its busiest hour, and says
 * when one leaves that by far. A peak halves in two weeks; an hour that is under way is no part of
 * the past that it is measured by. Who has no past of some days is not judged.
 *
 * <p>At most {@value #MAX} keys, the longest unused go first. Ages are by the wall clock, since
 * they outlive the process. Thread-safe; answers from memory.
 */
public final class Volumes {
    /** The most keys. */
    public static final int MAX = 200_000;

    private static final Duration HALF_LIFE = Duration.ofDays(14);
    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

    private final Supplier<ReputationConfig> config;
    private final TimeSource time;
    private final Remembered<Usage> entries = new Remembered<>(MAX, 5, Usage::read, Usage::words);

    /** The busiest past hour as of {@code peakAt}, and the hour under way. */
    private record Usage(Instant first, double peak, Instant peakAt, long hour, int count) {
        double peak(Instant now) {
            long age = Math.max(0, Duration.between(peakAt, now).toMillis());
            return peak * Math.pow(0.5, age / (double) HALF_LIFE.toMillis());
        }

        static Usage read(String[] words) {
            double peak = Double.parseDouble(words[1]);
            return new Usage(
                    Instant.parse(words[0]),
                    Double.isFinite(peak) ? peak : 0,
                    Instant.parse(words[2]),
                    Long.parseLong(words[3]),
                    Integer.parseInt(words[4]));
        }

        Object[] words() {
            return new Object[] {first, peak, peakAt, hour, count};
        }
    }

    /**
     * One who leaves its own past by far.
     *
     * @param count messages in the hour under way
     * @param usual its busiest hour of late
     */
    public record Burst(int count, int usual) {}

    /**
     * @param config the settings of this moment
     */
    public Volumes(Supplier<ReputationConfig> config, TimeSource time) {
        this.config = config;
        this.time = time;
    }

    /**
     * Counts an accepted message.
     *
     * @param key whose, such as {@code sender a@example.org}
     * @return what is anomalous about it, if anything
     */
    public Optional<Burst> accepted(String key) {
        ReputationConfig now = config.get();
        Instant instant = time.instant();
        long hour = Math.floorDiv(instant.toEpochMilli(), HOUR_MILLIS);
        Usage next = entries.update(key, before -> next(before, instant, hour));
        double usual = next.peak(instant);
        boolean hasPast =
                Duration.between(next.first(), instant).compareTo(now.anomalyAfter()) >= 0;
        boolean over =
                now.anomalyMessages() > 0
                        && hasPast
                        && next.count()
                                > Math.max(now.anomalyMessages(), usual * now.anomalyFactor());
        return over
                ? Optional.of(new Burst(next.count(), (int) Math.round(usual)))
                : Optional.empty();
    }

    private static Usage next(@Nullable Usage before, Instant now, long hour) {
        if (before == null) {
            return new Usage(now, 0, now, hour, 1);
        }
        if (before.hour() == hour) {
            return new Usage(
                    before.first(), before.peak(), before.peakAt(), hour, before.count() + 1);
        }
        double peak = Math.max(before.peak(now), before.count());
        return new Usage(before.first(), peak, now, hour, 1);
    }

    /** How many keys are remembered. */
    public int size() {
        return entries.size();
    }

    /**
     * Reads what an earlier run has seen; a line that makes no sense is left out.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public void load(Path file) throws IOException {
        entries.load(file);
    }

    /**
     * Writes down what was seen, if there is news; whole, or the old file stays.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        entries.save(file);
    }
}
