package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/** The folder {@code corrupt/}: whatever cannot be read goes here, with a note that says why. */
final class CorruptFolder {
    private static final int BLOCK = 1 << 20;

    private final Disk disk;
    private final Path folder;

    CorruptFolder(Disk disk, Path spool) {
        this.disk = disk;
        this.folder = spool.resolve("corrupt");
    }

    /** Moves a file here. */
    Path take(Path file, String why) throws IOException {
        Path target = freeName(String.valueOf(file.getFileName()));
        note(target, why);
        disk.rename(file, target);
        disk.forceDirectory(folder);
        Path from = file.getParent();
        if (from != null) {
            disk.forceDirectory(from);
        }
        return target;
    }

    /** Copies a range of a segment here. */
    Path keepTail(Segment segment, long start, long end) throws IOException {
        Path target = freeName(Segment.fileName(segment.number) + "-" + start + "-tail");
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        try (DiskFile out = disk.create(target)) {
            for (long at = start; at < end; at += block.limit()) {
                block.clear().limit((int) Math.min(BLOCK, end - at));
                segment.file.read(block, at);
                block.flip();
                out.write(block, at - start);
            }
            out.force(true);
        }
        disk.forceDirectory(folder);
        return target;
    }

    private void note(Path target, String why) throws IOException {
        Path note = target.resolveSibling(target.getFileName() + ".txt");
        disk.delete(note);
        try (DiskFile out = disk.create(note)) {
            out.write(ByteBuffer.wrap((why + "\n").getBytes(StandardCharsets.UTF_8)), 0);
            out.force(true);
        }
    }

    private Path freeName(String name) {
        Path target = folder.resolve(name);
        for (int n = 2; disk.exists(target); n++) {
            target = folder.resolve(name + "." + n);
        }
        return target;
    }
}
