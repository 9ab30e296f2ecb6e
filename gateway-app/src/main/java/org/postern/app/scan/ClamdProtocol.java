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
 * answer (clamd(8), COMMANDS).
 */
final class ClamdProtocol implements ScannerProtocol {
    private static final byte[] COMMAND = "zINSTREAM\0".getBytes(StandardCharsets.US_ASCII);

    @Override
    public Exchange prepare(ScanRequest request, Duration patience) {
        return (out, in) -> scan(request, out, in);
    }

    private static ScanResult scan(ScanRequest request, OutputStream out, InputStream in)
            throws IOException {
        try {
            send(request, out);
        } catch (IOException e) {
            // over its StreamMaxLength it answers and closes before it has everything
            return read(in, e);
        }
        return read(in, null);
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
            throw broken == null ? e : broken;
        }
        int end = answer.length - 1;
        if (end < 0 || answer[end] != 0) {
            throw broken == null
                    ? new IOException(
                            answer.length == 0 ? "it hung up without an answer" : "half an answer")
                    : broken;
        }
        String text = ScannerProtocol.printable(new String(answer, 0, end, StandardCharsets.UTF_8));
        if (text.equals("stream: OK")) {
            return ScanResult.of(Scanner.CLAMAV, Outcome.CLEAN, "");
        }
        if (text.startsWith("stream: ") && text.endsWith(" FOUND")) {
            String name = text.substring("stream: ".length(), text.length() - " FOUND".length());
            return new ScanResult(Scanner.CLAMAV, Outcome.INFECTED, 0, 0, List.of(name), name);
        }
        if (text.contains("size limit exceeded")) {
            return ScanResult.of(Scanner.CLAMAV, Outcome.TOO_LARGE, "larger than StreamMaxLength");
        }
        throw new IOException("it said: " + text);
    }
}
