package org.postern.core.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;

/**
 * A text file read whole: UTF-8 (a byte order mark is dropped), within a size.
 *
 * @param path the file, as its name was given
 * @param text its content
 */
public record SourceFile(Path path, String text) {

    /**
     * Reads a file. What stands in its way is noted: at {@code namedAt} if the file cannot be had
     * at all, at its own line and column if it is not UTF-8.
     *
     * @param path the file
     * @param maxBytes how long it may be
     * @param namedAt where the file is named
     * @param problems receives what is wrong
     * @return the file, or empty if something was
     */
    public static Optional<SourceFile> read(
            Path path, int maxBytes, Place namedAt, ProblemCollector problems) {
        return read(path, maxBytes, namedAt, problems, octets -> {});
    }

    /**
     * The same.
     *
     * @param seen is shown the octets as they stand on disk, once they have all been read
     */
    public static Optional<SourceFile> read(
            Path path,
            int maxBytes,
            Place namedAt,
            ProblemCollector problems,
            Consumer<byte[]> seen) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(maxBytes);
            if (bytes.length == maxBytes && in.read() >= 0) {
                problems.error(
                        namedAt, path + " is longer than " + maxBytes + " bytes, the most allowed");
                return Optional.empty();
            }
        } catch (NoSuchFileException e) {
            problems.error(namedAt, "no such file: " + path);
            return Optional.empty();
        } catch (AccessDeniedException e) {
            problems.error(
                    namedAt, path + " may not be read by user " + System.getProperty("user.name"));
            return Optional.empty();
        } catch (IOException e) {
            String why = Files.isDirectory(path) ? "it is a directory" : e.getMessage();
            problems.error(namedAt, path + " cannot be read: " + why);
            return Optional.empty();
        }
        seen.accept(bytes);
        return decode(path, bytes, problems);
    }

    /** Decodes what was read; a malformed octet is noted at its place. */
    static Optional<SourceFile> decode(Path path, byte[] bytes, ProblemCollector problems) {
        if (bytes.length >= 2
                && ((bytes[0] == (byte) 0xfe && bytes[1] == (byte) 0xff)
                        || (bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xfe))) {
            problems.error(Place.start(path), "file is UTF-16; save it as UTF-8");
            return Optional.empty();
        }
        int start = startsWithByteOrderMark(bytes) ? 3 : 0;
        if (isAscii(bytes, start)) {
            return Optional.of(
                    new SourceFile(
                            path,
                            new String(
                                    bytes,
                                    start,
                                    bytes.length - start,
                                    StandardCharsets.ISO_8859_1)));
        }
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, start, bytes.length - start);
        CharBuffer out = CharBuffer.allocate(bytes.length - start);
        CoderResult result = decoder.decode(in, out, true);
        out.flip();
        if (result.isError()) {
            problems.error(
                    placeAfter(path, out),
                    String.format(
                            "octet 0x%02x is not UTF-8; save the file as UTF-8",
                            bytes[in.position()] & 0xff));
            return Optional.empty();
        }
        return Optional.of(new SourceFile(path, out.toString()));
    }

    private static boolean startsWithByteOrderMark(byte[] b) {
        return b.length >= 3 && b[0] == (byte) 0xef && b[1] == (byte) 0xbb && b[2] == (byte) 0xbf;
    }

    private static boolean isAscii(byte[] bytes, int start) {
        for (int i = start; i < bytes.length; i++) {
            if (bytes[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private static Place placeAfter(Path path, CharSequence decoded) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < decoded.length(); i++) {
            if (decoded.charAt(i) == '\n') {
                line++;
                column = 1;
            } else if (!Character.isLowSurrogate(decoded.charAt(i))) {
                column++;
            }
        }
        return new Place(path, line, column);
    }
}
