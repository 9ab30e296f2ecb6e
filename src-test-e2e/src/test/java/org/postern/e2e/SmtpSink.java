package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Postfix's {@code smtp-sink}: takes every message and writes each into a file of its own. */
final class SmtpSink implements AutoCloseable {
    private final Path messages;
    private final int port;
    private final Program program;

    private SmtpSink(Path messages, int port, Program program) {
        this.messages = messages;
        this.port = port;
        this.program = program;
    }

    /**
     * Starts one that keeps its files in {@code folder}.
     *
     * @param options further ones, such as {@code -r rcpt}: every recipient is put off
     */
    static SmtpSink start(Path folder, String... options) {
        return start(folder, "127.0.0.1", Ports.free(), options);
    }

    /** The same on this address and port. */
    static SmtpSink start(Path folder, String address, int port, String... options) {
        try {
            Path messages = Files.createDirectories(folder.resolve("sink"));
            Files.setPosixFilePermissions(messages, PosixFilePermissions.fromString("rwxrwxrwx"));
            List<String> command = new ArrayList<>(List.of(Peers.path("smtp-sink")));
            if (System.getProperty("user.name").equals("root")) {
                command.addAll(List.of("-u", "nobody"));
            }
            command.addAll(List.of("-d", messages.resolve("m.").toString()));
            command.addAll(List.of(options));
            command.addAll(List.of(address + ":" + port, "128"));
            Program program = Program.start(folder.resolve("sink.log"), Map.of(), command);
            await("smtp-sink listens")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !program.alive() || Ports.open(address, port));
            if (!program.alive()) {
                throw new AssertionError("smtp-sink ended: " + program.output());
            }
            return new SmtpSink(messages, port, program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What it has taken: a few lines about the envelope, then the content, octets as characters.
     */
    List<String> messages() {
        try (Stream<Path> files = Files.list(messages)) {
            List<String> all = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (text.contains("X-Rcpt-Args:")) { // a mere connection leaves a file too
                    all.add(text);
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens on 127.0.0.1. */
    int port() {
        return port;
    }

    @Override
    public void close() {
        program.close();
    }
}
