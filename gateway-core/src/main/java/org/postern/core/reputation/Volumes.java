package org.postern.core.reputation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ReputationConfig;
import org.postern.core.files.WholeFile;
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
    private final Map<String, Usage> entries =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Usage> eldest) {
                    return size() > MAX;
                }
            };
    private boolean changed;

    /** The busiest past hour as of {@code peakAt}, and the hour under way. */
    private record Usage(Instant first, double peak, Instant peakAt, long hour, int count) {
        double peak(Instant now) {
            long age = Math.max(0, Duration.between(peakAt, now).toMillis());
            return peak * Math.pow(0.5, age / (double) HALF_LIFE.toMillis());
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
        synchronized (entries) {
            Usage next = next(entries.get(key), instant, hour);
            entries.put(key, next);
            changed = true;
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
        synchronized (entries) {
            return entries.size();
        }
    }

    /**
     * Reads what an earlier run has seen; a line that makes no sense is left out.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public void load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (var lines = Files.lines(file, StandardCharsets.UTF_8)) {
            lines.limit(MAX).forEach(this::read);
        } catch (java.io.UncheckedIOException e) {
            throw new IOException(file + " cannot be read", e);
        }
    }

    private void read(String line) {
        String[] parts = line.split("\t", -1);
        if (parts.length != 6) {
            return;
        }
        try {
            double peak = Double.parseDouble(parts[2]);
            Usage entry =
                    new Usage(
                            Instant.parse(parts[1]),
                            Double.isFinite(peak) ? peak : 0,
                            Instant.parse(parts[3]),
                            Long.parseLong(parts[4]),
                            Integer.parseInt(parts[5]));
            synchronized (entries) {
                entries.put(parts[0], entry);
            }
        } catch (DateTimeParseException | NumberFormatException e) {
            return; // half a line after a crash of the machine: that past is learned again
        }
    }

    /**
     * Writes down what was seen, if there is news; whole, or the old file stays.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        StringBuilder out = new StringBuilder();
        synchronized (entries) {
            if (!changed) {
                return;
            }
            changed = false;
            entries.forEach((key, e) ->
                    out.append(key.replace('\t', ' ').replace('\n', ' '))
                            .append('\t')
                            .append(e.first())
                            .append('\t')
                            .append(e.peak())
                            .append('\t')
                            .append(e.peakAt())
                            .append('\t')
                            .append(e.hour())
                            .append('\t')
                            .append(e.count())
                            .append('\n'));
        }
        WholeFile.write(file, out);
    }
}
