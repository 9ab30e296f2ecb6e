package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.SimulatedDisk;
import org.postern.queue.spool.disk.SimulatedDisk.Kind;
import org.postern.queue.spool.disk.SimulatedDisk.Operation;

/** A disk that fails, fills up, or gives back other bytes than it was given. */
class DiskFaultTest extends OnSimulatedDisk {
    private static final String EIO = "Input/output error";
    private static final String ENOSPC = "No space left on device";

    @Override
    SpoolOptions options() {
        return new SpoolOptions(SPOOL, 256 << 10, 64 << 10, 1000, 40_000);
    }

    private static boolean onSegment(Operation o, Kind kind) {
        String name = String.valueOf(o.path().getFileName());
        return o.kind() == kind && name.startsWith("0") && name.endsWith(".seg");
    }

    @Test
    void promisesNothingWhenAForceFailsAndNeverBelievesItLater() throws Exception {
        QueueId before = commit(100);
        disk.fail(EIO, o -> onSegment(o, Kind.FORCE));
        assertRefused(SpoolException.Kind.FAILED, "451");
        disk.heal();
        await().until(spool::hasRoom);
        QueueId after = commit(100);
        assertThat(ids()).containsExactly(before, after);
        // the bytes of the refused message are in the first segment, and stay unbelieved
        disk = disk.restart(SimulatedDisk.Unforced.KEPT, 1);
        spool.close();
        open();
        assertThat(ids()).containsExactly(before, after);
        assertThat(alarms).noneMatch(a -> a.kind() == SpoolAlarm.Kind.DAMAGE);
    }

    @Test
    void writesNothingMoreToASegmentAfterAFailedWrite() throws Exception {
        commit(100);
        disk.fail(EIO, o -> onSegment(o, Kind.WRITE));
        assertRefused(SpoolException.Kind.FAILED, "451");
        disk.fail(EIO, o -> o.path().equals(segment(1)));
        await().ignoreExceptions().until(() -> commit(100) != null);
        assertThat(alarms).anyMatch(a -> a.kind() == SpoolAlarm.Kind.WRITE_FAILED);
    }

    @Test
    void recordsDeliveriesOnAFullDiskAndTakesMailAgainWhenThereIsRoom() throws Exception {
        List<QueueId> queued = new ArrayList<>();
        disk.fail(ENOSPC, o -> o.kind() == Kind.CREATE);
        // the spare that was ready is used up, then there is no other
        while (queued.size() < 1000) {
            try {
                queued.add(commit(30_000));
            } catch (SpoolException e) {
                assertThat(e.kind()).isEqualTo(SpoolException.Kind.FULL);
                assertThat(e.reply().toString()).startsWith("452 4.3.1");
                break;
            }
        }
        assertThat(queued).hasSizeBetween(5, 999);
        for (QueueId id : queued) {
            delivered(id);
        }
        assertRefused(SpoolException.Kind.FULL, "452");
        assertThat(spool.health().detail()).contains("disk is full");
        disk.heal();
        await().atMost(Duration.ofSeconds(20)).until(spool::hasRoom);
        QueueId after = commit(100);
        reopen();
        assertThat(ids()).containsExactly(after);
        assertThat(alarms).noneMatch(a -> a.kind() == SpoolAlarm.Kind.DAMAGE);
    }

    @Test
    void refusesMailBelowTheFloorBeforeTheDiskIsFull() throws Exception {
        disk.usableSpace(999);
        spool.keepHouse();
        assertThat(spool.hasRoom()).isFalse();
        assertThat(spool.health().writable()).isTrue();
        assertRefused(SpoolException.Kind.FULL, "452");
        disk.usableSpace(1000);
        spool.keepHouse();
        assertThat(spool.hasRoom()).isTrue();
    }

    @Test
    void refusesALargeMessageThatCannotBeWritten() throws Exception {
        disk.fail(ENOSPC, o -> o.path().toString().contains("large") && o.kind() == Kind.WRITE);
        assertThatThrownBy(() -> commit(100_000))
                .isInstanceOfSatisfying(
                        SpoolException.class,
                        e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.FULL));
        disk.heal();
        assertThat(disk.files()).noneMatch(f -> f.toString().contains("large"));
        assertReadable(commit(100_000), 100_000);
    }

    private void flip(Path file, int at) {
        byte[] content = disk.content(file).clone();
        content[at] ^= 0x10;
        disk.content(file, content);
    }

    /** Offset of the n-th record's header in a segment. */
    private int recordAt(Path file, int n) {
        ByteBuffer bytes = ByteBuffer.wrap(disk.content(file));
        int at = SegmentEnd.FIRST_RECORD;
        for (int i = 0; i < n; i++) {
            RecordHeader header = RecordHeader.get(bytes, at);
            if (header == null) {
                throw new IllegalArgumentException("no record " + i);
            }
            at += header.space();
        }
        return at;
    }

    @Test
    void keepsWhatABitFlipDestroyedAndReadsAllElse() throws Exception {
        List<QueueId> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(commit(1000));
        }
        spool.close();
        flip(segment(1), recordAt(segment(1), 2) + 500);
        open();
        assertThat(alarms).anyMatch(a -> a.kind() == SpoolAlarm.Kind.DAMAGE);
        assertThat(ids()).containsExactly(all.get(0), all.get(1), all.get(3), all.get(4));
        spool.keepHouse();
        assertThat(disk.files())
                .contains(SPOOL.resolve("corrupt").resolve(Segment.fileName(1)))
                .doesNotContain(segment(1));
        assertReadable(all.get(4), 1000);
        alarms.clear();
        reopen();
        assertThat(ids()).containsExactly(all.get(0), all.get(1), all.get(3), all.get(4));
        assertThat(alarms).isEmpty();
    }

    @Test
    void raisesAnAlarmWhenTheEndOfAFinishedSegmentIsGone() throws Exception {
        QueueId first = commit(1000);
        commit(1000);
        reopen();
        QueueId third = commit(1000);
        spool.close();
        byte[] content = disk.content(segment(1));
        disk.content(segment(1), java.util.Arrays.copyOf(content, recordAt(segment(1), 1) + 40));
        open();
        assertThat(ids()).containsExactly(first, third);
        assertThat(alarms)
                .anyMatch(a ->
                        a.kind() == SpoolAlarm.Kind.DAMAGE
                                && a.message().contains("missing at its end"));
    }

    @Test
    void readsOnBehindAZeroedBlockAndBehindABrokenHeader() throws Exception {
        List<QueueId> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(commit(1000));
        }
        spool.close();
        byte[] content = disk.content(segment(1)).clone();
        java.util.Arrays.fill(content, 0, 100, (byte) 0);
        int second = recordAt(segment(1), 1);
        java.util.Arrays.fill(content, second - 100, second + 300, (byte) 0);
        disk.content(segment(1), content);
        open();
        assertThat(ids()).containsExactly(all.get(2), all.get(3));
        assertThat(alarms).anyMatch(a -> a.kind() == SpoolAlarm.Kind.DAMAGE);
        spool.keepHouse();
        assertThat(disk.files()).contains(SPOOL.resolve("corrupt").resolve(Segment.fileName(1)));
    }

    @Test
    void putsASegmentAsideThatWasCopiedUnderAnotherNumber() throws Exception {
        QueueId id = commit(1000);
        delivered(id);
        spool.close();
        disk.content(segment(7), disk.content(segment(1)));
        open();
        assertThat(ids()).isEmpty();
        assertThat(disk.files()).contains(SPOOL.resolve("corrupt").resolve(Segment.fileName(7)));
        assertThat(alarms).anyMatch(a -> a.message().contains("belongs to another place"));
    }

    @Test
    void readsASegmentOnceThatWasCopiedUnderAnotherSpellingOfItsNumber() throws Exception {
        QueueId id = commit(1000);
        delivered(id);
        QueueId stays = commit(1000);
        spool.close();
        Path copy = SPOOL.resolve("log").resolve("0" + Segment.fileName(1));
        disk.content(copy, disk.content(segment(1)));
        open();
        assertThat(ids()).containsExactly(stays);
        assertThat(disk.files()).contains(copy);
        assertThat(alarms).anyMatch(a -> a.message().contains("none of the spool's"));
    }

    @Test
    void putsASegmentOfAnotherSpoolAside() throws Exception {
        QueueId id = commit(1000);
        spool.close();
        SegmentHeader header = SegmentHeader.decode(ByteBuffer.wrap(disk.content(segment(1))));
        assertThat(header).isNotNull();
        SegmentHeader foreign =
                new SegmentHeader(
                        header.version(), header.spoolName() + 1, 5, header.baseLsn(), 0, 0, 0);
        byte[] content = disk.content(segment(1)).clone();
        foreign.encode().get(content, 0, SegmentHeader.BYTES);
        disk.content(segment(5), content);
        open();
        assertThat(ids()).containsExactly(id);
        assertThat(disk.files()).contains(SPOOL.resolve("corrupt").resolve(Segment.fileName(5)));
        assertThat(alarms).anyMatch(a -> a.message().contains("another spool"));
    }

    @Test
    void doesNotTakeTheDigestOfOneSegmentForAnother() throws Exception {
        QueueId first = commit(1000);
        reopen();
        QueueId second = commit(2000);
        reopen();
        time.advance(Duration.ofSeconds(11));
        spool.keepHouse();
        spool.close();
        disk.content(Digest.path(segment(2)), disk.content(Digest.path(segment(1))));
        open();
        assertThat(ids()).containsExactly(first, second);
        assertReadable(second, 2000);
        assertThat(alarms).isEmpty();
    }

    @Test
    void touchesNothingThatAnotherVersionWrote() throws Exception {
        commit(1000);
        spool.close();
        SegmentHeader header = SegmentHeader.decode(ByteBuffer.wrap(disk.content(segment(1))));
        assertThat(header).isNotNull();
        SegmentHeader newer =
                new SegmentHeader(
                        2, header.spoolName(), 1, header.baseLsn(), header.forcedLsn(), 0, 0);
        byte[] content = disk.content(segment(1)).clone();
        newer.encode().get(content, 0, SegmentHeader.BYTES);
        disk.content(segment(1), content);
        List<Path> before = disk.files();
        assertThatThrownBy(this::open)
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("format version 2")
                .hasMessageContaining("start the version that wrote it");
        assertThat(disk.files()).isEqualTo(before);
        assertThat(disk.content(segment(1))).isEqualTo(content);
    }

    @Test
    void holdsAMessageWhoseLargeContentIsGone() throws Exception {
        QueueId gone = commit(100_000);
        QueueId there = commit(100_000);
        spool.close();
        disk.delete(SPOOL.resolve("large").resolve(gone.toString()));
        open();
        assertThat(spool.find(gone).orElseThrow().state()).isEqualTo(EntryState.HELD);
        assertThat(spool.find(there).orElseThrow().state()).isEqualTo(EntryState.QUEUED);
        assertThat(alarms).anyMatch(a -> a.kind() == SpoolAlarm.Kind.DAMAGE);
    }

    @Test
    void neverGivesOutAlteredContent() throws Exception {
        QueueId small = commit(1000);
        QueueId large = commit(100_000);
        flip(segment(1), recordAt(segment(1), 0) + 700);
        flip(SPOOL.resolve("large").resolve(large.toString()), 50_000);
        // files that are open still show what they were: read what is on disk now
        spool.close();
        byte[] log = disk.content(segment(1)).clone();
        log[recordAt(segment(1), 0) + 700] ^= 0x10;
        disk.content(segment(1), log);
        open();
        flipOpen(segment(1), recordAt(segment(1), 0) + 700);
        assertThatThrownBy(() -> assertReadable(small, 1000))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("checksum");
        assertThatThrownBy(() -> assertReadable(large, 100_000))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("checksum");
    }

    /** Flips a bit under the feet of whoever has the file open. */
    private void flipOpen(Path file, int at) {
        disk.content(file)[at] ^= 0x10;
    }

    @Test
    void startsFromADigestAndFromTheSegmentWhereTheDigestDoesNotHold() throws Exception {
        List<QueueId> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(commit(1000));
        }
        all.add(commit(100_000));
        delivered(all.remove(1));
        reopen();
        time.advance(Duration.ofSeconds(11));
        spool.keepHouse();
        Path digest = Digest.path(segment(1));
        assertThat(disk.files()).contains(digest);
        reopen();
        assertThat(ids()).isEqualTo(all);
        assertReadable(all.getLast(), 100_000);
        spool.close();
        flip(digest, 60);
        open();
        assertThat(ids()).isEqualTo(all);
        assertThat(alarms).isEmpty();
    }
}
