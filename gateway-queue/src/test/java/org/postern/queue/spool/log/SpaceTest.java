package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.SimulatedDisk;
import org.postern.queue.spool.disk.SimulatedDisk.Kind;

/** Room: what refuses mail for want of it, and how it comes back. */
class SpaceTest extends OnSimulatedDisk {
    private static final int SEGMENT = 1 << 20;
    private static final int RATE = 300_000;

    @Override
    SpoolOptions options() {
        return new SpoolOptions(SPOOL, SEGMENT, 64 << 10, 200_000, 1000, 50, 1 << 20, RATE, 10);
    }

    private long octetsInLog() {
        return disk.files().stream()
                .filter(f -> Segment.numberOf(f) != 0)
                .mapToLong(f -> disk.content(f).length)
                .sum();
    }

    @Test
    void refusesMailBelowTheFloorForInodes() throws Exception {
        disk.usableInodes(49);
        spool.keepHouse();
        assertThat(spool.hasRoom()).isFalse();
        assertThat(spool.health().writable()).isTrue();
        assertThat(spool.health().detail())
                .isEqualTo("49 inodes are free in /spool, spool.min-free-inodes asks for 50");
        assertRefused(SpoolException.Kind.FULL, "452 4.3.1");
        disk.usableInodes(50);
        spool.keepHouse();
        commit(100);
    }

    @ParameterizedTest
    @CsvSource({
        "Input/output error, FAILED, 451 4.3.0",
        "Read-only file system, FAILED, 451 4.3.0",
        "No space left on device, FULL, 452 4.3.1",
        "Disk quota exceeded, FULL, 452 4.3.1"
    })
    void neverForcesASegmentAgainWhateverMadeAForceFail(
            String error, SpoolException.Kind trouble, String reply) throws Exception {
        QueueId before = commit(100);
        Path first = segment(1);
        List<SimulatedDisk.Operation> onFirst = Collections.synchronizedList(new ArrayList<>());
        disk.fail(
                error,
                o -> {
                    if (o.path().equals(first)) {
                        onFirst.add(o);
                    }
                    return o.kind() == Kind.FORCE;
                });
        assertRefused(trouble, reply);
        await().until(() -> !spool.hasRoom());
        assertRefused(trouble, reply);
        assertThat(ids()).containsExactly(before);
        assertThat(spool.received(before).open()).hasBinaryContent(content(100));
        disk.fail(
                error,
                o -> {
                    if (o.path().equals(first)) {
                        onFirst.add(o);
                    }
                    return false;
                });
        await().until(spool::hasRoom);
        QueueId after = commit(100);
        assertThat(ids()).containsExactly(before, after);
        assertThat(onFirst)
                .extracting(SimulatedDisk.Operation::kind)
                .filteredOn(kind -> kind != Kind.DELETE)
                .containsExactly(Kind.WRITE, Kind.FORCE);
    }

    @Test
    void givesTheRoomOfDeliveredMailBackWithinMinutes() throws Exception {
        List<QueueId> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            all.add(commit(100_000));
        }
        QueueId stays = all.remove(30);
        assertThat(octetsInLog()).isGreaterThan(6_000_000);
        for (QueueId id : all) {
            delivered(id);
        }
        for (int minute = 0; minute < 3; minute++) {
            time.advance(Duration.ofMinutes(1));
            for (int round = 0; round < 20; round++) {
                time.advance(Duration.ofSeconds(1));
                spool.keepHouse();
            }
        }
        // what stays, and the segment that is written to
        assertThat(octetsInLog()).isLessThan(3L * SEGMENT);
        assertThat(ids()).containsExactly(stays);
        spool.close();
        open();
        assertThat(ids()).containsExactly(stays);
        assertThat(alarms).isEmpty();
    }

    @Test
    void keepsToItsRateWhileItCompacts() throws Exception {
        List<QueueId> all = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            all.add(commit(100_000));
        }
        delivered(commit(1));
        for (QueueId id : all.subList(1, 9)) {
            delivered(id);
        }
        time.advance(Duration.ofMinutes(2));
        Path first = segment(1);
        int rounds = 0;
        while (disk.files().contains(first)) {
            spool.keepHouse();
            time.advance(Duration.ofSeconds(1));
            assertThat(++rounds).isLessThan(20);
        }
        // about 1 MB read and two messages written, at 300 KB a second
        assertThat(rounds).isBetween(3, 8);
        assertThat(ids()).containsExactly(all.get(0), all.get(9), all.get(10));
    }

    @Test
    void keepsWhatWasDroppedUntilItsGraceIsOver() throws Exception {
        QueueId id = commit(100);
        spool.change(List.of(id), new Change.Drop("me", "why", Duration.ofHours(1)));
        time.advance(Duration.ofMinutes(59));
        spool.keepHouse();
        assertThat(spool.find(id)).isPresent();
        time.advance(Duration.ofMinutes(2));
        spool.keepHouse();
        await().until(() -> spool.find(id).isEmpty());
    }
}
