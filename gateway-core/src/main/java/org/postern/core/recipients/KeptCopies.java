package org.postern.core.recipients;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postern.core.files.WholeFile;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;

/**
 * The last good copy of each recipient file, octet for octet, beneath the data directory: what a
 * start is answered from when the file is missing, cannot be read, has errors or has lost too many.
 * An octet copy costs a file that has not changed two digests and no parsing, and {@code diff} says
 * what is missing. Not thread-safe; two writers must take turns.
 *
 * <p>A copy is named after its file's absolute path: a file that is renamed in the configuration is
 * another file and has none yet.
 */
public final class KeptCopies {
    private static final String PREFIX = "file-";

    /** Octets of the digest in a copy's name: a thousand files of one name are all told apart. */
    private static final int NAMED_BY = 6;

    private static final int LONGEST_READABLE = 60;
    private static final int BUFFER = 1 << 20;

    private final Path folder;

    /** What a reading makes of the copies. */
    public enum Use {
        /** Nothing: the files are what they are, or are compared with what is in force. */
        NONE,
        /** A file that would not be taken at a start is warned of. */
        COMPARED,
        /** A file that is not taken is answered from its copy. */
        SERVED
    }

    /**
     * A file that is answered from its copy.
     *
     * @param file as the configuration names it
     * @param copy what is served in its place
     * @param lastGood when the file was last read well
     * @param trouble why it is not used, one line; empty where it reads well
     * @param removed how many recipients it would take away; 0 where there is a trouble
     * @param loss how many of how many, in words
     */
    public record Kept(
            Path file, Path copy, Instant lastGood, String trouble, int removed, String loss) {
        /** What is wrong with the file and what is done about it, for people. */
        public String words() {
            return trouble.isEmpty()
                    ? file
                            + ": "
                            + loss
                            + " are gone; its last good copy "
                            + copy
                            + " is served; if that is right: postern reload --confirm"
                    : trouble
                            + "; "
                            + file
                            + " is not used, its last good copy "
                            + copy
                            + " is served; once it is mended: postern reload";
        }
    }

    /** A copy as it was read. */
    record Copy(Path path, RecipientFile table, Instant lastGood) {}

    private KeptCopies(Path folder) {
        this.folder = folder;
    }

    /** Those of a data directory. */
    public static KeptCopies in(Path data) {
        return new KeptCopies(data.resolve("recipients"));
    }

    /** Where the copy of a file lies, whether or not it is there. */
    public Path of(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        String name = String.valueOf(absolute.getFileName());
        boolean yaml = name.endsWith(".yaml") || name.endsWith(".yml");
        String readable = name.replaceAll("\\.(ya?ml|txt)$", "").replaceAll("[^\\w.-]+", "-");
        byte[] path = sha256().digest(absolute.toString().getBytes(StandardCharsets.UTF_8));
        return folder.resolve(
                PREFIX
                        + readable.substring(0, Math.min(readable.length(), LONGEST_READABLE))
                        + "-"
                        + HexFormat.of().formatHex(path, 0, NAMED_BY)
                        + (yaml ? ".yaml" : ".txt"));
    }

    /**
     * Reads the copy of a file.
     *
     * @param problems receives, as a warning, why a copy that is there is of no use
     * @return empty where there is none, or one of no use
     */
    Optional<Copy> read(Path file, ProblemCollector problems) {
        Path copy = of(file);
        ProblemCollector own = new ProblemCollector();
        try {
            Instant lastGood = Files.getLastModifiedTime(copy).toInstant();
            RecipientFile table = RecipientFileReader.readCopy(copy, own);
            if (own.errorCount() == 0) {
                // one that names nobody was believed once, without anything to compare it with
                return table.size() == 0 && !table.hasCatchAll()
                        ? Optional.empty()
                        : Optional.of(new Copy(copy, table, lastGood));
            }
            String first = own.toProblems().errors().getFirst().message();
            problems.warning(Place.start(copy), "the last good copy is of no use: " + first);
        } catch (NoSuchFileException e) {
            // the first start with this file
            return Optional.empty();
        } catch (IOException e) {
            problems.warning(
                    Place.start(copy), "the last good copy cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }

    /** Whether the copy of a file is there and is what the file was when it was read. */
    boolean isCurrent(Path file, RecipientFile table) {
        try {
            return digestOf(of(file)).equals(table.digest());
        } catch (IOException e) {
            return false; // then it is read, which says why
        }
    }

    /**
     * Copies a file that has come into force, durably, unless its copy is the same already; notes
     * that it was good at this moment.
     *
     * @param file the file, by its absolute path
     * @param digest of the octets that were read
     * @param now the moment
     * @throws IOException if there can be no copy; the one of before stays
     */
    public void keep(Path file, String digest, Instant now) throws IOException {
        Path copy = of(file);
        if (!Files.exists(copy) || !digestOf(copy).equals(digest)) {
            Files.createDirectories(folder);
            // readable for nobody else, whoever may read the file
            Path fresh = Files.createTempFile(folder, copy.getFileName() + ".", SyncListing.FRESH);
            try {
                copyTo(fresh, file, digest);
                WholeFile.replace(copy, fresh);
            } finally {
                Files.deleteIfExists(fresh);
            }
        }
        Files.setLastModifiedTime(copy, FileTime.from(now));
    }

    private static void copyTo(Path fresh, Path file, String digest) throws IOException {
        MessageDigest seen = sha256();
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = Files.newOutputStream(fresh)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                seen.update(buffer, 0, n);
                out.write(buffer, 0, n);
            }
        }
        if (!HexFormat.of().formatHex(seen.digest()).equals(digest)) {
            throw new IOException(file + " has changed since it was read");
        }
    }

    /**
     * Removes the copies of files that are no longer named: their people are nobody of ours, and
     * what is compared with after a year would be no guard.
     *
     * @param files those that are, by their absolute paths
     * @throws IOException if one cannot be removed
     */
    public void removeOthers(Set<Path> files) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Set<Path> wanted = files.stream().map(this::of).collect(Collectors.toSet());
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (Path copy : all) {
                if (!wanted.contains(copy)) {
                    Files.delete(copy);
                }
            }
        }
    }

    /** What two equal files have in common. */
    static String digest(byte[] octets) {
        return HexFormat.of().formatHex(sha256().digest(octets));
    }

    private static String digestOf(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
