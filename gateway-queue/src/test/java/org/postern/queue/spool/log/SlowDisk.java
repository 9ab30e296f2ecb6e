package org.postern.queue.spool.log;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/** The real disk, with every force taking longer. */
final class SlowDisk implements Disk {
    private final Disk real = Disk.real();
    private final Runnable delay;

    /** A disk whose every force takes as much longer as this. */
    SlowDisk(Runnable delay) {
        this.delay = delay;
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new SlowFile(real.create(file));
    }

    @Override
    public DiskFile open(Path file, boolean writable) throws IOException {
        return new SlowFile(real.open(file, writable));
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        real.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return real.list(directory);
    }

    @Override
    public boolean exists(Path file) {
        return real.exists(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        real.delete(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        real.forceDirectory(directory);
        delay.run();
    }

    @Override
    public long usableSpace(Path directory) throws IOException {
        return real.usableSpace(directory);
    }

    @Override
    public MemorySegment scratch(Path directory, long octets, Arena arena) throws IOException {
        return real.scratch(directory, octets, arena);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return real.lock(file);
    }

    private final class SlowFile implements DiskFile {
        private final DiskFile real;

        SlowFile(DiskFile real) {
            this.real = real;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return real.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            real.write(from, position);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            real.force(metadata);
            delay.run();
        }

        @Override
        public void truncate(long size) throws IOException {
            real.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
