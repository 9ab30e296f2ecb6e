package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * The segment that comes next and the reserve for state records: zeroed and forced in good times,
 * on a thread of its own. The writer waits for it, so it waits for nobody. Thread-safe.
 */
final class Preparer implements Runnable {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Disk disk;
    private final SpoolOptions options;
    private final Path log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition spareChanged = lock.newCondition();
    private final Condition needed = lock.newCondition();
    private boolean closing;
    private boolean spareReady;
    private boolean reserveReady;
    private @Nullable IOException spareFailure;

    Preparer(Disk disk, SpoolOptions options) {
        this.disk = disk;
        this.options = options;
        this.log = options.directory().resolve("log");
    }

    private Path spare() {
        return log.resolve("spare.seg");
    }

    private Path reserve() {
        return log.resolve("reserve.seg");
    }

    /** What was taken: the spare, or the reserve in its place. */
    record Taken(boolean isReserve) {}

    /**
     * Gives the spare, or when none can be made and it is allowed, the reserve, under a new name.
     * Waits while the spare is being made.
     *
     * @throws IOException if there is neither, or it cannot be renamed
     */
    Taken take(boolean mayUseReserve, Path name) throws IOException {
        lock.lock();
        try {
            while (!spareReady && spareFailure == null) {
                spareChanged.awaitUninterruptibly();
            }
            if (!spareReady && !(mayUseReserve && reserveReady)) {
                IOException why = spareFailure;
                throw new IOException(
                        "no room for another segment: " + (why == null ? "" : why.getMessage()),
                        why);
            }
            boolean isReserve = !spareReady;
            if (isReserve) {
                reserveReady = false;
            } else {
                spareReady = false;
            }
            needed.signalAll();
            // under the lock: the next one gets the same name
            disk.rename(isReserve ? reserve() : spare(), name);
            return new Taken(isReserve);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes spares and reserves as they are needed. After a failure it tries again each second,
     * which is also the probe that tells whether the disk is well again.
     */
    @Override
    public void run() {
        lock.lock();
        try {
            while (!closing) {
                if (spareReady && reserveReady) {
                    needed.awaitUninterruptibly();
                    continue;
                }
                lock.unlock();
                try {
                    prepare();
                } finally {
                    lock.lock();
                }
                if (!closing && !(spareReady && reserveReady)) {
                    awaitRetry();
                }
            }
            spareFailure = spareReady ? null : new IOException("the spool is closed");
            spareChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitRetry() {
        try {
            long left = RETRY_NANOS;
            while (left > 0 && !closing) {
                left = needed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            // nobody interrupts this thread; a try too early does no harm
            Thread.currentThread().interrupt();
        }
    }

    /** Lets the preparing thread end; a writer that waits for it goes on. */
    void stop() {
        lock.lock();
        try {
            closing = true;
            needed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Makes spare and reserve where they are missing; as long as zeroing them takes. */
    void prepare() {
        boolean needSpare;
        boolean needReserve;
        lock.lock();
        try {
            needSpare = !spareReady;
            needReserve = !reserveReady;
        } finally {
            lock.unlock();
        }
        if (needSpare) {
            IOException failure = make(spare(), options.segmentBytes());
            lock.lock();
            try {
                spareReady = failure == null;
                spareFailure = failure;
                spareChanged.signalAll();
            } finally {
                lock.unlock();
            }
            if (failure != null) {
                return;
            }
        }
        if (needReserve) {
            IOException failure = make(reserve(), options.reserveBytes());
            lock.lock();
            try {
                reserveReady = failure == null;
            } finally {
                lock.unlock();
            }
        }
    }

    private @Nullable IOException make(Path target, int bytes) {
        Path temporary = target.resolveSibling(target.getFileName() + ".new");
        try {
            disk.delete(temporary);
            disk.createZeroed(temporary, bytes);
            disk.rename(temporary, target);
            disk.forceDirectory(log);
            return null;
        } catch (IOException e) {
            try {
                disk.delete(temporary);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            return e;
        }
    }

    /** Whether the next segment is there. */
    boolean spareReady() {
        lock.lock();
        try {
            return spareReady;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the reserve is there. */
    boolean reserveReady() {
        lock.lock();
        try {
            return reserveReady;
        } finally {
            lock.unlock();
        }
    }

    /** Why there is no spare, null when there is one or it is being made. */
    @Nullable IOException spareFailure() {
        lock.lock();
        try {
            return spareFailure;
        } finally {
            lock.unlock();
        }
    }

    /** Takes over spare and reserve that an earlier run left, where they have the right size. */
    void adoptPrepared() throws IOException {
        disk.delete(spare().resolveSibling("spare.seg.new"));
        disk.delete(spare().resolveSibling("reserve.seg.new"));
        spareReady = adopt(spare(), options.segmentBytes());
        reserveReady = adopt(reserve(), options.reserveBytes());
    }

    private boolean adopt(Path path, int bytes) throws IOException {
        if (!disk.exists(path)) {
            return false;
        }
        try (DiskFile file = disk.open(path, false)) {
            if (file.size() == bytes) {
                return true;
            }
        }
        disk.delete(path);
        return false;
    }
}
