package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sends mail with swaks, as an operator tries out a server. */
final class Swaks {
    private final int port;
    private final List<String> options = new ArrayList<>();

    private Swaks(int port) {
        this.port = port;
    }

    /** Towards this port of 127.0.0.1. */
    static Swaks to(int port) {
        return new Swaks(port);
    }

    /** Adds an option with its value. */
    Swaks with(String option, String value) {
        options.add(option);
        options.add(value);
        return this;
    }

    /** The transcript of a session and how swaks judged it. */
    record Transcript(int exitCode, String text) {
        /** Whether the message was accepted. */
        boolean accepted() {
            return exitCode == 0;
        }
    }

    /** Sends one message and gives the transcript. */
    Transcript send(String from, String to, byte[] message) {
        try {
            Path data = Files.createTempFile("postern-swaks-", ".eml");
            Files.write(data, message);
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Peers.path("swaks"),
                                    "--server",
                                    "127.0.0.1",
                                    "--port",
                                    Integer.toString(port),
                                    "--helo",
                                    "client.pass.test",
                                    "--from",
                                    from,
                                    "--to",
                                    to,
                                    "--data",
                                    "@" + data,
                                    "--timeout",
                                    "20"));
            command.addAll(options);
            Program.Result result = Program.run(new byte[0], Map.of(), command);
            Files.delete(data);
            return new Transcript(result.exitCode(), result.out() + result.err());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
