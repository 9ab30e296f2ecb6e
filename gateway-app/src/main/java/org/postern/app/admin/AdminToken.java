package org.postern.app.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * The secret that commands show to the daemon: 32 random octets as hex in {@code admin.token} under
 * the data directory, readable by its owner alone. Whoever can read the spool can read the token,
 * and nobody else.
 *
 * @param value the token
 */
public record AdminToken(String value) {
    private static final int OCTETS = 32;

    /** Where the token of a data directory lies. */
    public static Path file(Path data) {
        return data.resolve("admin.token");
    }

    /**
     * Reads the token, or makes it when there is none yet.
     *
     * @throws IOException if it can be neither read nor written
     */
    public static AdminToken readOrCreate(Path data) throws IOException {
        Path file = file(data);
        byte[] random = new byte[OCTETS];
        new SecureRandom().nextBytes(random);
        String fresh = HexFormat.of().formatHex(random);
        try (var channel =
                Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            channel.write(
                    java.nio.ByteBuffer.wrap((fresh + "\n").getBytes(StandardCharsets.US_ASCII)));
            return new AdminToken(fresh);
        } catch (FileAlreadyExistsException e) {
            return read(data);
        }
    }

    /**
     * Reads the token.
     *
     * @throws IOException if there is none or it cannot be read
     */
    public static AdminToken read(Path data) throws IOException {
        String text = Files.readString(file(data), StandardCharsets.US_ASCII).strip();
        if (text.length() < OCTETS) {
            throw new IOException(file(data) + " holds no token; remove it and restart the daemon");
        }
        return new AdminToken(text);
    }

    /** Whether the text is this token; takes the same time for every wrong one. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(
                value.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }
}
