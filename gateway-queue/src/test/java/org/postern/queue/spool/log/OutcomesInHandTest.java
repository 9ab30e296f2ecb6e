package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.SimulatedDisk;

/**
 * A disk that takes no outcome: it is kept in memory, gone by, and written when the disk is well.
 */
class OutcomesInHandTest extends OnSimulatedDisk {
    private static final String EROFS = "Read-only file system";
    private static final int MOST = 10;

    private final List<QueueId> durable = Collections.synchronizedList(new ArrayList<>());

    @Override
    SpoolOptions options() {
        return new SpoolOptions(
                SPOOL, 256 << 10, 64 << 10, 40_000, 1000, 0, 1 << 20, 1 << 20, MOST);
    }

    private void breakDisk() {
        disk.fail(EROFS, o -> true);
    }

    private Optional<QueueEntry> record(QueueId id, RecipientState state, Duration retryAfter)
            throws SpoolException {
        return spool.record(id, result(state, "250 or not", retryAfter), () -> durable.add(id));
    }

    private void restartAfterPowerCut() throws SpoolException {
        disk = disk.restart(SimulatedDisk.Unforced.LOST, 1);
        spool.close();
        open();
    }

    @Test
    void aDeliveryThatNoDiskTakesIsOverAllTheSameAndRecordedWhenTheDiskIsWell() throws Exception {
        QueueId id = commit(100);
        QueueId other = commit(100);
        assertThat(spool.claimDue(10, domains -> true)).hasSize(2);
        breakDisk();
        assertThat(record(id, RecipientState.DELIVERED, Duration.ZERO)).isEmpty();
        assertThat(durable).isEmpty();
        assertThat(spool.hasRoom()).isFalse();
        assertThat(spool.find(id)).isEmpty();
        assertThat(ids()).containsExactly(other);
        assertThat(spool.claimDue(10, domains -> true)).isEmpty();
        await().until(() -> spool.outcomesInHand() == 1);
        assertReadable(other, 100);
        disk.heal();
        await().until(() -> durable.contains(id));
        await().until(() -> spool.outcomesInHand() == 0);
        restartAfterPowerCut();
        assertThat(ids()).containsExactly(other);
    }

    @Test
    void aDeferralThatNoDiskTakesIsTriedAgainWhenItIsDueAndNotBefore() throws Exception {
        QueueId id = commit(100);
        assertThat(spool.claimDue(10, domains -> true)).hasSize(1);
        breakDisk();
        for (int attempt = 1; attempt <= 3; attempt++) {
            QueueEntry kept =
                    record(id, RecipientState.DEFERRED, Duration.ofMinutes(1)).orElseThrow();
            assertThat(kept.attempts()).isEqualTo(attempt);
            assertThat(kept.state()).isEqualTo(EntryState.DEFERRED);
            assertThat(spool.claimDue(10, domains -> true)).isEmpty();
            time.advance(Duration.ofSeconds(61));
            List<QueueEntry> again = spool.claimDue(10, domains -> true);
            assertThat(again).extracting(QueueEntry::attempts).containsExactly(attempt);
        }
        assertThat(durable).isEmpty();
        disk.heal();
        await().until(() -> durable.size() == 3);
        // the claim of the attempt that is under way is its own: what came before does not end it
        assertThat(spool.find(id).orElseThrow().active()).isTrue();
        assertThat(spool.claimDue(10, domains -> true)).isEmpty();
        record(id, RecipientState.DELIVERED, Duration.ZERO);
        restartAfterPowerCut();
        assertThat(ids()).isEmpty();
    }

    @Test
    void whatFailedWhileNoDiskTookItIsHeldAndNotTriedAgain() throws Exception {
        QueueId id = commit(100);
        assertThat(spool.claimDue(10, domains -> true)).hasSize(1);
        breakDisk();
        QueueEntry kept = record(id, RecipientState.FAILED, Duration.ZERO).orElseThrow();
        assertThat(kept.state()).isEqualTo(EntryState.HELD);
        time.advance(Duration.ofMinutes(5));
        assertThat(spool.claimDue(10, domains -> true)).isEmpty();
        disk.heal();
        await().until(() -> durable.contains(id));
        assertThat(spool.claimDue(10, domains -> true)).isEmpty();
        assertThat(spool.summary().count(EntryState.HELD)).isEqualTo(1);
    }

    @Test
    void beyondTheMostThatIsKeptAnAttemptWaitsWithItsOutcome() throws Exception {
        List<QueueId> all = new ArrayList<>();
        for (int i = 0; i < MOST + 5; i++) {
            all.add(commit(100));
        }
        spool.claimDue(100, domains -> true);
        breakDisk();
        AtomicInteger returned = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Void>> recorded = new ArrayList<>();
            for (QueueId id : all) {
                recorded.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        record(id, RecipientState.DELIVERED, Duration.ZERO);
                                        returned.incrementAndGet();
                                    } catch (SpoolException e) {
                                        throw new IllegalStateException(e);
                                    }
                                },
                                threads));
            }
            await().until(() -> spool.outcomesInHand() == MOST + 5);
            await().until(() -> returned.get() == MOST);
            assertThat(durable).isEmpty();
            disk.heal();
            recorded.forEach(CompletableFuture::join);
        }
        await().until(() -> durable.size() == MOST + 5);
        restartAfterPowerCut();
        assertThat(ids()).isEmpty();
        assertThat(alarms).isNotEmpty();
    }

    @Test
    void aStopForgetsWhatNoDiskTookAndSaysNothingOfDurability() throws Exception {
        QueueId id = commit(100);
        spool.claimDue(10, domains -> true);
        breakDisk();
        record(id, RecipientState.DELIVERED, Duration.ZERO);
        spool.close();
        assertThat(durable).isEmpty();
        disk = disk.restart(SimulatedDisk.Unforced.LOST, 1);
        open();
        assertThat(ids()).containsExactly(id);
    }

    @Test
    void anOutcomeIsRecordedThoughTheEntryCannotBeReadAnyMore() throws Exception {
        QueueId id = commit(100);
        QueueId other = commit(100);
        assertThat(spool.claimDue(10, domains -> true)).hasSize(2);
        disk.failReads(true);
        assertThat(record(id, RecipientState.DELIVERED, Duration.ZERO)).isEmpty();
        QueueEntry deferred =
                record(other, RecipientState.DEFERRED, Duration.ofMinutes(1)).orElseThrow();
        assertThat(deferred.state()).isEqualTo(EntryState.DEFERRED);
        assertThat(durable).containsExactly(id, other);
        disk.failReads(false);
        assertThat(spool.find(other).orElseThrow().active()).isFalse();
        restartAfterPowerCut();
        assertThat(ids()).containsExactly(other);
    }

    @Test
    void whatIsKnownOfAClaimIsForgottenWithIt() throws Exception {
        QueueId recorded = commit(100);
        QueueId letGo = commit(100);
        QueueId finished = commit(100);
        assertThat(spool.claimDue(10, domains -> true)).hasSize(3);
        record(recorded, RecipientState.DEFERRED, Duration.ofMinutes(1));
        spool.letGo(letGo, Duration.ofMinutes(1));
        spool.change(List.of(finished), new Change.Finish("test", "over"));
        disk.failReads(true);
        assertThatThrownBy(() -> spool.find(recorded)).isInstanceOf(SpoolException.class);
        assertThatThrownBy(() -> spool.find(letGo)).isInstanceOf(SpoolException.class);
        assertThat(spool.find(finished)).isEmpty();
    }

    @Test
    void anEntryPutOffAgainAndAgainIsKeptOnceAndSaysItsLastState() throws Exception {
        QueueId id = commit(100);
        assertThat(spool.claimDue(10, domains -> true)).hasSize(1);
        breakDisk();
        int attempts = 3 * MOST;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            record(id, RecipientState.DEFERRED, Duration.ofMinutes(1));
            time.advance(Duration.ofSeconds(61));
            assertThat(spool.claimDue(10, domains -> true)).hasSize(1);
        }
        assertThat(spool.outcomesInHand()).isEqualTo(1);
        assertThat(durable).isEmpty();
        disk.heal();
        await().until(() -> durable.size() == attempts);
        assertThat(spool.find(id).orElseThrow().active()).isTrue();
        restartAfterPowerCut();
        assertThat(spool.find(id).orElseThrow().attempts()).isEqualTo(attempts);
    }

    @Test
    void whatSomebodyDidMeanwhileIsDoneForGoodTogetherWithWhatCameAfterIt() throws Exception {
        QueueId id = commit(100);
        breakDisk();
        CompletableFuture<List<QueueId>> held = changing(id, new Change.Hold("test", "why"));
        await().until(() -> spool.find(id).orElseThrow().state() == EntryState.HELD);
        CompletableFuture<List<QueueId>> released = changing(id, new Change.Release("test", false));
        await().until(() -> spool.find(id).orElseThrow().state() == EntryState.QUEUED);
        assertThat(held).isNotDone();
        assertThat(released).isNotDone();
        disk.heal();
        assertThat(held.get(20, TimeUnit.SECONDS)).containsExactly(id);
        assertThat(released.get(20, TimeUnit.SECONDS)).containsExactly(id);
        assertThat(spool.find(id).orElseThrow().state()).isEqualTo(EntryState.QUEUED);
    }

    private CompletableFuture<List<QueueId>> changing(QueueId id, Change change) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return spool.change(List.of(id), change);
                    } catch (SpoolException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    @Test
    void longRepliesOfManyAreKeptByTheirOctets() throws Exception {
        List<QueueId> all = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            all.add(commit(100));
        }
        spool.claimDue(100, domains -> true);
        breakDisk();
        String reply = "450 " + "x".repeat(1000);
        AtomicInteger returned = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (QueueId id : all) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    spool.record(
                                            id,
                                            result(
                                                    RecipientState.DEFERRED,
                                                    reply,
                                                    Duration.ofMinutes(1)));
                                    returned.incrementAndGet();
                                } catch (SpoolException e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
        }
        await().until(() -> spool.outcomesInHand() == MOST);
        // 10 outcomes of one recipient with a short reply would be kept: 5,000 octets
        await().until(() -> returned.get() == 3);
        assertThat(threads.stream().filter(Thread::isAlive).count()).isEqualTo(MOST - 3);
        disk.heal();
        for (Thread thread : threads) {
            assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(returned).hasValue(MOST);
    }

    @Test
    void aStopNamesWhoseOutcomesItGivesUp() throws Exception {
        QueueId id = commit(100);
        spool.claimDue(10, domains -> true);
        breakDisk();
        record(id, RecipientState.DELIVERED, Duration.ZERO);
        alarms.clear();
        spool.close();
        assertThat(alarms)
                .filteredOn(a -> a.kind() == SpoolAlarm.Kind.WRITE_FAILED)
                .filteredOn(a -> a.message().contains("became of 1 messages"))
                .singleElement()
                .satisfies(a -> assertThat(a.message()).contains(id.toString()));
    }
}
