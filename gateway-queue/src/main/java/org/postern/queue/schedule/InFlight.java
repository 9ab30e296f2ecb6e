package org.postern.queue.schedule;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.postern.core.mail.QueueId;

/**
 * Which entries are being delivered at this moment, in a small file that is mapped into memory: an
 * attempt writes its entry's id to a place of its own before it begins and takes it away once its
 * outcome is durable. What a start finds there was under way when the gateway was killed, and its
 * next delivery can be a second one.
 *
 * <p>It is not forced: it tells of the end of the process, which the kernel's cache outlives, and
 * not of the machine's, after which a start tells of less than there was. Nothing but a word in the
 * log depends on it. Thread-safe; costs two writes to memory an attempt.
 */
public final class InFlight implements AutoCloseable {
    /** Attempts that can be noted at once; those beyond are made and not noted. */
    private static final int PLACES = 16_384;

    private static final int BYTES = PLACES * Long.BYTES;
    private static final int NOWHERE = -1;
    private static final ValueLayout.OfLong BIG_ENDIAN =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);

    private final Arena arena;
    private final MemorySegment places;
    private final Deque<Integer> free = new ConcurrentLinkedDeque<>();
    private final Set<QueueId> left;

    private InFlight(Arena arena, MemorySegment places, Set<QueueId> left) {
        this.arena = arena;
        this.places = places;
        this.left = left;
        for (int i = 0; i < PLACES; i++) {
            free.add(i);
        }
    }

    /**
     * Opens the file, makes it where it is missing, and takes note of what was left in it.
     *
     * @throws IOException if it cannot be written
     */
    public static InFlight open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            Set<QueueId> left = new TreeSet<>();
            ByteBuffer old = ByteBuffer.allocate(BYTES);
            while (old.hasRemaining() && channel.read(old) >= 0) {
                // until the end of the file or of the table
            }
            old.flip();
            while (old.remaining() >= Long.BYTES) {
                long id = old.getLong();
                if (id > 0) {
                    left.add(new QueueId(id));
                }
            }
            // written, not truncated: every octet has its place on the disk before it is mapped
            ByteBuffer zeros = ByteBuffer.allocate(BYTES);
            while (zeros.hasRemaining()) {
                channel.write(zeros, zeros.position());
            }
            Arena arena = Arena.ofShared();
            return new InFlight(
                    arena, channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena), left);
        }
    }

    /** One that remembers nothing beyond the process. */
    public static InFlight none() {
        Arena arena = Arena.ofShared();
        return new InFlight(arena, arena.allocate(BYTES, Long.BYTES), Set.of());
    }

    /** The entries that were under way when the gateway ended last time. */
    public Set<QueueId> left() {
        return left;
    }

    /** An attempt begins. Returns its place, to be given to {@link #end}. */
    int begin(QueueId id) {
        Integer place = free.poll();
        if (place == null) {
            return NOWHERE;
        }
        places.set(BIG_ENDIAN, place * (long) Long.BYTES, id.sequence());
        return place;
    }

    /** Its outcome is durable. Any thread, and harmless when the file was let go before that. */
    synchronized void end(int place) {
        if (place != NOWHERE && arena.scope().isAlive()) {
            places.set(BIG_ENDIAN, place * (long) Long.BYTES, 0L);
            free.addFirst(place);
        }
    }

    /** Lets the file go; no attempt may be under way any more. */
    @Override
    public synchronized void close() {
        arena.close();
    }
}
