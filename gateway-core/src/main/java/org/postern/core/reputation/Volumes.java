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
 * when one leaves that by far. A peak halves in two weeks. The last one to two days are no part of
 * the past that an hour is measured by: else a burst that begins shortly before the hour, or grows
 * from hour to hour, would be its own excuse. Who has no past of some days is not judged.
 *
 * <p>At most {@value #MAX} keys, each kind of them in places of its own, the longest unused go
 * first and those that were used once only before others. Ages are by the wall clock, since they
 * outlive the process. Thread-safe; answers from memory.
 */
public final class Volumes {
    /** The most keys of all kinds together; what each kind may have is a part of it. */
    public static final int MAX = 200_000;

    /** What nothing vouches for, or bounces: anybody can make as many as he likes. */
    private static final int OF_ANYBODY = 30_000;

    private static final int OF_CLIENTS = 40_000;
    private static final int OF_OTHERS = 35_000;

    private static final Duration HALF_LIFE = Duration.ofDays(14);
    private static final Duration DAY = Duration.ofDays(1);
    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

    private final Supplier<ReputationConfig> config;
    private final TimeSource time;
    private final Remembered<Usage> entries =
            new Remembered<>(Volumes::max, Usage::read, Usage::words);

    /** The most keys of a kind; of all that are known together {@link #MAX}. */
    static int max(String kind) {
        return switch (kind) {
            case "sender", "domain" -> OF_OTHERS;
            case "client" -> OF_CLIENTS;
            default -> OF_ANYBODY;
        };
    }

    /**
     * The busiest past hour as of {@code peakAt}, the busiest of the day that began at {@code day}
     * and of the one before, and the hour under way.
     */
    private record Usage(
            Instant first,
            double peak,
            Instant peakAt,
            long hour,
            int count,
            Instant day,
            int ofDay,
            int ofDayBefore) {
        private static final int BEFORE_DAYS = 5;

        double peak(Instant now) {
            long age = Math.max(0, Duration.between(peakAt, now).toMillis());
            return peak * Math.pow(0.5, age / (double) HALF_LIFE.toMillis());
        }

        /** As of now: an hour that is over becomes its day's, a day that is over the past's. */
        Usage at(Instant now, long thisHour) {
            Usage next = hour == thisHour ? this : with(Math.max(ofDay, count), thisHour, 0);
            if (now.isBefore(next.day.plus(DAY))) {
                return next;
            }
            boolean longAgo = !now.isBefore(next.day.plus(DAY).plus(DAY));
            int over = longAgo ? Math.max(next.ofDayBefore, next.ofDay) : next.ofDayBefore;
            return new Usage(
                    first,
                    Math.max(peak(now), over),
                    now,
                    next.hour,
                    next.count,
                    longAgo ? now : next.day.plus(DAY),
                    0,
                    longAgo ? 0 : next.ofDay);
        }

        private Usage with(int busiest, long thisHour, int messages) {
            return new Usage(first, peak, peakAt, thisHour, messages, day, busiest, ofDayBefore);
        }

        /** What was seen later than now was seen by a clock that was wrong. */
        Usage notLaterThan(Instant now) {
            return first.isAfter(now) || day.isAfter(now)
                    ? new Usage(
                            first.isAfter(now) ? now : first,
                            peak,
                            peakAt,
                            hour,
                            count,
                            now,
                            ofDay,
                            ofDayBefore)
                    : this;
        }

        Usage counting(int messages) {
            return with(ofDay, hour, messages);
        }

        /** So much in an hour is the past from now on. */
        Usage acknowledged(Instant now, int messages) {
            double most = Math.max(peak(now), messages);
            return new Usage(first, most, now, hour, count, day, ofDay, ofDayBefore);
        }

        static Usage read(String[] words) {
            double peak = Double.parseDouble(words[1]);
            Instant first = Instant.parse(words[0]);
            Instant peakAt = Instant.parse(words[2]);
            boolean old = words.length == BEFORE_DAYS;
            return new Usage(
                    first,
                    Double.isFinite(peak) ? peak : 0,
                    peakAt,
                    Long.parseLong(words[3]),
                    Integer.parseInt(words[4]),
                    old ? peakAt : Instant.parse(words[5]),
                    old ? 0 : Integer.parseInt(words[6]),
                    old ? 0 : Integer.parseInt(words[7]));
        }

        Object[] words() {
            return new Object[] {first, peak, peakAt, hour, count, day, ofDay, ofDayBefore};
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
            return new Usage(now, 0, now, hour, 1, now, 0, 0);
        }
        Usage then = before.notLaterThan(now).at(now, hour);
        return then.counting(then.count() + 1);
    }

    /** Takes out of the hour what a narrower key explains. */
    public void discount(String key, int explained) {
        entries.amend(key, usage -> usage.counting(Math.max(0, usage.count() - explained)));
    }

    /** So much within an hour is usual from now on, for whoever looked and found it good. */
    public void acknowledge(String key, int messages) {
        Instant now = time.instant();
        entries.amend(key, usage -> usage.acknowledged(now, messages));
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
