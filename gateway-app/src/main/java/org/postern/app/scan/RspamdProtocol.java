package org.postern.app.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.scan.ScanResult;
import org.postern.smtp.session.TlsDetails;

/**
 * Rspamd's {@code /checkv2}. HTTP/1.0, so that the answer ends where the connection does and comes
 * in one piece; what the length says must then be there.
 */
final class RspamdProtocol implements ScannerProtocol {
    private static final byte[] PING =
            "GET /ping HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final String hostname;

    RspamdProtocol(String hostname) {
        this.hostname = hostname;
    }

    @Override
    public Exchange prepare(ScanRequest request, Duration patience) {
        Optional<String> name = request.client().name().apply(patience);
        byte[] head = head(request, name).getBytes(StandardCharsets.UTF_8);
        return scanner -> scan(request, head, scanner);
    }

    private String head(ScanRequest request, Optional<String> name) {
        StringBuilder head = new StringBuilder(1_024);
        head.append("POST /checkv2 HTTP/1.0\r\n");
        field(head, "Content-Length", Long.toString(request.content().size()));
        field(head, "IP", Ip.text(request.client().address()));
        field(head, "Helo", request.client().helo());
        // without it Rspamd takes the client for one that has no name, which weighs
        name.ifPresent(confirmed -> field(head, "Hostname", confirmed));
        field(head, "From", request.sender().toString());
        for (EmailAddress recipient : request.recipients()) {
            field(head, "Rcpt", recipient.toString());
        }
        field(head, "Queue-Id", request.id().toString());
        field(head, "MTA-Name", hostname);
        TlsDetails tls = request.tls();
        if (tls != null) {
            field(head, "TLS-Version", tls.version());
            field(head, "TLS-Cipher", tls.cipher());
        }
        return head.append("\r\n").toString();
    }

    private ScanResult scan(ScanRequest request, byte[] head, Caller scanner) throws IOException {
        byte[] answer = {};
        IOException broken = null;
        try (Line line = scanner.call()) {
            try {
                send(request, head, line.out());
            } catch (IOException e) {
                broken = e; // it may have answered and hung up before it has everything
            }
            try {
                answer = ScannerProtocol.answer(line.in(), -1);
            } catch (ClosedChannelException | TooLongException e) {
                throw e;
            } catch (IOException e) {
                broken = broken == null ? e : broken;
            }
        }
        if (answer.length > 0) {
            return read(answer);
        }
        if (takesNoneOfThisLength(head, scanner)) {
            return tooLarge();
        }
        throw broken == null ? new IOException("it hung up without an answer") : broken;
    }

    @Override
    public boolean ping(Caller scanner) throws IOException {
        try (Line line = scanner.call()) {
            line.out().write(PING);
            byte[] pong = ScannerProtocol.answer(line.in(), -1);
            return new String(pong, StandardCharsets.ISO_8859_1).contains("pong");
        }
    }

    private static void send(ScanRequest request, byte[] head, OutputStream out)
            throws IOException {
        out.write(head);
        byte[] block = new byte[BLOCK];
        try (InputStream content = request.content().open()) {
            int length;
            while ((length = content.read(block)) > 0) {
                out.write(block, 0, length);
            }
        }
        out.flush();
    }

    /**
     * Why it hung up without a word: over its {@code max_message} Rspamd does so as soon as it
     * reads the length. One that is well answers a ping, and would wait for a message.
     */
    private boolean takesNoneOfThisLength(byte[] head, Caller scanner) {
        try {
            if (!ping(scanner)) {
                return false;
            }
            try (Line line = scanner.call()) {
                line.out().write(head);
                return line.in().read() < 0;
            }
        } catch (IOException e) {
            return false; // then nobody knows; what broke first is told
        }
    }

    private static ScanResult tooLarge() {
        return ScanResult.of(
                ScanResult.Scanner.RSPAMD,
                ScanResult.Outcome.TOO_LARGE,
                "larger than Rspamd's max_message");
    }

    private static void field(StringBuilder head, String name, String value) {
        // nothing of a client's may begin another field
        head.append(name).append(": ").append(value.replaceAll("\\p{Cntrl}", "?")).append("\r\n");
    }

    private static ScanResult read(byte[] answer) throws IOException {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (!text.startsWith("HTTP/")) {
            throw new IOException(
                    "it does not speak HTTP, is what listens there Rspamd? It said: "
                            + ScannerProtocol.printable(text));
        }
        if (end < 0) {
            throw new IOException("half an answer");
        }
        String[] lines = text.substring(0, end).split("\r\n", -1);
        if (lines[0].matches("HTTP/1[.][01] 413( .*)?")) {
            return tooLarge();
        }
        if (!lines[0].matches("HTTP/1[.][01] 200( .*)?")) {
            throw new IOException("it said: " + ScannerProtocol.printable(lines[0]));
        }
        int length = answer.length - end - 4;
        for (String line : lines) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")
                    && !lower.substring(15).strip().equals(Integer.toString(length))) {
                throw new IOException("half an answer");
            }
        }
        return RspamdAnswer.read(answer, end + 4, length);
    }
}
