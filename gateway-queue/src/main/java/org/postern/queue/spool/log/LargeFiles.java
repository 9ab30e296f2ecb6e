package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/** The folder {@code large/}: received content of large messages, one file each. */
final class LargeFiles {
    private final Disk disk;
    private final Path folder;
    private final Path spool;

    LargeFiles(Disk disk, Path spool) {
        this.disk = disk;
        this.spool = spool;
        this.folder = spool.resolve("large");
    }

    Path path(long id) {
        return folder.resolve(new QueueId(id).toString());
    }

    DiskFile create(long id) throws IOException {
        return disk.create(path(id));
    }

    DiskFile open(long id) throws IOException {
        return disk.open(path(id), false);
    }

    void force() throws IOException {
        disk.forceDirectory(folder);
    }

    void delete(long id) throws IOException {
        disk.delete(path(id));
    }

    /**
     * Compares the folder with what the log says.
     *
     * @param live content length of each live large message
     * @param damage whether any segment was damaged: then nothing is deleted
     * @return ids of live messages whose content is missing or has another length
     */
    List<Long> check(Map<Long, Long> live, boolean damage, SpoolListener listener)
            throws IOException {
        CorruptFolder corrupt = new CorruptFolder(disk, spool);
        for (Path path : disk.list(folder)) {
            long id = idOf(path);
            if (id != 0 && live.containsKey(id)) {
                continue;
            }
            if (id != 0 && !damage) {
                disk.delete(path);
            } else {
                Path kept = corrupt.take(path, "No live record speaks of this file.");
                listener.alarm(
                        new SpoolAlarm(
                                SpoolAlarm.Kind.DAMAGE,
                                path.toString(),
                                "no record speaks of this file; moved to " + kept));
            }
        }
        return live.entrySet().stream()
                .filter(e -> size(e.getKey()) != e.getValue())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** The length of a content, -1 when it cannot be told. */
    private long size(long id) {
        try (DiskFile file = open(id)) {
            return file.size();
        } catch (IOException e) {
            return -1;
        }
    }

    private static long idOf(Path path) {
        try {
            return QueueId.parse(String.valueOf(path.getFileName())).sequence();
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
