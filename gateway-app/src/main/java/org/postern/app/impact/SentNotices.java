package org.postern.app.impact;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which notices of a plan lie in the spool: their queue ids in the order of the plan's recipients,
 * one a line, all lines of one length. A line is written at once and forced with its slice, so that
 * a process that ends forgets the one in between and a machine that stops {@value #SLICE} at most.
 * What a stop has left of a line is cut off. One thread at a time.
 */
final class SentNotices implements Closeable {
    /** Lines that a stop of the machine can take away. */
    static final int SLICE = 16;

    private static final Logger LOG = LoggerFactory.getLogger(SentNotices.class);
    private static final int ID = 13;
    private static final int LINE = ID + 1;

    private final DiskFile file;
    private final List<QueueId> before;
    private int lines;
    private int unforced;

    private SentNotices(DiskFile file, List<QueueId> before) {
        this.file = file;
        this.before = before;
        this.lines = before.size();
    }

    /** Opens the file to go on writing, making it where there is none. */
    static SentNotices open(Disk disk, Path folder, String name) throws IOException {
        Path path = folder.resolve(name);
        boolean made = !disk.exists(path);
        DiskFile file = made ? disk.create(path) : disk.open(path, true);
        try {
            if (made) {
                disk.forceDirectory(folder);
            }
            List<QueueId> whole = whole(file);
            long end = whole.size() * (long) LINE;
            if (file.size() > end) {
                LOG.warn(
                        "{}: {} octets after notice {} are no whole line, cut off",
                        path,
                        file.size() - end,
                        whole.size());
                file.truncate(end);
                file.force(true);
            }
            return new SentNotices(file, whole);
        } catch (IOException | RuntimeException e) {
            try (file) {
                throw e;
            }
        }
    }

    /** The notices that lie in the spool; none where there is no file. */
    static List<QueueId> read(Disk disk, Path folder, String name) throws IOException {
        Path path = folder.resolve(name);
        if (!disk.exists(path)) {
            return List.of();
        }
        try (DiskFile file = disk.open(path, false)) {
            return whole(file);
        }
    }

    /** The lines up to the first that is none: what follows it was never forced. */
    private static List<QueueId> whole(DiskFile file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(file.size()));
        int length = file.read(all, 0);
        List<QueueId> ids = new ArrayList<>(length / LINE);
        for (int at = 0; at + LINE <= length && all.get(at + ID) == '\n'; at += LINE) {
            try {
                ids.add(QueueId.parse(new String(all.array(), at, ID, US_ASCII)));
            } catch (IllegalArgumentException e) {
                LOG.debug("octets that were never forced, at {}", at, e);
                break;
            }
        }
        return ids;
    }

    /** Those that were there when it was opened. */
    List<QueueId> before() {
        return before;
    }

    /** Notes one more. */
    void add(QueueId id) throws IOException {
        String line = "0".repeat(ID - id.toString().length()) + id + "\n";
        file.write(ByteBuffer.wrap(line.getBytes(US_ASCII)), lines * (long) LINE);
        lines++;
        unforced++;
        if (unforced >= SLICE) {
            force();
        }
    }

    private void force() throws IOException {
        file.force(true);
        unforced = 0;
    }

    @Override
    public void close() throws IOException {
        try (file) {
            if (unforced > 0) {
                force();
            }
        }
    }
}
