package org.postern.core.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Writes a file so that a crash or a full disk leaves the old one or the new one, never a part:
 * into a file beside it, {@code NAME.new}, which is forced and then takes its place, after which
 * the directory is forced too. Two writers of one file must take turns.
 */
public final class WholeFile {
    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rw-------");

    private WholeFile() {}

    /** Puts the content where it is to stand. */
    @FunctionalInterface
    public interface Content {
        /** Writes all of it, from the channel's place on. */
        void writeTo(FileChannel channel) throws IOException;
    }

    /**
     * Writes text, as UTF-8.
     *
     * @throws IOException if it cannot be written; the old file stays
     */
    public static void write(Path file, CharSequence text) throws IOException {
        write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes octets.
     *
     * @throws IOException if they cannot be written; the old file stays
     */
    public static void write(Path file, byte[] octets) throws IOException {
        write(
                file,
                channel -> {
                    ByteBuffer left = ByteBuffer.wrap(octets);
                    while (left.hasRemaining()) {
                        channel.write(left);
                    }
                });
    }

    /**
     * Writes what is too large to be held; the folders above are made where they are missing.
     *
     * @throws IOException if it cannot be written; the old file stays
     */
    public static void write(Path file, Content content) throws IOException {
        write(file, content, false);
    }

    /**
     * The same, and only its owner may read or write the new file.
     *
     * @throws IOException if it cannot be written; the old file stays
     */
    public static void writePrivate(Path file, Content content) throws IOException {
        write(file, content, true);
    }

    private static void write(Path file, Content content, boolean secret) throws IOException {
        Files.createDirectories(folder(file));
        Path fresh = fresh(file);
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            fresh,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                if (secret) {
                    Files.setPosixFilePermissions(fresh, OWNER); // before there is a word in it
                }
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | UncheckedIOException e) {
            try {
                Files.deleteIfExists(fresh);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        forceFolder(file);
    }

    /**
     * Puts a file that somebody wrote beside it in the place of another.
     *
     * @throws IOException if that cannot be done; the old file stays
     */
    public static void replace(Path file, Path fresh) throws IOException {
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        forceFolder(file);
    }

    private static void forceFolder(Path file) throws IOException {
        try (FileChannel folder = FileChannel.open(folder(file), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " is no file in a folder");
        }
        return parent;
    }

    private static Path fresh(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }
}
