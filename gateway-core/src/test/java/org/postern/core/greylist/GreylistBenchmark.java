package org.postern.core.greylist;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;

/** What greylisting costs with a million triplets: one answer, and one saving of all. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class GreylistBenchmark {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final int ENTRIES = 1_000_000;
    private static final InetAddress CLIENT = Ip.parse("192.0.2.9");
    private static final ReversePath SENDER =
            ReversePath.of(EmailAddress.of("bounce-4711+alice=example.test@list.example.org"));
    private static final EmailAddress RECIPIENT = EmailAddress.of("alice@example.test");
    private static final int CHANGES = 10_000;

    private final Greylist greylist = new Greylist();
    private final SplittableRandom random = new SplittableRandom(1);
    private final Triplet known = new Triplet(7, 7);
    private GreylistFile file = new GreylistFile(Path.of("greylist"));
    private @Nullable GreylistLog log;
    private long[] second = {};
    private int asked;

    /** A full table. */
    @Setup
    public void fill() throws IOException {
        file = new GreylistFile(Files.createTempDirectory("greylist-").resolve("greylist"));
        log =
                GreylistLog.begin(
                        Files.createTempDirectory("greylist-").resolve("greylist.log"), greylist);
        for (int i = 0; i < ENTRIES * 2; i++) {
            greylist.come(next(), GreylistingConfig.OFF, NOW);
        }
        greylist.drain();
        for (int i = 0; i < CHANGES; i++) {
            greylist.come(next(), GreylistingConfig.OFF, NOW);
        }
        long[] changes = greylist.drain();
        second = changes == null ? new long[0] : changes;
        greylist.come(known, GreylistingConfig.OFF, NOW);
        greylist.come(known, GreylistingConfig.OFF, NOW.plusSeconds(3_600));
    }

    private Triplet next() {
        return new Triplet(random.nextLong(), random.nextLong());
    }

    /** A new triplet in a full table, another goes for it. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public GreylistAnswer comes() {
        if (++asked % CHANGES == 0) {
            greylist.drain();
        }
        return greylist.come(next(), GreylistingConfig.OFF, NOW);
    }

    /** One that is known. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public GreylistAnswer isKnown() {
        return greylist.come(known, GreylistingConfig.OFF, NOW.plusSeconds(3_600));
    }

    /** The triplet of a transaction. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public Triplet triplet() {
        return greylist.triplet(CLIENT, SENDER, RECIPIENT);
    }

    /** Ten thousand changes appended, those of a second in a flood. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public long appends() throws IOException {
        GreylistLog appending = Objects.requireNonNull(log);
        appending.append(second);
        if (appending.size() > 8 << 20) {
            appending.clear(greylist);
        }
        return second.length;
    }

    /** All of it written and forced. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public long saves() throws IOException {
        file.save(greylist);
        return greylist.entries();
    }
}
