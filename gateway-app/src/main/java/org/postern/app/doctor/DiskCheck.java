package org.postern.app.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.app.text.Human;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.disk.Inodes;

/**
 * The disks under the data and spool directories: free octets and inodes, whether they can be
 * written, and how long a force takes. Writes one small file beside the spool and removes it.
 */
final class DiskCheck implements Check {
    private static final int FORCES = 16;
    private static final int BLOCK = 16 * 1024;
    private static final Duration SLOW = Duration.ofMillis(50);
    private static final Duration UNBEARABLE = Duration.ofSeconds(1);
    private static final Set<String> LOST_AT_POWER_CUT = Set.of("tmpfs", "ramfs");
    private static final Set<String> REMOTE = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "fuse");
    private static final long COMFORT = 4;
    private static final double FEW_INODES = 0.05;

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        Map<FileStore, Path> disks = new LinkedHashMap<>();
        List<Finding> findings = new ArrayList<>();
        Path spool = scene.config().spool().directory();
        Path beside = spool.getParent() == null ? spool : spool.getParent();
        for (Path directory : new LinkedHashSet<>(List.of(scene.config().data(), beside))) {
            if (!Files.isDirectory(directory)) {
                findings.add(
                        Finding.notChecked(
                                name(),
                                directory + " does not exist yet",
                                "the first start makes it",
                                scene.postern("run")));
                continue;
            }
            try {
                disks.putIfAbsent(Files.getFileStore(directory), directory);
            } catch (IOException e) {
                findings.add(
                        Finding.failure(
                                name(),
                                directory + ": " + e,
                                "the gateway keeps accepted mail there",
                                "ls -ld " + directory));
            }
        }
        disks.forEach((store, directory) -> disk(scene, store, directory, findings));
        return findings;
    }

    private void disk(Scene scene, FileStore store, Path directory, List<Finding> findings) {
        findings.add(room(scene, store, directory));
        findings.add(inodes(directory));
        if (LOST_AT_POWER_CUT.contains(store.type())) {
            findings.add(
                    Finding.warning(
                            name(),
                            directory + " lies on " + store.type() + ", which is memory",
                            "accepted mail is gone when the machine stops",
                            "df -hT " + directory));
        } else if (REMOTE.contains(store.type())) {
            findings.add(
                    Finding.warning(
                            name(),
                            directory
                                    + " lies on "
                                    + store.type()
                                    + ", which is not this machine's",
                            "what fsync promises there is another's word; the spool wants a local"
                                    + " disk",
                            "df -hT " + directory));
        }
        findings.add(forces(scene.time(), directory));
    }

    private Finding room(Scene scene, FileStore store, Path directory) {
        long floor = scene.config().spool().minFreeBytes();
        try {
            long free = store.getUsableSpace();
            String what =
                    directory
                            + ": "
                            + Human.size(free)
                            + " free of "
                            + Human.size(store.getTotalSpace())
                            + ", spool.min-free is "
                            + Human.size(floor);
            if (free < floor) {
                return Finding.failure(
                        name(),
                        what,
                        "new mail gets 452 4.3.1 until there is room; waiting mail goes on",
                        "df -h " + directory + "; " + scene.postern("queue summary"));
            }
            return free < floor * COMFORT
                    ? Finding.warning(
                            name(),
                            what,
                            "a queue of some hours fills that",
                            "df -h " + directory + "; " + scene.postern("queue summary"))
                    : Finding.ok(name(), what);
        } catch (IOException e) {
            return Finding.notChecked(
                    name(), "free room of " + directory + ": " + e, "", "df -h " + directory);
        }
    }

    private Finding inodes(Path directory) {
        Optional<Inodes> inodes;
        try {
            inodes = Inodes.of(directory);
        } catch (IOException e) {
            return inodesUnknown(directory, String.valueOf(e.getMessage()));
        }
        if (inodes.isEmpty()) {
            return inodesUnknown(directory, "this system does not say");
        }
        long all = inodes.get().all();
        long free = inodes.get().available();
        if (!inodes.get().areCounted()) {
            return Finding.ok(
                    name(), directory + ": the file system makes inodes as it needs them");
        }
        String what = directory + ": " + free + " of " + all + " inodes free";
        return free < all * FEW_INODES
                ? Finding.warning(
                        name(),
                        what,
                        "a disk without inodes takes no file however much room it has",
                        "df -i " + directory)
                : Finding.ok(name(), what);
    }

    private Finding inodesUnknown(Path directory, String why) {
        return Finding.notChecked(
                name(),
                "inodes of " + directory + ": " + why,
                "a disk without inodes takes no file however much room it has",
                "df -i " + directory);
    }

    /** Writes and forces a block some times. */
    private Finding forces(TimeSource time, Path directory) {
        Path file = directory.resolve(".doctor-" + ProcessHandle.current().pid());
        long[] nanos = new long[FORCES];
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.DELETE_ON_CLOSE)) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK);
            for (int i = 0; i < FORCES; i++) {
                long start = time.nanoTime();
                block.clear();
                while (block.hasRemaining()) {
                    channel.write(block);
                }
                channel.force(false);
                nanos[i] = time.nanoTime() - start;
            }
        } catch (IOException e) {
            return Finding.failure(
                    name(),
                    directory
                            + " cannot be written by "
                            + System.getProperty("user.name")
                            + ": "
                            + e,
                    "the gateway refuses to start, or answers 451 to every message; if the gateway"
                            + " runs as another user, ask as that user",
                    "ls -ld " + directory + "; mount | grep ' ro[ ,]'");
        }
        Arrays.sort(nanos);
        Duration median = Duration.ofNanos(nanos[FORCES / 2]);
        Duration worst = Duration.ofNanos(nanos[FORCES - 1]);
        String what =
                String.format(
                        Locale.ROOT,
                        "%s: a force takes %.1f ms, the longest of %d %.1f ms",
                        directory,
                        median.toNanos() / 1e6,
                        FORCES,
                        worst.toNanos() / 1e6);
        String why = "every message waits for one before its sender gets 250";
        String command = "iostat -x 1 5";
        if (worst.compareTo(UNBEARABLE) > 0) {
            return Finding.failure(name(), what, why, command);
        }
        return median.compareTo(SLOW) > 0
                ? Finding.warning(name(), what, why, command)
                : Finding.ok(name(), what);
    }
}
