package org.postern.app.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;
import org.postern.core.scan.ScanResult.Scanner;

/**
 * clamd's INSTREAM: chunks with their length before them, an empty one at the end, and one line as
 * answer (clamd(8), COMMANDS), or several where something in its place looks with more eyes.
 */
final class ClamdProtocol implements ScannerProtocol {
    private static final byte[] COMMAND = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);

    private static final String STREAM = "stream: ";
    private static final String FOUND = " FOUND";

    /** Names of what was found that are kept. */
    private static final int MAX_NAMES = 5;

    @Override
    public Exchange prepare(ScanRequest request, Duration patience) {
        return scanner -> scan(request, scanner);
    }

    @Override
    public boolean ping(Caller scanner) throws IOException {
        try (Line line = scanner.call()) {
            line.out().write("zPING\0".getBytes(StandardCharsets.US_ASCII));
            byte[] pong = ScannerProtocol.answer(line.in(), 0);
            return new String(pong, StandardCharsets.US_ASCII).equals("PONG\0");
        }
    }

    private static ScanResult scan(ScanRequest request, Caller scanner) throws IOException {
        try (Line line = scanner.call()) {
            try {
                send(request, line.out());
            } catch (IOException e) {
                // over its StreamMaxLength it answers and closes before it has everything
                return read(line.in(), e);
            }
            return read(line.in(), null);
        }
    }

    private static void send(ScanRequest request, OutputStream out) throws IOException {
        out.write(COMMAND);
        byte[] block = new byte[4 + BLOCK];
        try (InputStream content = request.content().open()) {
            int length;
            while ((length = content.read(block, 4, BLOCK)) > 0) {
                ByteBuffer.wrap(block).putInt(length);
                out.write(block, 0, 4 + length);
            }
        }
        out.write(new byte[4]);
        out.flush();
    }

    private static ScanResult read(InputStream in, @Nullable IOException broken)
            throws IOException {
        byte[] answer;
        try {
            answer = ScannerProtocol.answer(in, 0);
        } catch (IOException e) {
            throw broken == null ? e : noClamd(broken);
        }
        int end = answer.length - 1;
        if (end < 0 || answer[end] != 0) {
            throw answer.length > 0
                    ? new IOException(
                            "half an answer, or none of clamd's: "
                                    + ScannerProtocol.printable(
                                            new String(answer, StandardCharsets.ISO_8859_1)))
                    : broken == null
                            ? new IOException("it hung up without an answer")
                            : noClamd(broken);
        }
        return result(new String(answer, 0, end, StandardCharsets.UTF_8));
    }

    /** One that is clamd says why before it hangs up. */
    private static IOException noClamd(IOException broken) {
        return new IOException(
                "it hung up in the middle of the message without a word ("
                        + broken.getMessage()
                        + "); is what listens there clamd?",
                broken);
    }

    /** Of several lines one that names something decides, and each has to acquit. */
    private static ScanResult result(String answer) throws IOException {
        List<String> lines = answer.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
        List<String> found =
                lines.stream()
                        .filter(l -> l.endsWith(FOUND))
                        .map(l -> l.substring(0, l.length() - FOUND.length()))
                        .map(l -> l.startsWith(STREAM) ? l.substring(STREAM.length()) : l)
                        .map(ScannerProtocol::printable)
                        .limit(MAX_NAMES)
                        .toList();
        if (!found.isEmpty()) {
            return new ScanResult(
                    Scanner.CLAMAV, Outcome.INFECTED, 0, 0, found, String.join(", ", found));
        }
        if (!lines.isEmpty() && lines.stream().allMatch(l -> l.equals(STREAM + "OK"))) {
            return ScanResult.of(Scanner.CLAMAV, Outcome.CLEAN, "");
        }
        if (answer.contains("size limit exceeded")) {
            return ScanResult.of(Scanner.CLAMAV, Outcome.TOO_LARGE, "larger than StreamMaxLength");
        }
        throw new IOException("it said: " + ScannerProtocol.printable(answer));
    }
}
