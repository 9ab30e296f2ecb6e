package org.postern.queue.spool.disk;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The machine's file system through {@code java.nio}. */
enum NioDisk implements Disk {
    INSTANCE;

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private static final int SCRATCH_BLOCK = 1 << 16;

    /** O_DIRECT: in the JDK, but not part of Java, so looked for by name. */
    private static final Optional<OpenOption> PAST_THE_CACHE = pastTheCache();

    private static Optional<OpenOption> pastTheCache() {
        try {
            Class<? extends OpenOption> options =
                    Class.forName("com.sun.nio.file.ExtendedOpenOption")
                            .asSubclass(OpenOption.class);
            return Stream.<OpenOption>of(options.getEnumConstants())
                    .filter(option -> option.toString().equals("DIRECT"))
                    .findFirst();
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new NioFile(
                file,
                true,
                FileChannel.open(
                        file,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE_NEW));
    }

    /**
     * Past the cache where the file system can do that: the pages of a segment of zeros are written
     * once and then thrown away, and making room for them cost a quarter of the processor's time
     * that a commit takes (decision 0305).
     */
    @Override
    public void createZeroed(Path file, int octets) throws IOException {
        if (octets % ZEROS == 0 && PAST_THE_CACHE.isPresent()) {
            if (zeroedPastTheCache(file, octets, PAST_THE_CACHE.get())) {
                return;
            }
            Files.deleteIfExists(file);
        }
        Disk.super.createZeroed(file, octets);
    }

    /** False where the file system knows no such writes; a disk that fails says so. */
    private static boolean zeroedPastTheCache(Path file, int octets, OpenOption pastTheCache)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE_NEW,
                        pastTheCache)) {
            long block = Math.max(PAGE, Files.getFileStore(file).getBlockSize());
            if (block > ZEROS) {
                return false;
            }
            ByteBuffer zeros = ByteBuffer.allocateDirect(2 * ZEROS).alignedSlice((int) block);
            for (long at = 0; at < octets; ) {
                at += channel.write(zeros.position((int) (at % ZEROS)).limit(ZEROS), at);
            }
            channel.force(true);
            return true;
        } catch (UnsupportedOperationException e) {
            return false;
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).endsWith("Invalid argument")) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public DiskFile open(Path file, boolean writable) throws IOException {
        return new NioFile(file, writable, NioFile.channel(file, writable));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, OWNER_ONLY);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableSpace(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public long usableInodes(Path directory) throws IOException {
        return Inodes.of(directory)
                .filter(Inodes::areCounted)
                .map(Inodes::available)
                .orElse(Long.MAX_VALUE);
    }

    @Override
    public MemorySegment scratch(Path directory, long octets, Arena arena) throws IOException {
        Path file = Files.createTempFile(directory, "scratch-", ".tmp");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(SCRATCH_BLOCK);
            for (long at = 0; at < octets; ) {
                zeros.clear().limit((int) Math.min(SCRATCH_BLOCK, octets - at));
                at += channel.write(zeros, at);
            }
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, octets, arena);
        } finally {
            // from now on it lives as long as it is mapped
            Files.deleteIfExists(file);
        }
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new IOException("another process holds the lock on " + file);
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("this process holds the lock on " + file + " already", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * A channel that survives interrupts. A {@link FileChannel} is closed for everybody when one of
     * the threads in it is interrupted; the others open it again and go on.
     */
    private static final class NioFile implements DiskFile {
        private final Path path;
        private final boolean writable;
        private final Object reopening = new Object();
        private volatile FileChannel channel;
        private volatile boolean closed;

        NioFile(Path path, boolean writable, FileChannel channel) {
            this.path = path;
            this.writable = writable;
            this.channel = channel;
        }

        static FileChannel channel(Path path, boolean writable) throws IOException {
            return writable
                    ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    : FileChannel.open(path, StandardOpenOption.READ);
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            int start = into.position();
            while (true) {
                FileChannel current = channel;
                try {
                    long at = position + (into.position() - start);
                    while (into.hasRemaining()) {
                        int n = current.read(into, at);
                        if (n < 0) {
                            break;
                        }
                        at += n;
                    }
                    return into.position() - start;
                } catch (ClosedByInterruptException e) {
                    throw e;
                } catch (ClosedChannelException e) {
                    reopen(e);
                }
            }
        }

        private void reopen(ClosedChannelException cause) throws IOException {
            synchronized (reopening) {
                if (closed) {
                    throw cause;
                }
                if (!channel.isOpen()) {
                    channel = channel(path, writable);
                }
            }
        }

        // A write or force is never tried again, whatever the reason: the caller leaves the file.

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            long at = position;
            while (from.hasRemaining()) {
                at += channel.write(from, at);
            }
        }

        @Override
        public void force(boolean metadata) throws IOException {
            channel.force(metadata);
        }

        @Override
        public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            synchronized (reopening) {
                closed = true;
                channel.close();
            }
        }
    }
}
