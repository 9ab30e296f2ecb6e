package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.disk.SimulatedDisk;

/**
 * A day in the life of a spool on a disk that may stop at any operation, with books on what was
 * promised. {@link #check} compares a disk after a restart with the books.
 */
final class CrashWorkload {
    static final SpoolOptions OPTIONS =
            new SpoolOptions(Path.of("/spool"), 256 << 10, 64 << 10, 0, 40_000);
    private static final Recipient TO = Recipient.of(EmailAddress.of("b@example.net"));

    /** What was promised about one message. */
    private static final class Book {
        final byte[] content;
        volatile boolean committed;
        volatile boolean ending;
        volatile boolean ended;

        /** States that it may be in after a restart. */
        volatile Set<EntryState> states = Set.of(EntryState.QUEUED);

        Book(byte[] content) {
            this.content = content;
        }
    }

    private final Map<Long, Book> books = new ConcurrentSkipListMap<>();
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Random random = new Random(42);

    private static SpoolListener listener(List<SpoolAlarm> alarms) {
        return new SpoolListener() {
            @Override
            public void alarm(SpoolAlarm alarm) {
                alarms.add(alarm);
            }
        };
    }

    /** Runs until it is over or the disk stops. */
    void run(SimulatedDisk disk) throws Exception {
        Thread day =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                for (int i = 0; i < 2 && !disk.isStopped(); i++) {
                                    day(disk);
                                }
                            } catch (IOException e) {
                                assertThat(disk.isStopped()).as(e.toString()).isTrue();
                            }
                        });
        assertThat(day.join(Duration.ofSeconds(60))).as("the day ended").isTrue();
    }

    private void day(SimulatedDisk disk) throws IOException {
        DiskSpool spool = DiskSpool.open(OPTIONS, disk, time, SpoolListener.NONE);
        // a spool whose disk is gone waits for it; the machine's end is its end
        Thread end =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                disk.awaitStop();
                                spool.close();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        try {
            work(spool);
        } finally {
            end.interrupt();
            spool.close();
        }
    }

    private void work(DiskSpool spool) throws IOException {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ids.add(commit(spool, 300 + 100 * i));
        }
        together(spool);
        ids.add(commit(spool, 60_000));
        finish(spool, ids.get(0));
        defer(spool, ids.get(1));
        change(spool, ids.get(2), new Change.Hold("me", "why"), EntryState.HELD);
        change(
                spool,
                ids.get(3),
                new Change.Drop("me", "why", Duration.ofDays(3)),
                EntryState.TRASH);
        // several segments come and go, one message of the first stays
        for (int i = 0; i < 14; i++) {
            long id = commit(spool, 38_000);
            if (i != 9) {
                finish(spool, id);
            }
        }
        finish(spool, ids.get(6));
        finish(spool, ids.get(4));
        time.advance(Duration.ofMinutes(3));
        spool.keepHouse();
        change(spool, ids.get(2), new Change.Release("me", false), EntryState.QUEUED);
        spool.keepHouse();
        commit(spool, 500);
        time.advance(Duration.ofMinutes(3));
        for (int i = 0; i < 4; i++) {
            // one segment is evacuated in each round
            spool.keepHouse();
        }
    }

    private void together(DiskSpool spool) {
        List<Thread> sessions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int size = 700 + i;
            sessions.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    commit(spool, size);
                                } catch (IOException e) {
                                    // not promised, and so it stands in the books
                                    assertThat(e).isInstanceOf(SpoolException.class);
                                }
                            }));
        }
        for (Thread session : sessions) {
            try {
                assertThat(session.join(Duration.ofSeconds(60))).as("a session ended").isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long commit(DiskSpool spool, int size) throws IOException {
        byte[] content = new byte[size];
        synchronized (random) {
            random.nextBytes(content);
        }
        try (SpoolWriter writer = spool.begin()) {
            long id = writer.id().sequence();
            Book book = new Book(content);
            books.put(id, book);
            writer.write(content, 0, size);
            writer.commit(
                    new MessageMeta(
                            Envelope.of(ReversePath.Null.INSTANCE, List.of(TO)),
                            time.instant(),
                            "192.0.2.1",
                            "x",
                            new byte[10],
                            List.of(),
                            Map.of()));
            book.committed = true;
            return id;
        }
    }

    private Book book(long id) {
        Book book = books.get(id);
        if (book == null) {
            throw new AssertionError("no book of " + id);
        }
        return book;
    }

    private void finish(DiskSpool spool, long id) throws SpoolException {
        book(id).ending = true;
        spool.record(
                new QueueId(id),
                new AttemptResult(
                        Map.of(TO, new RecipientStatus(TO, RecipientState.DELIVERED, "250", "s")),
                        Duration.ZERO,
                        "",
                        true),
                // what is only kept in memory is no promise
                () -> book(id).ended = true);
    }

    private void defer(DiskSpool spool, long id) throws SpoolException {
        book(id).states = Set.of(EntryState.QUEUED, EntryState.DEFERRED);
        spool.record(
                new QueueId(id),
                new AttemptResult(
                        Map.of(TO, new RecipientStatus(TO, RecipientState.DEFERRED, "450", "s")),
                        Duration.ofHours(1),
                        "",
                        true),
                () -> book(id).states = Set.of(EntryState.DEFERRED));
    }

    private void change(DiskSpool spool, long id, Change change, EntryState to)
            throws SpoolException {
        Set<EntryState> before = book(id).states;
        Set<EntryState> either = new java.util.HashSet<>(before);
        either.add(to);
        book(id).states = either;
        spool.change(List.of(new QueueId(id)), change);
        book(id).states = Set.of(to);
    }

    /** Opens and closes a disk that may stop meanwhile. */
    void openOnly(SimulatedDisk disk) {
        try (DiskSpool spool = DiskSpool.open(OPTIONS, disk, time, SpoolListener.NONE)) {
            spool.keepHouse();
        } catch (SpoolException e) {
            assertThat(disk.isStopped()).as(e.toString()).isTrue();
        }
    }

    /** Opens what a restart found and compares it with the books; then goes on working there. */
    void check(SimulatedDisk found, String when) throws Exception {
        List<SpoolAlarm> alarms = Collections.synchronizedList(new ArrayList<>());
        List<Long> there = new ArrayList<>();
        long more;
        try (DiskSpool spool = DiskSpool.open(OPTIONS, found, time, listener(alarms))) {
            compare(spool, when, there);
            spool.keepHouse();
            more = commit(spool, 400);
            spool.keepHouse();
            assertThat(spool.find(new QueueId(more))).as(when).isPresent();
            assertThat(there).as(when).doesNotContain(more);
        }
        try (DiskSpool again = DiskSpool.open(OPTIONS, found, time, listener(alarms))) {
            List<Long> still = new ArrayList<>();
            compare(again, when + ", opened once more", still);
            there.add(more);
            assertThat(still).as(when).isEqualTo(there);
        }
        assertThat(alarms).as(when).noneMatch(a -> a.kind() != SpoolAlarm.Kind.NOTICE);
        books.remove(more);
    }

    private void compare(DiskSpool spool, String when, List<Long> there) throws IOException {
        for (QueueEntry entry : spool.entries().toList()) {
            there.add(entry.id().sequence());
        }
        for (Map.Entry<Long, Book> pair : books.entrySet()) {
            QueueId id = new QueueId(pair.getKey());
            Book book = pair.getValue();
            String what = when + ": " + id;
            boolean found = there.contains(pair.getKey());
            if (book.committed && !book.ending) {
                assertThat(found).as(what + " is lost").isTrue();
            }
            if (book.ended) {
                assertThat(found).as(what + " comes back").isFalse();
            }
            if (found) {
                byte[] content = bytes(spool.received(id));
                assertThat(Arrays.equals(content, book.content)).as(what + " altered").isTrue();
                QueueEntry entry = spool.find(id).orElseThrow();
                if (book.committed && !book.ending) {
                    assertThat(book.states).as(what).contains(entry.state());
                }
            }
        }
        assertThat(there).as(when).isSorted().allMatch(books::containsKey);
    }

    private static byte[] bytes(MessageSource source) throws IOException {
        try (InputStream in = source.open()) {
            return in.readAllBytes();
        }
    }
}
