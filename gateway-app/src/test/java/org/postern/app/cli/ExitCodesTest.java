package org.postern.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.app.SmallSite;
import org.postern.app.wiring.Gateway;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;

/** What the commands that ask a running gateway tell a script: no is not wrong usage. */
class ExitCodesTest {
    @TempDir private static Path folder;

    private static Path config;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        config = SmallSite.write(folder, "admin: { port: " + port + " }\n", "ann@example.test");
        Files.writeString(config, Files.readString(config).replace("port: 2525", "port: 0"));
        gateway =
                switch (Snapshots.read(config, TimeSource.system())) {
                    case SnapshotResult.Loaded loaded -> Gateway.start(loaded, "test");
                    case SnapshotResult.Refused refused ->
                            throw new AssertionError(refused.problems().toString());
                };
    }

    @AfterAll
    static void stop() {
        if (gateway != null) {
            gateway.close();
        }
    }

    private static int execute(String line) {
        List<String> words = new ArrayList<>(List.of(line.split(" ", -1)));
        words.addAll(List.of("--config", config.toString()));
        return PosternCommand.execute(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lists add deny x@y@z",
                "lists add deny 999.1.1.1",
                "lists add deny a@example.org --expires never",
                "lists add nolist a@example.org",
                "lists add ban 192.0.2.1",
                "lists remove ban 192.0.2.0/99",
                "recipients show noat",
                "recipients sync --confirm",
                "reload --confirm --observed",
                "queue show !!",
                "queue show 0000000000000 --raw --received",
                "queue list --client nonsense",
                "queue summary --older-than soon",
                "queue export --since whenever",
                "queue retry --state asleep",
                "queue drop",
                "impact --apply N00000000 --undo N00000000",
                "downstreams pause maildir:mail --for ever",
            })
    void whatIsAskedWronglyIsTwo(String line) {
        assertThat(execute(line)).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lists remove deny a@example.org",
                "lists remove ban 192.0.2.1",
                "lists show nolist",
                "lists test 192.0.2.1",
                "recipients show nobody@example.test",
                "recipients sync",
                "reload --observed",
                "queue show 0ZZZZZZZZZZZZ",
                "queue drop --apply P00000000",
                "queue undo P00000000",
                "impact --undo N00000000",
                "downstreams pause nowhere",
            })
    void aNoIsOne(String line) {
        assertThat(execute(line)).isEqualTo(ExitCode.FAILED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "recipients show ann@example.test",
                "recipients status",
                "lists show",
                "queue list",
                "queue list --from a@example.org",
                "reload",
            })
    void whatIsDoneIsNought(String line) {
        assertThat(execute(line)).isZero();
    }

    @Test
    void aGatewayThatDoesNotAnswerIsNoHitOfAList() throws IOException {
        Path token = folder.resolve("data/admin.token");
        String ours = Files.readString(token);
        try {
            Files.writeString(token, "0".repeat(64) + "\n");
            assertThat(execute("lists test 192.0.2.1")).isEqualTo(ExitCode.FAILED);
        } finally {
            Files.writeString(token, ours);
        }
    }
}
