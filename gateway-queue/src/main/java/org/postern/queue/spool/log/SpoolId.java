package org.postern.queue.spool.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/**
 * The file {@code spool.id}: written once, when the spool is made.
 *
 * @param name random name, in each segment's header too
 * @param firstId the first queue id
 */
record SpoolId(long name, long firstId) {
    private static final String FORMAT = "1";
    private static final int MAX_BYTES = 4096;

    /** Reads it; null if it is missing or makes no sense. */
    static @Nullable SpoolId read(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        try (DiskFile open = disk.open(file, false)) {
            open.read(bytes, 0);
        }
        Map<String, String> values = new TreeMap<>();
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
        for (String line : text.lines().toList()) {
            int blank = line.indexOf(' ');
            if (blank > 0) {
                values.put(line.substring(0, blank), line.substring(blank + 1));
            }
        }
        String format = values.get("postern-spool");
        if (format != null && !format.equals(FORMAT)) {
            throw new SpoolException(
                    SpoolException.Kind.NOT_OPENED,
                    file
                            + ": the spool has format "
                            + format
                            + ", this Postern knows format "
                            + FORMAT
                            + "; start the version that wrote it and let it drain");
        }
        String name = values.get("name");
        String first = values.get("first-id");
        if (format == null || name == null || first == null) {
            return null;
        }
        try {
            return new SpoolId(HexFormat.fromHexDigitsToLong(name), Long.parseLong(first));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    void write(Disk disk, Path file) throws IOException {
        String text =
                "postern-spool %s\nname %s\nfirst-id %d\n"
                        .formatted(FORMAT, HexFormat.of().toHexDigits(name), firstId);
        Path temporary = file.resolveSibling("spool.id.new");
        disk.delete(temporary);
        try (DiskFile open = disk.create(temporary)) {
            open.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
            open.force(true);
        }
        disk.rename(temporary, file);
        Path directory = file.getParent();
        if (directory != null) {
            disk.forceDirectory(directory);
        }
    }
}
