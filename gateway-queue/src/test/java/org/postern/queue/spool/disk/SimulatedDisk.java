package org.postern.queue.spool.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A disk in memory that knows what is durable. It can stop like a machine whose power fails, at any
 * operation that changes something, and then shows what a restart would find: everything forced,
 * and of the rest nothing, all, or any sectors and directory entries. It can also fail like a bad
 * or a full disk. Thread-safe.
 */
public final class SimulatedDisk implements Disk {
    private static final int SECTOR = 512;

    /** What of the writes that were not forced a restart finds. */
    public enum Unforced {
        /** Nothing: power failed before the disk wrote any of it. */
        LOST,
        /** Everything: only the process died. */
        KEPT,
        /** Any sectors and directory entries, in no order. */
        SOME
    }

    /** The kinds of operations that change something. */
    public enum Kind {
        CREATE,
        WRITE,
        FORCE,
        TRUNCATE,
        RENAME,
        DELETE,
        FORCE_DIRECTORY,
        CREATE_DIRECTORY
    }

    /**
     * One operation, for those who want to make it fail.
     *
     * @param kind what
     * @param path on which file or directory
     */
    public record Operation(Kind kind, Path path) {}

    /** Says that the machine has stopped. */
    public static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("the machine has stopped");
        }
    }

    private static final class Inode {
        byte[] current = {};
        byte[] durable = {};
        final BitSet unforced = new BitSet();

        void write(ByteBuffer from, long position) {
            int end = (int) position + from.remaining();
            if (end > current.length) {
                current = Arrays.copyOf(current, end);
            }
            unforced.set((int) position / SECTOR, (end + SECTOR - 1) / SECTOR);
            from.get(current, (int) position, from.remaining());
        }

        void force() {
            durable = current.clone();
            unforced.clear();
        }

        Inode afterPowerLoss(Unforced what, Random random) {
            Inode found = new Inode();
            boolean sizeKept =
                    what == Unforced.KEPT || (what == Unforced.SOME && random.nextBoolean());
            found.current = Arrays.copyOf(durable, sizeKept ? current.length : durable.length);
            for (int s = unforced.nextSetBit(0); s >= 0; s = unforced.nextSetBit(s + 1)) {
                boolean kept =
                        what == Unforced.KEPT || (what == Unforced.SOME && random.nextBoolean());
                int from = s * SECTOR;
                int to = Math.min(from + SECTOR, Math.min(current.length, found.current.length));
                if (kept && to > from) {
                    System.arraycopy(current, from, found.current, from, to - from);
                }
            }
            found.durable = found.current.clone();
            return found;
        }
    }

    /**
     * A change of directory entries that is whole or not there at all, as on a journaling file
     * system.
     */
    private record Entry(Path from, Path to, Inode inode) {
        void applyTo(Map<Path, Inode> names) {
            boolean creates = from.equals(to);
            if (creates) {
                names.put(to, inode);
            } else if (names.get(from) == inode) {
                names.remove(from);
                if (!to.equals(GONE)) {
                    names.put(to, inode);
                }
            }
        }

        boolean touches(Path directory) {
            return directory.equals(from.getParent()) || directory.equals(to.getParent());
        }
    }

    private static final Path GONE = Path.of("/dev/null/gone");

    private final List<Entry> unforcedEntries = new java.util.ArrayList<>();
    private final Map<Path, Inode> current = new TreeMap<>();
    private final Map<Path, Inode> durable = new TreeMap<>();
    private final Set<Path> directories = new HashSet<>();
    private final Set<Path> locked = new HashSet<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Map<Kind, Integer> counts = new HashMap<>();
    private Predicate<Operation> failure = o -> false;
    private boolean readsFail;
    private String failureText = "Input/output error";
    private long stopAt = Long.MAX_VALUE;
    private long operations;
    private long usable = Long.MAX_VALUE;
    private long inodes = Long.MAX_VALUE;
    private final Random tear = new Random(7);

    /** Stops the machine at the operation with this number, counted from 1. */
    public synchronized SimulatedDisk stopAt(long operation) {
        stopAt = operation;
        return this;
    }

    /** Makes operations fail with this text while the condition holds. */
    public synchronized void fail(String text, Predicate<Operation> when) {
        failureText = text;
        failure = when;
    }

    /** Makes each read of a file fail, or no longer. */
    public synchronized void failReads(boolean all) {
        readsFail = all;
    }

    /** Lets everything work again. */
    public synchronized void heal() {
        readsFail = false;
        failure = o -> false;
    }

    /** Sets what {@link #usableSpace} says. */
    public synchronized void usableSpace(long octets) {
        usable = octets;
    }

    /** Sets what {@link #usableInodes} says. */
    public synchronized void usableInodes(long number) {
        inodes = number;
    }

    /** How many operations there were that changed something. */
    public synchronized long operations() {
        return operations;
    }

    /** How many operations of a kind there were. */
    public synchronized int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    /** Whether the machine has stopped. */
    public boolean isStopped() {
        return stopped.getCount() == 0;
    }

    /** Stops the machine now. */
    public synchronized void stop() {
        stopAt = operations;
        stopped.countDown();
    }

    /** Waits until the machine has stopped. */
    public void awaitStop() throws InterruptedException {
        assertThat(stopped.await(60, TimeUnit.SECONDS)).isTrue();
    }

    /** The disk that a restart finds. */
    public synchronized SimulatedDisk restart(Unforced what, long seed) {
        Random random = new Random(seed);
        SimulatedDisk found = new SimulatedDisk();
        found.directories.addAll(directories);
        Map<Inode, Inode> seen = new HashMap<>();
        Map<Path, Inode> names = new TreeMap<>(durable);
        for (Entry entry : unforcedEntries) {
            if (what == Unforced.KEPT || (what == Unforced.SOME && random.nextBoolean())) {
                entry.applyTo(names);
            }
        }
        names.forEach((name, inode) ->
                found.current.put(
                        name, seen.computeIfAbsent(inode, i -> i.afterPowerLoss(what, random))));
        found.durable.putAll(found.current);
        return found;
    }

    /** The content of a file, to be damaged by a test. */
    public synchronized byte[] content(Path file) {
        return inode(file).current;
    }

    /** Replaces the content of a file, durably. */
    public synchronized void content(Path file, byte[] content) {
        Inode inode = new Inode();
        inode.current = content.clone();
        inode.durable = content.clone();
        current.put(file, inode);
        durable.put(file, inode);
    }

    /** All files. */
    public synchronized List<Path> files() {
        return List.copyOf(current.keySet());
    }

    private Inode inode(Path file) {
        Inode inode = current.get(file);
        if (inode == null) {
            throw new IllegalArgumentException("no such file: " + file);
        }
        return inode;
    }

    /** Counts an operation; says whether the machine stops in it. */
    private boolean begin(Kind kind, Path path) throws IOException {
        if (isStopped()) {
            throw new Stopped();
        }
        operations++;
        counts.merge(kind, 1, Integer::sum);
        if (failure.test(new Operation(kind, path))) {
            throw new IOException(failureText);
        }
        if (operations >= stopAt) {
            stopped.countDown();
            return true;
        }
        return false;
    }

    private void alive() throws IOException {
        if (isStopped()) {
            throw new Stopped();
        }
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        boolean stops = begin(Kind.CREATE, file);
        if (current.containsKey(file)) {
            throw new java.nio.file.FileAlreadyExistsException(file.toString());
        }
        Inode inode = new Inode();
        current.put(file, inode);
        unforcedEntries.add(new Entry(file, file, inode));
        if (stops) {
            throw new Stopped();
        }
        return new OpenFile(file, inode);
    }

    @Override
    public synchronized DiskFile open(Path file, boolean writable) throws IOException {
        alive();
        Inode inode = current.get(file);
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        return new OpenFile(file, inode);
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        boolean stops = begin(Kind.CREATE_DIRECTORY, directory);
        for (Path d = directory; d != null; d = d.getParent()) {
            directories.add(d);
        }
        if (stops) {
            throw new Stopped();
        }
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        alive();
        return current.keySet().stream().filter(p -> directory.equals(p.getParent())).toList();
    }

    @Override
    public synchronized boolean exists(Path file) {
        return current.containsKey(file) || directories.contains(file);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        boolean stops = begin(Kind.RENAME, to);
        Inode inode = current.remove(from);
        if (inode == null) {
            throw new NoSuchFileException(from.toString());
        }
        current.put(to, inode);
        unforcedEntries.add(new Entry(from, to, inode));
        if (stops) {
            throw new Stopped();
        }
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        if (!current.containsKey(file)) {
            alive();
            return;
        }
        boolean stops = begin(Kind.DELETE, file);
        unforcedEntries.add(new Entry(file, GONE, inode(file)));
        current.remove(file);
        if (stops) {
            throw new Stopped();
        }
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        boolean stops = begin(Kind.FORCE_DIRECTORY, directory);
        if (stops) {
            throw new Stopped();
        }
        unforcedEntries.removeIf(entry -> {
            boolean forced = entry.touches(directory);
            if (forced) {
                entry.applyTo(durable);
            }
            return forced;
        });
    }

    @Override
    public synchronized long usableSpace(Path directory) throws IOException {
        alive();
        return usable;
    }

    @Override
    public synchronized long usableInodes(Path directory) throws IOException {
        alive();
        return inodes;
    }

    @Override
    public synchronized Closeable lock(Path file) throws IOException {
        alive();
        if (!locked.add(file)) {
            throw new IOException("locked: " + file);
        }
        return () -> {
            synchronized (SimulatedDisk.this) {
                locked.remove(file);
            }
        };
    }

    private final class OpenFile implements DiskFile {
        private final Path path;
        private final Inode inode;

        OpenFile(Path path, Inode inode) {
            this.path = path;
            this.inode = inode;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                alive();
                if (readsFail) {
                    throw new IOException(failureText);
                }
                int n =
                        (int)
                                Math.max(
                                        0,
                                        Math.min(
                                                into.remaining(), inode.current.length - position));
                if (n > 0) {
                    into.put(inode.current, (int) position, n);
                }
                return n;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            synchronized (SimulatedDisk.this) {
                boolean stops;
                try {
                    stops = begin(Kind.WRITE, path);
                } catch (Stopped e) {
                    throw e;
                } catch (IOException e) {
                    // a short write: some of it is there
                    from.limit(from.position() + tear.nextInt(from.remaining() + 1));
                    inode.write(from, position);
                    throw e;
                }
                if (stops) {
                    from.limit(from.position() + tear.nextInt(from.remaining() + 1));
                    inode.write(from, position);
                    throw new Stopped();
                }
                inode.write(from, position);
            }
        }

        @Override
        public void force(boolean metadata) throws IOException {
            synchronized (SimulatedDisk.this) {
                boolean stops;
                try {
                    stops = begin(Kind.FORCE, path);
                } catch (Stopped e) {
                    throw e;
                } catch (IOException e) {
                    // like Linux: the pages are clean now, whether they were written or not
                    int s = inode.unforced.nextSetBit(0);
                    if (s >= 0) {
                        inode.unforced.clear(s);
                    }
                    throw e;
                }
                if (stops) {
                    throw new Stopped();
                }
                inode.force();
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimulatedDisk.this) {
                boolean stops = begin(Kind.TRUNCATE, path);
                if (size < inode.current.length) {
                    inode.current = Arrays.copyOf(inode.current, (int) size);
                }
                if (stops) {
                    throw new Stopped();
                }
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (SimulatedDisk.this) {
                alive();
                return inode.current.length;
            }
        }

        @Override
        public void close() {}
    }
}
