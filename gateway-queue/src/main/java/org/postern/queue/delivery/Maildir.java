package org.postern.queue.delivery;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.postern.core.mail.Domain;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Maildir as its convention has it: {@code tmp}, {@code new}, {@code cur}, and file names of
 * seconds, microseconds, process, counter and host, which no other delivery on any machine takes.
 * Thread-safe.
 *
 * <p>The directories are made (mode 0700) when the first message comes. Files in {@code tmp} that
 * are older than 36 hours are what a crash left over, and are removed then.
 */
final class Maildir {
    private static final Logger LOG = LoggerFactory.getLogger(Maildir.class);
    private static final Duration STALE = Duration.ofHours(36);
    private static final AtomicLong COUNTER = new AtomicLong();
    private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path tmp;
    private final Path fresh;
    private final Path cur;
    private final String host;
    private final TimeSource time;
    private final AtomicBoolean swept = new AtomicBoolean();

    Maildir(Path directory, Domain hostname, TimeSource time) {
        this.tmp = directory.resolve("tmp");
        this.fresh = directory.resolve("new");
        this.cur = directory.resolve("cur");
        this.host = hostname.ascii();
        this.time = time;
    }

    /** Says that the file stands in {@code new} but may not survive a crash of the machine. */
    static final class UnsureException extends IOException {
        private static final long serialVersionUID = 1L;

        UnsureException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Opens a new file in {@code tmp}; the caller publishes it, or closes it to give it up. */
    Entry begin() throws IOException {
        if (swept.compareAndSet(false, true)) {
            try {
                makeDirectories();
                sweep();
            } catch (IOException e) {
                swept.set(false);
                throw e;
            }
        }
        try {
            return open();
        } catch (NoSuchFileException e) {
            makeDirectories(); // somebody removed them while we run
            return open();
        }
    }

    private Entry open() throws IOException {
        while (true) {
            String name = uniqueName();
            Path path = tmp.resolve(name);
            try {
                FileChannel channel =
                        FileChannel.open(
                                path,
                                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                FILE_MODE);
                return new Entry(name, path, channel);
            } catch (FileAlreadyExistsException e) {
                LOG.warn("Maildir name {} is taken, another is chosen", path, e);
            }
        }
    }

    private String uniqueName() {
        Instant now = time.instant();
        return now.getEpochSecond()
                + ".M"
                + now.getNano() / 1_000
                + "P"
                + ProcessHandle.current().pid()
                + "Q"
                + COUNTER.incrementAndGet()
                + "."
                + host;
    }

    private void makeDirectories() throws IOException {
        for (Path p : new Path[] {tmp, fresh, cur}) {
            Files.createDirectories(p, DIRECTORY_MODE);
        }
        Path directory = tmp.toAbsolutePath().getParent();
        if (directory != null) {
            force(directory);
        }
    }

    private void sweep() throws IOException {
        Instant limit = time.instant().minus(STALE);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(tmp)) {
            for (Path p : files) {
                if (Files.isRegularFile(p)
                        && Files.getLastModifiedTime(p).toInstant().isBefore(limit)) {
                    LOG.info("removing {}, left over from a delivery that never ended", p);
                    Files.deleteIfExists(p);
                }
            }
        }
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** One file on its way in. Belongs to one thread. */
    final class Entry implements AutoCloseable {
        private final String name;
        private final Path path;
        private final FileChannel channel;
        private boolean published;

        private Entry(String name, Path path, FileChannel channel) {
            this.name = name;
            this.path = path;
            this.channel = channel;
        }

        String name() {
            return name;
        }

        FileChannel channel() {
            return channel;
        }

        /**
         * Makes the file durable and visible.
         *
         * @throws UnsureException if it is visible, but perhaps not durable
         * @throws IOException if it is neither
         */
        void publish() throws IOException {
            channel.force(true);
            channel.close();
            try {
                Files.move(path, fresh.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                throw new IOException(
                        "tmp and new must lie on one file system for " + fresh.getParent(), e);
            }
            published = true;
            try {
                Maildir.force(fresh);
            } catch (IOException e) {
                throw new UnsureException(
                        "the message was stored as " + name + ", but " + fresh + " not forced", e);
            }
        }

        /** Closes the file, and removes it unless it was published. */
        @Override
        public void close() throws IOException {
            channel.close();
            if (!published) {
                Files.deleteIfExists(path);
            }
        }
    }
}
