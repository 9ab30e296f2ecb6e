package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolOptions;

/** What stands beside a finished segment, of whatever size, and when it is believed. */
class DigestTest extends OnSimulatedDisk {
    /** More than any mail of a segment comes to: only ends of messages are so small. */
    private static final int MANY = 600_000;

    private static final long NOBODY = 1L << 50;

    @Override
    SpoolOptions options() {
        return new SpoolOptions(SPOOL, 64 << 20, 64 << 10, 1000, 40_000);
    }

    /** Lets the first segment be finished and its digest be written. */
    private Path digestOfFirst() throws Exception {
        reopen();
        time.advance(Duration.ofSeconds(11));
        spool.keepHouse();
        Path digest = Digest.path(segment(1));
        assertThat(disk.files()).contains(digest);
        return digest;
    }

    private void flip(Path file, int at) {
        byte[] content = disk.content(file).clone();
        content[at] ^= 0x10;
        disk.content(file, content);
    }

    /** Writes ends of messages that nobody knows behind the last record of the first segment. */
    private void addEnds(int count) {
        byte[] content = disk.content(segment(1)).clone();
        ByteBuffer out = ByteBuffer.wrap(content);
        int at = SegmentEnd.FIRST_RECORD;
        RecordHeader last = null;
        for (RecordHeader h = RecordHeader.get(out, at); h != null; h = RecordHeader.get(out, at)) {
            last = h;
            at += h.space();
        }
        assertThat(last).isNotNull();
        for (int i = 1; i <= count; i++) {
            Payload payload = Payload.of(Entries.done(NOBODY + i, 1));
            RecordHeader header =
                    new RecordHeader(
                            RecordType.DONE,
                            last.lsn() + i,
                            last.lsn() + i - 1,
                            last.spoolMillis(),
                            payload.length(),
                            payload.crc());
            header.put(out.position(at));
            out.put(payload.head());
            at += header.space();
        }
        disk.content(segment(1), content);
    }

    @Test
    void aSegmentOfAnyNumberOfRecordsIsNotReadAtAStart() throws Exception {
        QueueId stays = commit(1000);
        spool.close();
        addEnds(MANY);
        open();
        Path digest = digestOfFirst();
        // a quarter of the segment at most
        assertThat(disk.content(digest).length)
                .isLessThan(disk.content(segment(1)).length / 3)
                .isGreaterThan(MANY);
        spool.close();
        // a start that reads the segment would raise the alarm
        flip(segment(1), disk.content(segment(1)).length - 10);
        open();
        assertThat(ids()).containsExactly(stays);
        assertThat(alarms).isEmpty();
        spool.close();
        disk.delete(digest);
        open();
        assertThat(alarms).anyMatch(a -> a.kind() == SpoolAlarm.Kind.DAMAGE);
        assertThat(ids()).containsExactly(stays);
    }

    @Test
    void aDigestThatIsDamagedAnywhereIsNotBelieved() throws Exception {
        List<QueueId> all = List.of(commit(100), commit(100), commit(100));
        delivered(all.get(1));
        Path path = digestOfFirst();
        byte[] digest = disk.content(path);
        SegmentEnd end =
                SegmentEnd.decode(
                        ByteBuffer.wrap(disk.content(segment(1)), SegmentEnd.AT, 64).slice());
        assertThat(Digest.read(disk, segment(1), 1, end)).isNotNull();
        for (int at = 0; at < digest.length; at++) {
            flip(path, at);
            assertThat(Digest.read(disk, segment(1), 1, end)).as("octet " + at).isNull();
            disk.content(path, digest.clone());
        }
        for (int length = 0; length < digest.length; length++) {
            disk.content(path, java.util.Arrays.copyOf(digest, length));
            assertThat(Digest.read(disk, segment(1), 1, end)).as("cut at " + length).isNull();
        }
        disk.content(path, java.util.Arrays.copyOf(digest, digest.length + 1));
        assertThat(Digest.read(disk, segment(1), 1, end)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aDigestOfAnotherVersionCostsTimeOnly(int version) throws Exception {
        QueueId id = commit(100);
        Path path = digestOfFirst();
        spool.close();
        byte[] other = disk.content(path).clone();
        ByteBuffer.wrap(other).putInt(4, version);
        disk.content(path, other);
        open();
        assertThat(ids()).containsExactly(id);
        assertThat(alarms).isEmpty();
        time.advance(Duration.ofSeconds(11));
        spool.keepHouse();
        assertThat(disk.content(path)).isNotEqualTo(other);
    }
}
