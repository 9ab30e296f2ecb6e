package org.postern.e2e;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A golden SMTP dialogue, a text that anybody can read. Its lines:
 *
 * <pre>
 * # comment             and so are empty lines
 * C: text               sent, with CRLF
 * C64: base64           sent as these octets, without CRLF; for what no text line can hold
 * S: prefix             the next reply line begins so
 * S*: prefix            the next reply, however many lines, has a line that begins so after its code
 *                       ("S*: 250 SIZE" is found in 250-SIZE and in 250 SIZE)
 * S-: prefix            the next reply, however many lines, has no line that begins so
 * S!: EOF               the server closes the connection
 * TLS:                  TLS begins now
 * </pre>
 *
 * <p>Lines are acted on from top to bottom; several {@code C:} in a row are pipelined.
 */
final class Dialogue {
    private record Step(int line, String kind, String text) {}

    private final Path file;
    private final List<Step> steps;

    private Dialogue(Path file, List<Step> steps) {
        this.file = file;
        this.steps = steps;
    }

    /** The octets of its lines {@code C:} and {@code C64:} from here on, as they are sent. */
    byte[] sentAfter(String reply) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        boolean begun = false;
        for (Step step : steps) {
            begun |= step.kind().equals("S") && step.text().startsWith(reply);
            if (begun && step.kind().equals("C")) {
                octets.writeBytes((step.text() + "\r\n").getBytes(StandardCharsets.UTF_8));
            } else if (begun && step.kind().equals("C64")) {
                octets.writeBytes(Base64.getDecoder().decode(step.text()));
            }
        }
        return octets.toByteArray();
    }

    /** Reads one. */
    static Dialogue read(Path file) throws IOException {
        List<Step> steps = new ArrayList<>();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String kind = colon < 0 ? line : line.substring(0, colon);
            String text = colon < 0 ? "" : line.substring(colon + 1);
            text = text.startsWith(" ") ? text.substring(1) : text;
            if (!List.of("C", "C64", "S", "S*", "S-", "S!", "TLS").contains(kind)) {
                throw new IOException(
                        file + ":" + (i + 1) + ": begins with none of C: C64: S: S*: S-: S!: TLS:");
            }
            steps.add(new Step(i + 1, kind, text));
        }
        return new Dialogue(file, steps);
    }

    /**
     * Plays it against this port; the first difference is an {@link AssertionError} with its place.
     */
    void play(int port) {
        play("127.0.0.1", port);
    }

    /** The same, from this address of the loopback network. */
    void play(String source, int port) {
        StringBuilder heard = new StringBuilder();
        try (SmtpClient client = SmtpClient.connect(source, port)) {
            for (Step step : steps) {
                try {
                    String wrong = act(client, step, heard);
                    if (!wrong.isEmpty()) {
                        throw new AssertionError(place(step) + wrong + "\n" + heard);
                    }
                } catch (java.io.UncheckedIOException e) {
                    throw new AssertionError(place(step) + e.getCause() + "\n" + heard, e);
                }
            }
        }
    }

    private String place(Step step) {
        return file.getFileName() + ":" + step.line() + ": ";
    }

    private static String act(SmtpClient client, Step step, StringBuilder heard) {
        switch (step.kind()) {
            case "C" -> client.line(step.text());
            case "C64" -> client.write(Base64.getDecoder().decode(step.text()));
            case "S" -> {
                String line = client.replyLine();
                heard.append("  ").append(line).append('\n');
                if (!line.startsWith(step.text())) {
                    return "expected \"" + step.text() + "\", heard \"" + line + "\"";
                }
            }
            case "S*" -> {
                String reply = client.reply();
                heard.append("  ").append(reply.replace("\n", "\n  ")).append('\n');
                if (reply.lines()
                        .map(Dialogue::withoutHyphen)
                        .noneMatch(l -> l.startsWith(step.text()))) {
                    return "no line \"" + step.text() + "\" in \"" + reply + "\"";
                }
            }
            case "S-" -> {
                String reply = client.reply();
                heard.append("  ").append(reply.replace("\n", "\n  ")).append('\n');
                if (reply.lines()
                        .map(Dialogue::withoutHyphen)
                        .anyMatch(l -> l.startsWith(step.text()))) {
                    return "a line \"" + step.text() + "\" in \"" + reply + "\"";
                }
            }
            case "TLS" -> client.startTls();
            default -> {
                if (!client.ended()) {
                    return "expected the end of the connection";
                }
            }
        }
        return "";
    }

    private static String withoutHyphen(String replyLine) {
        return replyLine.length() > 3 && replyLine.charAt(3) == '-'
                ? replyLine.substring(0, 3) + " " + replyLine.substring(4)
                : replyLine;
    }
}
