package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.disk.Disk;

/**
 * Messages made durable a second, in turns within one run; and how long one session waits for a
 * commit. A program, not a test: folder, octets a message, rounds, seconds a turn, and a delay in
 * microseconds that is added to every force on all sides, for a disk whose flush takes that long;
 * then any of {@code serial} for one flush at a time (otherwise any number side by side) and {@code
 * platform} for sessions on platform threads (otherwise virtual ones, as the gateway has).
 *
 * <ul>
 *   <li>spool: 32 sessions commit
 *   <li>grouped append: 32 sessions hand octets of their own to one thread, which appends all it
 *       has to a file, forces it and lets them go; no checksum, no hash, no envelope, no index
 *   <li>grouped overwrite: the same over the octets of a file of 256 MB that is there already and
 *       all in the system's cache, round and round; what a log would be that never needed room
 *   <li>plain append: one thread appends the same 32 messages, ready in memory, again and again
 *   <li>file each: 32 sessions create, write, force, rename, and force the directory; always on
 *       platform threads, which is better for it
 * </ul>
 */
final class CommitComparison {
    private static final int SESSIONS = 32;
    private static final int FILE = 256 << 20;
    private static final int LARGE = 1 << 20;

    /** What a session knows when it commits. */
    private static final MessageMeta META =
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

    private final Path folder;
    private final byte[] content;
    private final long seconds;
    private final long delayNanos;
    private final boolean oneAtATime;
    private final boolean platform;
    private final ReentrantLock flush = new ReentrantLock();
    private int turn;

    private CommitComparison(
            Path folder,
            int size,
            long seconds,
            long delayNanos,
            boolean oneAtATime,
            boolean platform) {
        this.folder = folder;
        this.content = new byte[size];
        this.seconds = seconds;
        this.delayNanos = delayNanos;
        this.oneAtATime = oneAtATime;
        this.platform = platform;
        // lines of 76 characters, as mail has them
        Random random = new Random(1);
        for (int i = 0; i < size; i++) {
            content[i] =
                    (byte) (i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : random.nextInt(33, 127));
        }
    }

    /** Folder, octets, rounds, seconds, microseconds. */
    public static void main(String[] args) throws Exception {
        CommitComparison run =
                new CommitComparison(
                        Path.of(args[0]),
                        Integer.parseInt(args[1]),
                        Long.parseLong(args[3]),
                        Long.parseLong(args[4]) * 1000,
                        List.of(args).contains("serial"),
                        List.of(args).contains("platform"));
        int rounds = Integer.parseInt(args[2]);
        Map<String, Callable<Double>> sides = new LinkedHashMap<>();
        sides.put("spool", run::spool);
        sides.put("grouped append", () -> run.grouped(run.empty()));
        sides.put("grouped overwrite", () -> run.grouped(run.zeroed()));
        sides.put("plain append", run::bare);
        sides.put("file each", run::files);
        Map<String, List<Double>> results = new LinkedHashMap<>();
        for (int i = -1; i < rounds; i++) {
            StringBuilder line = new StringBuilder(i < 0 ? "warm-up" : "round " + i);
            for (Map.Entry<String, Callable<Double>> side : sides.entrySet()) {
                double rate = run.inFolder(side.getValue());
                line.append(String.format(Locale.ROOT, "  %s %,9.0f", side.getKey(), rate));
                if (i >= 0) {
                    results.computeIfAbsent(side.getKey(), k -> new ArrayList<>()).add(rate);
                }
            }
            System.out.println(line);
        }
        double spool = median(results.getOrDefault("spool", List.of()));
        results.forEach((side, rates) ->
                System.out.printf(
                        Locale.ROOT,
                        "median of %-17s %,9.0f a second; the spool is %.2f times it%n",
                        side,
                        median(rates),
                        spool / median(rates)));
        run.inFolder(() -> run.alone(1));
        run.inFolder(() -> run.alone(4));
        run.removeAll();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /**
     * Gives each turn a fresh folder. Large files are removed after it, gigabytes each; the small
     * ones at the end only: a file system that is giving back many files forces others more slowly.
     */
    private <T> T inFolder(Callable<T> action) throws Exception {
        turn++;
        Files.createDirectories(here());
        try {
            return action.call();
        } finally {
            try (Stream<Path> all = Files.walk(here())) {
                for (Path path : all.filter(Files::isRegularFile).toList()) {
                    if (Files.size(path) >= LARGE) {
                        Files.delete(path);
                    }
                }
            }
        }
    }

    private Path here() {
        return folder.resolve("turn" + turn);
    }

    private void removeAll() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(folder)) {
                    Files.delete(path);
                }
            }
        }
    }

    private void delay() {
        if (oneAtATime) {
            flush.lock();
        }
        try {
            pause();
        } finally {
            if (oneAtATime) {
                flush.unlock();
            }
        }
    }

    private void pause() {
        long until = System.nanoTime() + delayNanos;
        for (long left = delayNanos; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private DiskSpool open() throws IOException {
        return DiskSpool.open(
                new SpoolOptions(here().resolve("spool"), 64 << 20, 8 << 20, 0, 1 << 20),
                delayNanos == 0 ? Disk.real() : new SlowDisk(this::delay),
                TimeSource.system(),
                SpoolListener.NONE);
    }

    private void commit(DiskSpool spool) throws IOException {
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content, 0, content.length);
            writer.commit(META);
        }
    }

    /** What a session does, again and again. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    private double perSecond(int sessions, Step step) throws Exception {
        return perSecond(sessions, platform, () -> step);
    }

    /** Each session on a thread of its own, with a step of its own. */
    private double perSecond(int sessions, boolean onPlatform, Supplier<Step> steps)
            throws Exception {
        AtomicLong done = new AtomicLong();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            Step step = steps.get();
            threads.add(
                    (onPlatform ? Thread.ofPlatform() : Thread.ofVirtual())
                            .start(() -> {
                                try {
                                    while (System.nanoTime() < end) {
                                        step.run();
                                        done.incrementAndGet();
                                    }
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return done.get() * 1e9 / (System.nanoTime() - start);
    }

    private double spool() throws Exception {
        try (DiskSpool spool = open()) {
            return perSecond(SESSIONS, () -> commit(spool));
        }
    }

    private double alone(int sessions) throws Exception {
        try (DiskSpool spool = open()) {
            long[] took = new long[2_000_000];
            AtomicLong count = new AtomicLong();
            perSecond(
                    sessions,
                    () -> {
                        long start = System.nanoTime();
                        commit(spool);
                        long nanos = System.nanoTime() - start;
                        took[(int) (count.getAndIncrement() % took.length)] = nanos;
                    });
            int n = (int) Math.min(count.get(), took.length);
            Arrays.sort(took, 0, n);
            System.out.printf(
                    Locale.ROOT,
                    "a commit, %d at once: p50 %.3f ms, p99 %.3f ms, of %,d%n",
                    sessions,
                    took[n / 2] / 1e6,
                    took[(int) (n * 0.99)] / 1e6,
                    n);
            return n;
        }
    }

    private double files() throws Exception {
        Path here = here();
        AtomicLong next = new AtomicLong();
        Step each =
                () -> {
                    long n = next.incrementAndGet();
                    Path temporary = here.resolve("t" + n);
                    try (FileChannel channel =
                            FileChannel.open(
                                    temporary,
                                    StandardOpenOption.CREATE_NEW,
                                    StandardOpenOption.WRITE)) {
                        channel.write(ByteBuffer.wrap(content));
                        channel.force(true);
                        delay();
                    }
                    Files.move(temporary, here.resolve("m" + n), StandardCopyOption.ATOMIC_MOVE);
                    try (FileChannel directory = FileChannel.open(here, StandardOpenOption.READ)) {
                        directory.force(true);
                        delay();
                    }
                };
        return perSecond(SESSIONS, true, () -> each);
    }

    private FileChannel empty() throws IOException {
        return FileChannel.open(
                here().resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private FileChannel zeroed() throws IOException {
        FileChannel channel = empty();
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (int i = 0; i < FILE; i += 1 << 20) {
            channel.write(zeros.clear(), i);
        }
        channel.force(true);
        return channel;
    }

    private double bare() throws Exception {
        ByteBuffer group = ByteBuffer.allocateDirect(SESSIONS * content.length);
        while (group.hasRemaining()) {
            group.put(content);
        }
        try (FileChannel channel = empty()) {
            long[] at = {0};
            return SESSIONS
                    * perSecond(
                            1,
                            () -> {
                                channel.write(group.clear(), at[0]);
                                channel.force(false);
                                delay();
                                at[0] += group.capacity();
                            });
        }
    }

    /** What a session hands in: its octets, and what it waits for. */
    @SuppressWarnings("ArrayRecordComponent") // never compared or hashed
    private record Handed(byte[] octets, CountDownLatch durable) {}

    private double grouped(FileChannel log) throws Exception {
        BlockingQueue<Handed> waiting = new LinkedBlockingQueue<>();
        Handed end = new Handed(new byte[0], new CountDownLatch(1));
        try (FileChannel channel = log) {
            long room = channel.size() == 0 ? Long.MAX_VALUE : channel.size();
            Thread writer = Thread.ofPlatform().start(() -> append(channel, room, waiting, end));
            double rate =
                    perSecond(
                            SESSIONS,
                            platform,
                            () -> {
                                byte[] octets = content.clone();
                                return () -> {
                                    CountDownLatch durable = new CountDownLatch(1);
                                    waiting.add(new Handed(octets, durable));
                                    Uninterruptibly.await(durable);
                                };
                            });
            waiting.add(end);
            writer.join();
            return rate;
        }
    }

    /** Begins again at the beginning where there is no room for a group before {@code room}. */
    private void append(FileChannel channel, long room, BlockingQueue<Handed> waiting, Handed end) {
        ByteBuffer group = ByteBuffer.allocateDirect(SESSIONS * content.length);
        List<Handed> taken = new ArrayList<>();
        long at = 0;
        try {
            while (!taken.contains(end)) {
                taken.clear();
                taken.add(waiting.take());
                waiting.drainTo(taken, SESSIONS - 1);
                group.clear();
                taken.forEach(one -> group.put(one.octets()));
                channel.write(group.flip(), at);
                channel.force(false);
                delay();
                at = at + group.limit() + group.capacity() > room ? 0 : at + group.limit();
                taken.forEach(one -> one.durable().countDown());
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits as the spool's sessions do. */
    private static final class Uninterruptibly {
        static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
