package org.postern.app.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.explain.Explainer;
import org.postern.auth.explain.Question;
import org.postern.core.net.Ip;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code postern auth --batch}: one JSON object a line in, one a line out, in order. A bounded
 * number of lines is under way side by side; a line that cannot be evaluated gives an object with
 * its id and {@code error}, and the batch goes on. A peer that waits for each answer before it asks
 * on is served as well: answers are flushed as soon as none is ready behind them.
 */
final class AuthBatch {
    /** Lines under way at once. */
    private static final int WINDOW = 64;

    /** The longest line: a message of 200 MB in Base64. */
    private static final int MAX_LINE = 280_000_000;

    private static final JsonMapper JSON =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxStringLength(MAX_LINE)
                                                    .build())
                                    .build())
                    .build();

    private final Explainer explainer;
    private final AuthenticationRequest.Origin origin;
    private final @Nullable Instant now;

    /** An answer, and whether the line could be evaluated. */
    private record Line(String json, boolean evaluated) {}

    /** A line that is no question; the message is for people. */
    private static final class BadLine extends Exception {
        private static final long serialVersionUID = 1L;

        BadLine(String message) {
            super(message);
        }
    }

    AuthBatch(Explainer explainer, AuthenticationRequest.Origin origin, @Nullable Instant now) {
        this.explainer = explainer;
        this.origin = origin;
        this.now = now;
    }

    /**
     * Answers every line.
     *
     * @return whether all lines could be evaluated
     * @throws IOException if the input cannot be read or the output not be written
     */
    boolean run(InputStream in, OutputStream out) throws IOException, InterruptedException {
        BlockingQueue<Optional<FutureTask<Line>>> answers = new ArrayBlockingQueue<>(WINDOW);
        AtomicReference<IOException> trouble = new AtomicReference<>();
        Thread reader =
                Thread.ofPlatform()
                        .daemon()
                        .name("auth-batch-reader")
                        .start(() -> read(in, answers, trouble));
        try {
            boolean all = write(answers, out);
            IOException failure = trouble.get();
            if (failure != null) {
                throw failure;
            }
            return all;
        } finally {
            reader.interrupt();
        }
    }

    private void read(
            InputStream in,
            BlockingQueue<Optional<FutureTask<Line>>> answers,
            AtomicReference<IOException> trouble) {
        try {
            int number = 0;
            for (byte[] line = readLine(in); line != null; line = readLine(in)) {
                number++;
                if (isBlank(line)) {
                    continue;
                }
                FutureTask<Line> task = new FutureTask<>(answer(line, number));
                answers.put(Optional.of(task));
                Thread.ofVirtual().name("auth-batch").start(task);
            }
        } catch (IOException e) {
            trouble.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            answers.put(Optional.empty()); // the end of the input
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean write(
            BlockingQueue<Optional<FutureTask<Line>>> answers, OutputStream out)
            throws IOException, InterruptedException {
        boolean all = true;
        while (true) {
            Optional<FutureTask<Line>> next = answers.peek();
            if (next == null || (next.isPresent() && !next.get().isDone())) {
                out.flush();
            }
            Optional<FutureTask<Line>> task = answers.take();
            if (task.isEmpty()) {
                out.flush();
                return all;
            }
            Line line;
            try {
                line = task.get().get();
            } catch (ExecutionException e) {
                line = new Line(AuthJson.error(null, "internal: " + e.getCause()), false);
            }
            all &= line.evaluated();
            out.write(line.json().getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        }
    }

    private Callable<Line> answer(byte[] line, int number) {
        return () -> {
            String id = null;
            try {
                JsonNode node = JSON.readTree(line);
                if (!node.isObject()) {
                    return new Line(
                            AuthJson.error(null, "line " + number + ": not a JSON object"), false);
                }
                id = text(node, "id");
                return new Line(AuthJson.answer(id, explainer.explain(question(node))), true);
            } catch (JacksonException e) {
                return new Line(
                        AuthJson.error(
                                id, "line " + number + ": not JSON: " + e.getOriginalMessage()),
                        false);
            } catch (BadLine e) {
                return new Line(
                        AuthJson.error(id, "line " + number + ": " + e.getMessage()), false);
            } catch (RuntimeException e) {
                // a defect of ours must not cost the other answers
                return new Line(AuthJson.error(id, "line " + number + ": internal: " + e), false);
            }
        };
    }

    private Question question(JsonNode node) throws BadLine {
        String client = text(node, "client_ip");
        if (client == null) {
            throw new BadLine("client_ip is missing");
        }
        InetAddress address;
        try {
            address = Ip.parse(client);
        } catch (IllegalArgumentException e) {
            throw new BadLine("client_ip is no IP address: " + client);
        }
        String helo = text(node, "helo");
        String from = text(node, "mail_from");
        return new Question(
                new AuthenticationRequest(
                        address,
                        helo == null ? "" : helo,
                        from == null ? "" : AuthCommand.withoutBrackets(from),
                        origin,
                        at(text(node, "now"))),
                message(node));
    }

    private @Nullable Instant at(@Nullable String text) throws BadLine {
        if (text == null) {
            return now;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new BadLine("now is no time such as 2026-11-21T10:00:00Z: " + text);
        }
    }

    private static byte @Nullable [] message(JsonNode node) throws BadLine {
        String base64 = text(node, "message_b64");
        if (base64 == null) {
            return null;
        }
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new BadLine("message_b64 is not Base64: " + e.getMessage());
        }
    }

    private static @Nullable String text(JsonNode node, String key) throws BadLine {
        JsonNode value = node.get(key);
        if (value == null || value.isNull()) {
            return null;
        }
        if (value.isString()) {
            return value.stringValue();
        }
        if (value.isNumber()) {
            return value.toString(); // an id may be one
        }
        throw new BadLine(key + " is no text");
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** The next line without its LF, or null at the end of the input. */
    private static byte @Nullable [] readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(8_192);
        int b = in.read();
        if (b < 0) {
            return null;
        }
        while (b >= 0 && b != '\n') {
            if (line.size() == MAX_LINE) {
                throw new IOException("a line is longer than " + MAX_LINE + " octets");
            }
            line.write(b);
            b = in.read();
        }
        return line.toByteArray();
    }
}
