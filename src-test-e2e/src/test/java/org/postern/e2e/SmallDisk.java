package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A small ext4 of its own on a loop device: a disk that can really fill up, run out of inodes and
 * turn read-only. Needs root, and a kernel that gives out loop devices.
 */
final class SmallDisk implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final Path folder = Surroundings.newFolder("disk");
    private final Path image = folder.resolve("image");
    private final Path mounted = folder.resolve("mounted");

    private SmallDisk() {}

    /** Whether such disks can be had here; if not, why. */
    static String whyNot() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "mounting a small disk needs root";
        }
        if (Peers.find("mkfs.ext4").isEmpty() || Peers.find("mount").isEmpty()) {
            return "mounting a small disk needs the Debian packages e2fsprogs and mount";
        }
        try (SmallDisk tried = make(8, 100)) {
            return Files.isDirectory(tried.path()) ? "" : "the small disk is not there";
        } catch (AssertionError e) {
            return "no loop device here: " + e.getMessage();
        }
    }

    /** A fresh one, mounted. */
    static SmallDisk make(int megabytes, int inodes) {
        SmallDisk disk = new SmallDisk();
        try {
            Files.createDirectory(disk.mounted);
            try (RandomAccessFile file = new RandomAccessFile(disk.image.toFile(), "rw")) {
                file.setLength((long) megabytes << 20);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // no blocks kept for root: the gateway of this test may be root
        run(
                Peers.path("mkfs.ext4"),
                "-q",
                "-F",
                "-m",
                "0",
                "-N",
                Integer.toString(inodes),
                disk.image.toString());
        disk.mount();
        return disk;
    }

    private static void run(String... command) {
        Program.Result result = Program.run(new byte[0], Map.of(), List.of(command));
        if (result.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + result.all());
        }
    }

    /** Mounts it, again. */
    void mount() {
        run(Peers.path("mount"), "-o", "loop", image.toString(), mounted.toString());
    }

    /** Takes it away, as soon as nobody has a file open there. */
    void unmount() {
        String[] failure = {""};
        await("nobody uses the small disk")
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    Program.Result result =
                            Program.run(
                                    new byte[0],
                                    Map.of(),
                                    List.of(Peers.path("umount"), mounted.toString()));
                    failure[0] = result.all();
                    return result.exitCode() == 0;
                });
    }

    /**
     * Makes it as the kernel leaves a disk on which it found an error: nothing can be written any
     * more, by those either who have files open for writing; all can be read. Until it is mounted
     * anew.
     */
    void turnReadOnly() {
        run(Peers.path("mount"), "-o", "remount,abort", mounted.toString());
    }

    /** Where it is mounted. */
    Path path() {
        return mounted;
    }

    /** Writes a file until nothing more goes in. */
    void fill(String name) {
        byte[] block = new byte[BLOCK];
        int size = BLOCK;
        try (OutputStream out = Files.newOutputStream(mounted.resolve(name))) {
            while (size > 0) {
                try {
                    out.write(block, 0, size);
                } catch (IOException full) {
                    size /= 2;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes empty files, so many or until there are no inodes left; gives their number. */
    int files(int most) {
        for (int i = 0; i < most; i++) {
            try {
                Files.createFile(mounted.resolve("empty-" + i));
            } catch (IOException e) {
                return i;
            }
        }
        return most;
    }

    /** Removes a foreign file. */
    void remove(String name) {
        try {
            Files.delete(mounted.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (Program.run(new byte[0], Map.of(), List.of("mountpoint", "-q", mounted.toString()))
                        .exitCode()
                == 0) {
            unmount();
        }
        Surroundings.delete(folder);
    }
}
