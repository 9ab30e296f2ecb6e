package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;

/**
 * Messages of 10 KB made durable a second: through the spool with 32 sessions waiting, as a file
 * each with 32 writers, and as a bare append of 32 at a time, which is what the disk itself allows.
 * Run with {@code docs/performance.md}'s command, without synchronised iterations: 32 threads that
 * spin for one another on two cores measure nothing. The folder is {@code -Dpostern.bench.folder}.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class CommitBenchmark {
    private static final int SIZE = 10 << 10;
    private static final int GROUP = 32;

    private static Path folder() throws IOException {
        return Files.createTempDirectory(
                Path.of(
                        System.getProperty(
                                "postern.bench.folder", System.getProperty("java.io.tmpdir"))),
                "commit-bench");
    }

    private static byte[] content() {
        byte[] content = new byte[SIZE];
        new Random(1).nextBytes(content);
        return content;
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** The spool. */
    @State(Scope.Benchmark)
    public static class Spooled {
        private final byte[] content = content();
        private final MessageMeta meta =
                new MessageMeta(
                        Envelope.of(
                                ReversePath.of(EmailAddress.of("a@example.org")),
                                List.of(Recipient.of(EmailAddress.of("b@example.net")))),
                        Instant.EPOCH,
                        "192.0.2.1",
                        "client.example.org",
                        new byte[300],
                        List.of(),
                        Map.of("verdicts", "{}"));
        private Path folder = Path.of("");
        private DiskSpool spool;

        /** Opens it. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            folder = folder();
            spool =
                    DiskSpool.open(
                            new SpoolOptions(folder, 64 << 20, 8 << 20, 0, 1 << 20),
                            TimeSource.system(),
                            SpoolListener.NONE);
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            spool.close();
            remove(folder);
        }
    }

    /** A file a message: create, write, force, rename, force the directory. */
    @State(Scope.Benchmark)
    public static class Files32 {
        private final byte[] content = content();
        private final AtomicLong next = new AtomicLong();
        private Path folder = Path.of("");

        /** Makes the folder. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            folder = folder();
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            remove(folder);
        }
    }

    /** A zeroed file, written around and around. */
    @State(Scope.Benchmark)
    public static class Bare {
        private static final int FILE = 256 << 20;
        private final ByteBuffer group = ByteBuffer.allocateDirect(GROUP * SIZE);
        private Path folder = Path.of("");
        private FileChannel channel;
        private long at;

        /** Zeroes it. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            folder = folder();
            channel =
                    FileChannel.open(
                            folder.resolve("log"),
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE);
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            for (int i = 0; i < FILE; i += 1 << 20) {
                channel.write(zeros.clear(), i);
            }
            channel.force(true);
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            channel.close();
            remove(folder);
        }
    }

    /** A commit. */
    @Benchmark
    @Threads(GROUP)
    public Object spool(Spooled s) throws IOException {
        try (SpoolWriter writer = s.spool.begin()) {
            writer.write(s.content, 0, SIZE);
            return writer.commit(s.meta);
        }
    }

    /** A file. */
    @Benchmark
    @Threads(GROUP)
    public void filePerMessage(Files32 s) throws IOException {
        long n = s.next.incrementAndGet();
        Path temporary = s.folder.resolve("t" + n);
        try (FileChannel channel =
                FileChannel.open(
                        temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(s.content));
            channel.force(true);
        }
        Files.move(temporary, s.folder.resolve("m" + n), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(s.folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** A group. */
    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(GROUP)
    public void bareAppend(Bare s) throws IOException {
        s.channel.write(s.group.clear(), s.at);
        s.channel.force(false);
        s.at = (s.at + GROUP * SIZE) % (Bare.FILE - GROUP * SIZE);
    }

    /** How long a commit takes when nobody else commits. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @Threads(1)
    public Object alone(Spooled s) throws IOException {
        return spool(s);
    }
}
