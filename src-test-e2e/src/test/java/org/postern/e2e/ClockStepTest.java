package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The assembled program while somebody sets the wall clock, by libfaketime. */
@WithPeers
class ClockStepTest {
    private static final Path LIBRARY =
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

    private static void set(Path clock, String offset) throws IOException {
        Path fresh = Files.writeString(clock.resolveSibling("clock.new"), offset + "\n");
        Files.move(fresh, clock, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String queue(Gateway gateway) {
        return gateway.command("queue", "list", "--json").out();
    }

    private static int attempts(Gateway gateway) {
        String json = queue(gateway);
        int at = json.indexOf("\"attempts\":");
        return at < 0 ? -1 : Integer.parseInt(json.substring(at + 11, json.indexOf(',', at)));
    }

    @Test
    void aStepOfTheClockEitherWayNeitherExpiresMailNorKeepsItWaiting(Surroundings around)
            throws Exception {
        assumeTrue(Files.exists(LIBRARY), "install the package faketime");
        int lmtp = Ports.free();
        Path folder = Surroundings.newFolder("clock");
        Path clock = folder.resolve("clock");
        set(clock, "+0");
        Gateway gateway = around.newGateway("clock");
        gateway.configure(
                Gateway.configuration(gateway, around.dns().port(), "lmtp://127.0.0.1:" + lmtp));
        gateway.with(
                Map.of(
                        "LD_PRELOAD",
                        LIBRARY.toString(),
                        "FAKETIME_TIMESTAMP_FILE",
                        clock.toString(),
                        "FAKETIME_NO_CACHE",
                        "1",
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1"));
        try (Gateway running = gateway.start()) {
            Message first = Message.from("someone@pass.test");
            assertThat(SmtpClient.send(running, first)).startsWith("250");
            await().until(() -> attempts(running) >= 1);

            set(clock, "+30d"); // far beyond the day after which mail is given up
            int before = attempts(running);
            await("retries go on after a step forward")
                    .atMost(Duration.ofSeconds(45))
                    .until(() -> attempts(running) > before);
            assertThat(queue(running)).contains("\"state\":\"deferred\"");

            set(clock, "-30d");
            int then = attempts(running);
            await("retries go on after a step back")
                    .atMost(Duration.ofSeconds(45))
                    .until(() -> attempts(running) > then);
            assertThat(queue(running)).contains("\"state\":\"deferred\"");
            assertThat(queue(running)).containsPattern("\"age_seconds\":[0-9]{1,2}\\.");

            try (DovecotServer store = DovecotServer.start(folder.resolve("store"), lmtp)) {
                assertThat(running.command("queue", "retry", "--domain", "example.test").exitCode())
                        .isZero();
                store.awaitMessage("alice@example.test", first.id());
                Message second = Message.from("someone@pass.test");
                assertThat(SmtpClient.send(running, second)).startsWith("250");
                store.awaitMessage("alice@example.test", second.id());
            }
        }
        Surroundings.delete(folder);
    }
}
