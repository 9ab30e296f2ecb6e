package org.postern.app.journal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.JournalConfig;

/**
 * How an address is written into the journal: as it is, or as {@code #} and a keyed hash before its
 * {@code @domain}. The key lies beside the days in the file {@value #KEY_FILE}, readable by the
 * gateway's user alone; without it nobody can try addresses against the hashes. A search looks for
 * both forms, so a change of the setting leaves what was written findable. Thread-safe.
 */
final class Privacy {
    /** The key's file. */
    static final String KEY_FILE = "hash.key";

    private static final String HMAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int HASH_BYTES = 12;

    private final boolean hashing;
    private final @Nullable SecretKeySpec key;

    private Privacy(boolean hashing, @Nullable SecretKeySpec key) {
        this.hashing = hashing;
        this.key = key;
    }

    /** For a writer: the key is made where it is needed and missing. */
    static Privacy forWriting(JournalConfig.Privacy setting, Path folder) throws IOException {
        boolean hashing = setting == JournalConfig.Privacy.HASHED;
        if (hashing) {
            byte[] fresh = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(fresh);
            Path file = folder.resolve(KEY_FILE);
            try {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
                Files.write(file, fresh, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            } catch (FileAlreadyExistsException e) {
                Arrays.fill(fresh, (byte) 0); // the one that is there stays
            }
        }
        return new Privacy(hashing, read(folder));
    }

    /** For a reader. */
    static Privacy forReading(Path folder) throws IOException {
        return new Privacy(false, read(folder));
    }

    private static @Nullable SecretKeySpec read(Path folder) throws IOException {
        try {
            byte[] key = Files.readAllBytes(folder.resolve(KEY_FILE));
            if (key.length != KEY_BYTES) {
                throw new IOException(folder.resolve(KEY_FILE) + " does not hold a key");
            }
            return new SecretKeySpec(key, HMAC);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Whether addresses are written hashed. */
    boolean hashing() {
        return hashing;
    }

    /** An address' look-up form as it is written. */
    String written(String address) {
        return hashing ? hashed(address) : address;
    }

    /** Every form in which an address may stand in a file. */
    Set<String> searched(String address) {
        return key == null ? Set.of(address) : Set.of(address, hashed(address));
    }

    /** A text in which each address in angle brackets is blotted out where addresses are hashed. */
    String blotted(String text) {
        return hashing ? text.replaceAll("<[^<>]*@([^<>@]*)>", "<…@$1>") : text;
    }

    private String hashed(String address) {
        if (key == null || address.isEmpty()) {
            return address;
        }
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            byte[] hash = mac.doFinal(address.getBytes(StandardCharsets.UTF_8));
            return "#"
                    + HexFormat.of().formatHex(hash, 0, HASH_BYTES)
                    + address.substring(Math.max(0, address.lastIndexOf('@')));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }
}
