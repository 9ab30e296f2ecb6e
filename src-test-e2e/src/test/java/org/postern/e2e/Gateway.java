package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gateway with a folder of its own: configuration, lists, data and what it printed. Started by
 * {@code ./postern run --config …} as a user does, stopped by its process id.
 */
final class Gateway implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final int smtpPort = Ports.free();
    private final int adminPort = Ports.free();
    private final HttpClient http = HttpClient.newHttpClient();
    private Map<String, String> environment = Map.of();
    private @Nullable Program program;

    private Gateway(Path folder) {
        this.folder = folder;
    }

    /** One that is not started yet: resolves and delivers in these surroundings. */
    static Gateway in(Path folder, Surroundings surroundings) {
        Gateway gateway = new Gateway(folder);
        gateway.file(
                "lists/recipients.yaml",
                """
                - postmaster@example.test
                - alice@example.test
                - bob@example.test
                - carol@example.test
                """);
        gateway.file("lists/allow.yaml", "");
        gateway.file("lists/deny.yaml", "");
        gateway.configure(
                configuration(
                        gateway,
                        surroundings.dns().port(),
                        "lmtp://127.0.0.1:" + surroundings.dovecot().lmtpPort()));
        return gateway;
    }

    /** The configuration of these tests, towards a downstream. */
    static String configuration(Gateway gateway, int dnsPort, String downstream) {
        return """
        hostname: mx.example.test
        data: %s
        listeners:
          - { address: 127.0.0.1, port: %d }
        admin: { address: 127.0.0.1, port: %d }
        dns: { servers: ["127.0.0.1:%d"], timeout: 1s, tries: 2 }
        networks: { public: [127.0.0.0/8] }
        domains:
          example.test:
            recipients: { file: lists/recipients.yaml }
            downstream: %s
        lists: { allow: [lists/allow.yaml], deny: [lists/deny.yaml] }
        reputation: { slow-after: 0, hang-up-after: 0, ban-after: 0 }
        limits: { connections-per-client: 0, connection-rate-per-client: 0 }
        spool: { segment-size: 4MB, min-free: 1MB, retry: { first: 1s, max: 2s, expire: 1d } }
        log: { json-file: %s }
        """
                .formatted(
                        gateway.folder.resolve("data"),
                        gateway.smtpPort,
                        gateway.adminPort,
                        dnsPort,
                        downstream,
                        gateway.folder.resolve("log.json"));
    }

    /** Writes a file of its folder in one step, as an editor does. */
    Gateway file(String name, String content) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Path fresh = Files.writeString(folder.resolve(name + ".new"), content);
            Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the configuration. */
    Gateway configure(String yaml) {
        return file("postern.yaml", yaml);
    }

    /** Puts these top-level sections in place of those of the same names. */
    Gateway configureSections(String yaml) {
        StringBuilder kept = new StringBuilder();
        boolean replaced = false;
        for (String line : configuration().lines().toList()) {
            if (!line.isEmpty() && Character.isLetter(line.charAt(0))) {
                String section = line.substring(0, line.indexOf(':') + 1);
                replaced = yaml.lines().anyMatch(l -> l.startsWith(section));
            }
            if (!replaced) {
                kept.append(line).append('\n');
            }
        }
        return configure(kept + yaml);
    }

    /** Hosts strict.test as well, with a@strict.test and these rules of its own. */
    Gateway withStrictDomain(String rules) {
        return configure(
                configuration()
                        .replace(
                                "domains:\n",
                                """
                                domains:
                                  strict.test:
                                    recipients: { static: [a@strict.test] }
                                    downstream: maildir:mail
                                    policy:
                                      rules:
                                """
                                        + rules.indent(8)));
    }

    /** The configuration as it stands. */
    String configuration() {
        try {
            return Files.readString(config());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it and waits until it is ready. */
    Gateway start() {
        Program started = launch();
        await("the gateway is ready")
                .atMost(START)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !started.alive() || readyz() == 200);
        if (!started.alive()) {
            throw new AssertionError("the gateway ended at its start:\n" + started.output());
        }
        return this;
    }

    /** Variables that the next start adds to the environment. */
    Gateway with(Map<String, String> variables) {
        environment = Map.copyOf(variables);
        return this;
    }

    /** Starts it and waits for nothing. */
    Program launch() {
        program =
                Program.start(
                        folder.resolve("console.log"),
                        environment,
                        List.of(
                                // whoever runs the tests under nohup has SIGHUP ignored for all
                                // of them, and a JVM leaves it so
                                "/usr/bin/env",
                                "--default-signal=HUP",
                                Peers.ROOT.resolve("postern").toString(),
                                "run",
                                "--config",
                                config().toString()));
        return program;
    }

    /** Runs another command of the launcher with this gateway's configuration. */
    Program.Result command(String... arguments) {
        return commandWithInput(new byte[0], arguments);
    }

    /** The same, with something on standard input. */
    Program.Result commandWithInput(byte[] input, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Peers.ROOT.resolve("postern").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--config", config().toString()));
        return Program.run(input, Map.of(), command);
    }

    /** The status of an HTTP answer of the admin listener; 0: nobody there. */
    private int readyz() {
        try {
            return get("/readyz").statusCode();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    /** Asks the admin listener, without a token. */
    HttpResponse<String> get(String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                            .timeout(Duration.ofSeconds(10))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The configuration file. */
    Path config() {
        return folder.resolve("postern.yaml");
    }

    /** Its folder. */
    Path folder() {
        return folder;
    }

    /** Where it takes mail on 127.0.0.1. */
    int smtpPort() {
        return smtpPort;
    }

    /** Where it answers HTTP on 127.0.0.1. */
    int adminPort() {
        return adminPort;
    }

    /** The running process. */
    Program program() {
        if (program == null) {
            throw new IllegalStateException("not started");
        }
        return program;
    }

    /** Waits for a line on its console that contains this text. */
    void awaitConsole(String text) {
        await("\"" + text + "\" on the console of the gateway")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> program().output().contains(text));
    }

    /** Stops it if it runs, and removes its folder. */
    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
        Surroundings.delete(folder);
    }
}
