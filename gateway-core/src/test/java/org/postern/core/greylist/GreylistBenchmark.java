package org.postern.core.greylist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** What greylisting costs with a million triplets: one answer, and one saving of all. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class GreylistBenchmark {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final int ENTRIES = 1_000_000;

    private final Greylist greylist = new Greylist();
    private final SplittableRandom random = new SplittableRandom(1);
    private GreylistFile file = new GreylistFile(Path.of("greylist"));

    /** A full table. */
    @Setup
    public void fill() throws IOException {
        file = new GreylistFile(Files.createTempDirectory("greylist-").resolve("greylist"));
        for (int i = 0; i < ENTRIES * 2; i++) {
            greylist.come(next(), GreylistingConfig.OFF, NOW);
        }
    }

    private Triplet next() {
        return new Triplet(random.nextLong(), random.nextLong());
    }

    /** A new triplet in a full table, another goes for it. */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public GreylistAnswer comes() {
        return greylist.come(next(), GreylistingConfig.OFF, NOW);
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
