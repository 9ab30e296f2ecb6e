package org.postern.app.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;
import org.postern.core.scan.ScanResult.Scanner;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rspamd's {@code /checkv2}. HTTP/1.0, so that the answer ends where the connection does and comes
 * in one piece; what the length says must then be there.
 */
final class RspamdProtocol implements ScannerProtocol {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Symbols that are kept. */
    private static final int MAX_SYMBOLS = 60;

    private final String hostname;

    RspamdProtocol(String hostname) {
        this.hostname = hostname;
    }

    @Override
    public ScanResult scan(ScanRequest request, OutputStream out, InputStream in)
            throws IOException {
        StringBuilder head = new StringBuilder(1_024);
        head.append("POST /checkv2 HTTP/1.0\r\n");
        field(head, "Content-Length", Long.toString(request.content().size()));
        field(head, "IP", Ip.text(request.client()));
        field(head, "Helo", request.helo());
        field(head, "From", request.sender().toString());
        for (EmailAddress recipient : request.recipients()) {
            field(head, "Rcpt", recipient.toString());
        }
        field(head, "Queue-Id", request.id().toString());
        field(head, "MTA-Name", hostname);
        if (request.reverseName() != null) {
            field(head, "Hostname", request.reverseName());
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        byte[] block = new byte[BLOCK];
        try (InputStream content = request.content().open()) {
            int length;
            while ((length = content.read(block)) > 0) {
                out.write(block, 0, length);
            }
        }
        out.flush();
        return read(ScannerProtocol.answer(in));
    }

    private static void field(StringBuilder head, String name, String value) {
        // nothing of a client's may begin another field
        head.append(name).append(": ").append(value.replaceAll("\\p{Cntrl}", "?")).append("\r\n");
    }

    private static ScanResult read(byte[] answer) throws IOException {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            throw new IOException(
                    answer.length == 0 ? "it hung up without an answer" : "half an answer");
        }
        String[] lines = text.substring(0, end).split("\r\n", -1);
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
        try {
            return result(JSON.readTree(answer, end + 4, length));
        } catch (JacksonException e) {
            throw new IOException(
                    "no JSON: " + ScannerProtocol.printable(e.getOriginalMessage()), e);
        }
    }

    private static ScanResult result(JsonNode json) throws IOException {
        JsonNode action = json.path("action");
        JsonNode score = json.path("score");
        if (!action.isString() || !score.isNumber()) {
            throw new IOException(
                    json.path("error").isString()
                            ? "it said: " + ScannerProtocol.printable(json.path("error").asString())
                            : "an answer without action and score");
        }
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, JsonNode> symbol : json.path("symbols").properties()) {
            if (names.size() < MAX_SYMBOLS) {
                names.add(
                        "%s=%.2f"
                                .formatted(
                                        symbol.getKey().replaceAll("[^A-Za-z0-9_.-]", "?"),
                                        symbol.getValue().path("score").asDouble(0)));
            }
        }
        String word = ScannerProtocol.printable(action.asString());
        return new ScanResult(
                Scanner.RSPAMD,
                switch (word) {
                    case "reject", "discard", "quarantine" -> Outcome.REJECT;
                    case "soft reject" -> Outcome.SOFT_REJECT;
                    case "add header", "rewrite subject" -> Outcome.SPAM;
                    default -> Outcome.CLEAN; // no action, greylist: the gateway's own business
                },
                score.asDouble(),
                json.path("required_score").asDouble(0),
                names,
                word);
    }
}
