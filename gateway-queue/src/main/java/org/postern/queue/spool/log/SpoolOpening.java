package org.postern.queue.spool.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.postern.core.time.TimeSource;
import org.postern.queue.index.EntryIndex;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * The steps of a start up to the moment when the log can be written: what they found.
 *
 * @param lock the directory's lock, held
 * @param store the segments
 * @param preparer what makes the next ones
 * @param index what is in them
 * @param large the folder of large contents
 * @param withoutContent live large messages whose content is missing or cut
 * @param lastLsn highest LSN ever used
 * @param believedLsn highest LSN believed
 * @param firstId the next queue id
 * @param spoolMillis spool time to go on from
 */
record SpoolOpening(
        Closeable lock,
        SegmentStore store,
        Preparer preparer,
        EntryIndex index,
        LargeFiles large,
        List<Long> withoutContent,
        long lastLsn,
        long believedLsn,
        long firstId,
        long spoolMillis) {

    /** Ids in a millisecond of a new spool's birth, see "Queue ids". */
    private static final int SEED_SHIFT = 20;

    static SpoolOpening open(
            SpoolOptions options, Disk disk, TimeSource time, SpoolListener listener)
            throws SpoolException {
        Path directory = options.directory();
        try {
            makeDirectories(disk, directory);
        } catch (IOException e) {
            throw notOpened(directory, e);
        }
        Closeable lock;
        try {
            lock = disk.lock(directory.resolve("lock"));
        } catch (FileSystemException e) {
            throw notOpened(directory, e);
        } catch (IOException e) {
            throw new SpoolException(
                    SpoolException.Kind.NOT_OPENED,
                    directory
                            + ": another Postern has this spool open; stop it, or give this one"
                            + " another data directory",
                    e);
        }
        try {
            return recover(options, disk, time, listener, lock);
        } catch (IOException | RuntimeException e) {
            close(lock, e);
            throw notOpened(directory, e);
        }
    }

    private static SpoolOpening recover(
            SpoolOptions options,
            Disk disk,
            TimeSource time,
            SpoolListener listener,
            Closeable lock)
            throws IOException {
        SpoolId spoolId = spoolId(disk, options.directory(), time, listener);
        Preparer preparer = new Preparer(disk, options);
        SegmentStore store = new SegmentStore(disk, options, spoolId.name(), preparer);
        preparer.adoptPrepared();
        EntryIndex index =
                new EntryIndex(
                        (octets, arena) -> disk.scratch(options.directory(), octets, arena),
                        options.indexBytes());
        Recovery recovery = new Recovery(disk, options, listener, store, index, spoolId);
        recovery.run();
        LargeFiles large = new LargeFiles(disk, options.directory());
        List<Long> withoutContent = large.check(recovery.large(), recovery.foundDamage(), listener);
        preparer.prepare();
        return new SpoolOpening(
                lock,
                store,
                preparer,
                index,
                large,
                withoutContent,
                recovery.lastLsn(),
                recovery.believedLsn(),
                recovery.idCeiling(),
                recovery.spoolMillis());
    }

    private static void makeDirectories(Disk disk, Path directory) throws IOException {
        for (String name : List.of("log", "large", "corrupt")) {
            disk.createDirectories(directory.resolve(name));
        }
        disk.forceDirectory(directory);
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            disk.forceDirectory(parent);
        }
        for (Path path : disk.list(directory)) {
            if (Disk.isScratch(path)) {
                disk.delete(path);
            }
        }
        Path probe = directory.resolve("log").resolve("probe");
        disk.delete(probe);
        try (DiskFile file = disk.create(probe)) {
            file.write(java.nio.ByteBuffer.wrap(new byte[] {1}), 0);
            file.force(true);
        }
        disk.delete(probe);
    }

    private static SpoolId spoolId(
            Disk disk, Path directory, TimeSource time, SpoolListener listener) throws IOException {
        Path file = directory.resolve("spool.id");
        SpoolId known = SpoolId.read(disk, file);
        if (known != null) {
            return known;
        }
        SpoolId fresh = fromSegments(disk, directory);
        if (fresh == null) {
            long seed = Math.max(1, time.instant().toEpochMilli()) << SEED_SHIFT;
            fresh = new SpoolId(new SecureRandom().nextLong(), seed);
        } else {
            listener.alarm(
                    new SpoolAlarm(
                            SpoolAlarm.Kind.NOTICE,
                            file.toString(),
                            "was missing or unreadable; written again from the segments"));
        }
        fresh.write(disk, file);
        return fresh;
    }

    private static @org.jspecify.annotations.Nullable SpoolId fromSegments(
            Disk disk, Path directory) throws IOException {
        for (Path path : disk.list(directory.resolve("log"))) {
            if (Segment.numberOf(path) != 0) {
                java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(SegmentHeader.BYTES);
                try (DiskFile file = disk.open(path, false)) {
                    file.read(bytes, 0);
                }
                SegmentHeader header = SegmentHeader.decode(bytes.flip());
                if (header != null) {
                    return new SpoolId(header.spoolName(), header.idCeiling());
                }
            }
        }
        return null;
    }

    /** One line with path and remedy. */
    static SpoolException notOpened(Path directory, Exception e) {
        if (e instanceof SpoolException s && s.kind() == SpoolException.Kind.NOT_OPENED) {
            return s;
        }
        String what;
        if (e instanceof AccessDeniedException) {
            what =
                    "the spool cannot be written by user "
                            + System.getProperty("user.name")
                            + "; give the directory to that user, or set data to another one";
        } else if (e instanceof IOException io && Disk.saysFull(io)) {
            what = "the disk is full; make room, or set data to another directory";
        } else {
            what =
                    "the spool cannot be opened: "
                            + reason(e)
                            + "; repair that, or set data to another directory";
        }
        return new SpoolException(SpoolException.Kind.NOT_OPENED, directory + ": " + what, e);
    }

    private static String reason(Exception e) {
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    /** Lets go of everything after a failure. */
    void closeAfter(Exception cause) {
        try {
            store.close();
        } catch (SpoolException e) {
            cause.addSuppressed(e);
        }
        index.close();
        close(lock, cause);
    }

    private static void close(Closeable lock, Exception cause) {
        try {
            lock.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
