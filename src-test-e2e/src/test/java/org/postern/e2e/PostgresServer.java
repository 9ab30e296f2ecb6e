package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A PostgreSQL cluster of its own on a loopback port. It never runs as root: there it runs as
 * nobody.
 */
final class PostgresServer implements AutoCloseable {
    static final String PASSWORD = "pg s3cret";

    private final Path folder;
    private final int port;
    private final Program program;

    private PostgresServer(Path folder, int port, Program program) {
        this.folder = folder;
        this.port = port;
        this.program = program;
    }

    /** Starts one whose files lie in {@code folder}, or again one that has been there. */
    static PostgresServer start(Path folder, int port) {
        try {
            Files.createDirectories(folder);
            if (!Files.exists(folder.resolve("data"))) {
                Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
                give(folder);
                List<String> make = asUser();
                make.addAll(
                        List.of(
                                bin("initdb"),
                                "-D",
                                folder.resolve("data").toString(),
                                "-U",
                                "postern",
                                "--pwfile=" + password,
                                "--auth=scram-sha-256",
                                "--encoding=UTF8",
                                "--no-locale",
                                "--no-sync"));
                run(make);
            }
            List<String> command = asUser();
            command.addAll(
                    List.of(
                            bin("postgres"),
                            "-D",
                            folder.resolve("data").toString(),
                            "-p",
                            Integer.toString(port),
                            "-c",
                            "listen_addresses=127.0.0.1",
                            "-c",
                            "unix_socket_directories=" + folder,
                            "-c",
                            "fsync=off"));
            Program program = Program.start(folder.resolve("log"), Map.of(), command);
            await("PostgreSQL listens")
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() ->
                            !program.alive()
                                    || program.output().contains("ready to accept connections"));
            if (!program.alive()) {
                throw new AssertionError("PostgreSQL ended: " + program.output());
            }
            return new PostgresServer(folder, port, program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static List<String> asUser() {
        return isRoot()
                ? new ArrayList<>(
                        List.of(Peers.path("setpriv"), "--reuid=nobody", "--clear-groups", "--"))
                : new ArrayList<>();
    }

    private static void give(Path folder) {
        if (isRoot()) {
            run(List.of("chown", "-R", "nobody", folder.toString()));
        }
    }

    private static void run(List<String> command) {
        Program.Result result = Program.run(new byte[0], Map.of(), command);
        if (result.exitCode() != 0) {
            throw new AssertionError(command + ": " + result.all());
        }
    }

    private static String bin(String name) throws IOException {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(v -> v.resolve("bin").resolve(name))
                    .filter(Files::isExecutable)
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow(() -> new AssertionError("no " + name))
                    .toString();
        }
    }

    int port() {
        return port;
    }

    /** Runs statements. */
    void sql(String statements) {
        Program.Result result =
                Program.run(
                        statements.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        Map.of("PGPASSWORD", PASSWORD),
                        List.of(
                                Peers.path("psql"),
                                "-h",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(port),
                                "-U",
                                "postern",
                                "-v",
                                "ON_ERROR_STOP=1",
                                "-q",
                                "postgres"));
        if (result.exitCode() != 0) {
            throw new AssertionError("psql: " + result.all());
        }
    }

    /** Stops it and every process of it where they stand: the kernel accepts, nobody answers. */
    void freeze() {
        signalAll("STOP");
    }

    /** Lets it go on, if it runs. */
    void thaw() {
        if (program.alive()) {
            signalAll("CONT");
        }
    }

    private void signalAll(String name) {
        try {
            // the first line of the pid file is the postmaster, which setpriv has become
            long pid =
                    Long.parseLong(
                            Files.readAllLines(folder.resolve("data/postmaster.pid")).getFirst());
            ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
            Stream.concat(postmaster.descendants(), Stream.of(postmaster))
                    .forEach(process ->
                            run(List.of("kill", "-" + name, Long.toString(process.pid()))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        if (program.alive()) {
            program.signal("INT"); // fast shutdown: it does not wait for clients
            program.awaitEnd();
        }
    }
}
