package org.postern.queue.spool.log;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.delivery.DeliveryRequest;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.DownstreamStatus;
import org.postern.queue.delivery.RecipientOutcome;
import org.postern.queue.schedule.RelayListener;
import org.postern.queue.schedule.RelayScheduler;
import org.postern.queue.schedule.RetryPolicy;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.surgery.Action;
import org.postern.queue.surgery.Plan;
import org.postern.queue.surgery.Selection;
import org.postern.queue.surgery.Surgeon;

/**
 * A queue of any size with nothing that drains it: how long each thing takes, and what heap it
 * needs. A program, not a test; the spool is in the folder, and stays there:
 *
 * <pre>
 * fill FOLDER MESSAGES OCTETS    commits so many more
 * ask FOLDER                     opens it, and asks what the commands ask
 * drop FOLDER                    drops one sender of 50 by plan, and takes it back
 * drain FOLDER                   relays all to a downstream that reads each and says 250
 * </pre>
 */
final class QueueScale {
    private static final int THREADS = 32;
    private static final int DOMAINS = 20;
    private static final Set<EntryState> ALL = Set.of(EntryState.values());

    private QueueScale() {}

    private static Recipient to(int n) {
        return Recipient.of(EmailAddress.of("b@d" + n % DOMAINS + ".example"));
    }

    private static DiskSpool open(Path folder) throws Exception {
        return DiskSpool.open(
                new SpoolOptions(folder.resolve("spool"), 64 << 20, 8 << 20, 0, 1 << 20),
                TimeSource.system(),
                SpoolListener.NONE);
    }

    /** What to do, and where. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        DiskSpool spool = timed("start", () -> open(folder));
        switch (args[0]) {
            case "fill" -> fill(spool, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            case "ask" -> ask(spool);
            case "drop" -> drop(spool, folder);
            case "drain" ->
                    timed("drain", () -> drain(spool, Math.toIntExact(spool.summary().total())));
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.out.printf(
                Locale.ROOT,
                "index outside the heap: %d MB of memory, %d MB backed by the disk%n",
                spool.summary().indexMemory() >> 20,
                spool.summary().indexFile() >> 20);
        spool.close();
    }

    private static void fill(DiskSpool spool, int messages, int size) throws Exception {
        long start = System.nanoTime();
        timed("fill", () -> commitAll(spool, messages, size));
        System.out.printf(
                Locale.ROOT,
                "%,.0f messages a second%n",
                messages * 1e9 / (System.nanoTime() - start));
    }

    private static void ask(DiskSpool spool) throws Exception {
        timed("first of the list", () -> spool.entries().findFirst().orElseThrow().id());
        timed("summary", spool::summary);
        timed("summary by domain and age", () -> byDomainAndAge(spool));
        timed(
                "count of one domain",
                () -> {
                    AtomicLong count = new AtomicLong();
                    spool.survey(ALL, b -> count.addAndGet(b.mayBeToDomain("d7.example") ? 1 : 0));
                    return count;
                });
        String sender = "s7@example.org";
        timed(
                "count of one sender",
                () ->
                        spool.entries(ALL, b -> b.mayBeFrom(sender))
                                .filter(e -> e.envelope().reversePath().toString().equals(sender))
                                .count());
        timed("held ones", () -> spool.entries(Set.of(EntryState.HELD)).count());
        timed("list", () -> spool.entries().mapToLong(QueueEntry::size).sum());
    }

    private static String byDomainAndAge(DiskSpool spool) {
        Map<String, long[]> rows = new TreeMap<>();
        spool.survey(
                ALL,
                b ->
                        rows.computeIfAbsent(b.route(), d -> new long[5])[
                                (int) Math.min(4, Math.log10(1 + b.ageSeconds()))]++);
        long sum = rows.values().stream().flatMapToLong(LongStream::of).sum();
        return rows.size() + " domains, " + sum + " entries";
    }

    /** Relays everything to a downstream that reads each message and is done. */
    private static long drain(DiskSpool spool, int messages) throws Exception {
        CountDownLatch left = new CountDownLatch(messages);
        RelayListener listener =
                new RelayListener() {
                    @Override
                    public void finished(QueueEntry entry) {
                        left.countDown();
                    }
                };
        Downstream store = new Reader();
        try (RelayScheduler scheduler =
                new RelayScheduler(
                        spool,
                        domain -> Optional.of("store"),
                        () -> Map.of("store", store),
                        name -> 20,
                        () ->
                                new RetryPolicy(
                                        Duration.ofMinutes(1),
                                        Duration.ofHours(1),
                                        Duration.ofDays(5)),
                        TimeSource.system(),
                        new Random(),
                        listener)) {
            scheduler.start();
            left.await();
        }
        return spool.summary().total();
    }

    private static final class Reader implements Downstream {
        @Override
        public String name() {
            return "store";
        }

        @Override
        public DeliveryReport deliver(DeliveryRequest request) {
            try (InputStream in = request.content().open()) {
                in.transferTo(OutputStream.nullOutputStream());
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            RecipientOutcome ok = new RecipientOutcome.Delivered(SmtpReply.of(250, "2.0.0", "OK"));
            return new DeliveryReport(
                    Map.of(request.envelope().recipients().getFirst(), ok),
                    "store",
                    null,
                    null,
                    false,
                    Duration.ZERO);
        }

        @Override
        public DownstreamStatus status() {
            return new DownstreamStatus("store", 0, 0, 0, 0, null, null, null);
        }

        @Override
        public void close() {}
    }

    private static void drop(DiskSpool spool, Path folder) throws Exception {
        Surgeon surgeon =
                new Surgeon(
                        spool, folder.resolve("plans"), TimeSource.system(), Duration.ofDays(3));
        Selection one =
                Selection.parse(
                        Map.of("from", List.of("s7@example.org")),
                        Instant.now(),
                        (e, m) -> Optional.empty());
        Plan plan = timed("plan", () -> surgeon.plan(Action.DROP, one, "me", ""));
        timed("drop " + plan.count(), () -> surgeon.apply(plan.id(), "me"));
        timed("undo", () -> surgeon.undo(plan.id(), "me"));
    }

    private static int commitAll(DiskSpool spool, int messages, int size) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Thread> sessions = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            sessions.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int n = next.getAndIncrement();
                                        n < messages;
                                        n = next.getAndIncrement()) {
                                    store(spool, n, new byte[size]);
                                }
                            }));
        }
        for (Thread session : sessions) {
            session.join();
        }
        return messages;
    }

    private static void store(DiskSpool spool, int n, byte[] content) {
        Envelope envelope =
                Envelope.of(
                        ReversePath.of(EmailAddress.of("s" + n / 3 % 50 + "@example.org")),
                        List.of(to(n)));
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content, 0, content.length);
            writer.commit(
                    new MessageMeta(
                            envelope,
                            Instant.EPOCH,
                            "192.0.2.1",
                            "client.example.org",
                            new byte[300],
                            List.of(),
                            Map.of("verdicts", "{\"spf\":\"pass\",\"dmarc\":\"pass\"}")));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static <T> T timed(String what, Callable<T> action) throws Exception {
        long start = System.nanoTime();
        T result = action.call();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        String shown = String.valueOf(result);
        System.out.printf(
                Locale.ROOT,
                "%-20s %9.3f s  heap %4d MB  %s%n",
                what,
                seconds,
                used >> 20,
                shown.length() > 90 ? shown.substring(0, 90) : shown);
        return result;
    }
}
