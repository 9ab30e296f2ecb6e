package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program in the background that this test run started, with all it prints in one file. Stopped
 * by its own process handle, and at the latest when the test run ends.
 */
final class Program implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "left-overs"));
    }

    private final Process process;
    private final Path output;

    private Program(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts a command; {@code output} gets what it prints, after what already stands there. */
    static Program start(Path output, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            RUNNING.add(process);
            return new Program(process, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a command that ended by itself said. */
    record Result(int exitCode, String out, String err) {
        /** Both streams, for a message. */
        String all() {
            return "exit " + exitCode + "\n" + out + err;
        }

        /** The lines of standard output. */
        List<String> lines() {
            return out.lines().toList();
        }
    }

    /** What a line of shell prints in a folder; it has to end well. */
    static String shell(Path folder, String line) {
        Result result =
                run(new byte[0], Map.of(), List.of("sh", "-c", "cd " + folder + " && " + line));
        assertThat(result.exitCode()).as(line + "\n" + result.all()).isZero();
        return result.out();
    }

    /** Runs a command to its end, within a minute. */
    static Result run(byte[] input, Map<String, String> environment, List<String> command) {
        try {
            Path out = Files.createTempFile("postern-e2e-", ".out");
            Path err = Files.createTempFile("postern-e2e-", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            RUNNING.add(process);
            try (var in = process.getOutputStream()) {
                in.write(input);
            } catch (IOException e) {
                // a command that does not read its input may be gone before it is all written
                if (input.length > 0) {
                    throw e;
                }
            }
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end within a minute");
            }
            RUNNING.remove(process);
            Result result =
                    new Result(
                            process.exitValue(),
                            Files.readString(out, StandardCharsets.UTF_8),
                            Files.readString(err, StandardCharsets.UTF_8));
            Files.delete(out);
            Files.delete(err);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Its process id. */
    long pid() {
        return process.pid();
    }

    /** Whether it still runs. */
    boolean alive() {
        return process.isAlive();
    }

    /** All that it has printed so far. */
    String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end, but no longer than this. */
    void awaitFor(long millis) {
        try {
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends it a signal, by its name. */
    void signal(String name) {
        signal(pid(), name);
    }

    /** The same to it and to each of its workers. */
    void signalAll(String name) {
        Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(ProcessHandle::pid)
                .forEach(pid -> signal(pid, name));
    }

    private static void signal(long pid, String name) {
        Result result = run(new byte[0], Map.of(), List.of("kill", "-" + name, "" + pid));
        if (result.exitCode() != 0) {
            throw new AssertionError("kill: " + result.all());
        }
    }

    /** Ends it at once: SIGKILL. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** Asks it to end, SIGTERM, waits, and gives its exit code. */
    int terminate() {
        process.destroy();
        return awaitEnd();
    }

    /** Waits until it ends by itself and gives its exit code. */
    int awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("process " + pid() + " did not end:\n" + output());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        RUNNING.remove(process);
        return process.exitValue();
    }

    @Override
    public void close() {
        if (alive()) {
            terminate();
        }
    }
}
