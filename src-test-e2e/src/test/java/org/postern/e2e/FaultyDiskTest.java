package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The assembled program on a real disk that is full, has no inodes left, or has turned read-only:
 * clients hear 4yz, what is queued goes on to the store, and when the disk is well again so is the
 * gateway. Nothing that was answered 250 is lost.
 */
@WithPeers
class FaultyDiskTest {
    private static final String TO = "alice@example.test";
    private static final Duration WELL_AGAIN = Duration.ofSeconds(30);

    @BeforeAll
    static void thereAreLoopDevices() {
        String why = SmallDisk.whyNot();
        if (!why.isEmpty()) {
            System.err.println("[WARNING] FaultyDiskTest is skipped: " + why);
        }
        assumeThat(why).isEmpty();
    }

    /** A gateway whose spool alone lies on the small disk. */
    private static Gateway gateway(
            Surroundings around, SmallDisk disk, String floors, int downstream) {
        Gateway gateway = around.newGateway("faulty-disk");
        String yaml =
                Gateway.configuration(
                        gateway, around.dns().port(), "lmtp://127.0.0.1:" + downstream);
        String spool = "spool: { segment-size: 4MB, min-free: 1MB,";
        assertThat(yaml).contains(spool);
        return gateway.configure(
                yaml.replace(
                        spool,
                        "spool: { directory: %s, segment-size: 4MB, %s,"
                                .formatted(disk.path().resolve("spool"), floors)));
    }

    private static Message message(int octets) {
        Message message = Message.from("someone@pass.test");
        String line = "z".repeat(76) + "\r\n";
        return message.as(
                (message.text() + line.repeat(octets / line.length()))
                        .getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends until one is refused; gives the refusal. */
    private static String sendUntilRefused(Gateway gateway, int octets, List<Message> accepted) {
        for (int i = 0; i < 500; i++) {
            Message message = message(octets);
            String reply = SmtpClient.send(gateway, message);
            if (!reply.startsWith("250")) {
                return reply;
            }
            accepted.add(message);
        }
        throw new AssertionError("500 messages of " + octets + " octets were taken");
    }

    private static void awaitAccepted(Gateway gateway, List<Message> accepted) {
        await("mail is accepted again")
                .atMost(WELL_AGAIN)
                .until(() -> {
                    Message message = message(100);
                    boolean taken = SmtpClient.send(gateway, message).startsWith("250");
                    if (taken) {
                        accepted.add(message);
                    }
                    return taken;
                });
    }

    private static boolean isIn(List<String> inbox, Message message) {
        return inbox.stream().anyMatch(stored -> stored.contains(message.id()));
    }

    private static void assertAllArrive(DovecotServer dovecot, List<Message> accepted) {
        List<String> inbox =
                await("all that was accepted is in the inbox")
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () -> dovecot.inbox(TO),
                                stored -> accepted.stream().allMatch(m -> isIn(stored, m)));
        for (Message message : accepted) {
            assertThat(inbox.stream().filter(one -> one.contains(message.id())).toList())
                    .allMatch(one -> one.endsWith(message.text()));
        }
    }

    private static void awaitEmptyQueue(Gateway gateway) {
        await("the queue is empty")
                .atMost(WELL_AGAIN)
                .until(() -> gateway.command("queue", "list", "--json").out().isEmpty());
    }

    @Test
    void aFullDiskRefusesWith452DeliversWhatItHasAndTakesMailAgain(Surroundings around) {
        int downstream = Ports.free(); // nobody there yet
        try (SmallDisk disk = SmallDisk.make(40, 2000);
                Gateway gateway =
                        gateway(around, disk, "min-free: 0, min-free-inodes: 0", downstream)) {
            gateway.start();
            List<Message> accepted = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Message message = message(20_000);
                assertThat(SmtpClient.send(gateway, message)).startsWith("250");
                accepted.add(message);
            }
            disk.fill("foreign");
            assertThat(sendUntilRefused(gateway, 200_000, accepted)).startsWith("452 4.3.1 ");
            await("it says that it is not ready")
                    .atMost(WELL_AGAIN)
                    .until(() -> gateway.get("/readyz").statusCode() == 503);
            try (DovecotServer dovecot =
                    DovecotServer.start(gateway.folder().resolve("dovecot"), downstream)) {
                assertAllArrive(dovecot, accepted);
                // the outcomes went to the reserve: none is forgotten by a kill
                awaitEmptyQueue(gateway);
                gateway.program().kill();
                disk.remove("foreign");
                gateway.start();
                assertThat(gateway.command("queue", "list", "--json").out()).isEmpty();
                awaitAccepted(gateway, accepted);
                assertAllArrive(dovecot, accepted);
                assertThat(dovecot.inbox(TO)).hasSize(accepted.size());
            }
        }
    }

    @Test
    void roomThatComesBackIsUsedWithoutARestart(Surroundings around) {
        try (SmallDisk disk = SmallDisk.make(40, 2000);
                Gateway gateway =
                        gateway(
                                around,
                                disk,
                                "min-free: 2MB, min-free-inodes: 100",
                                around.dovecot().lmtpPort())) {
            gateway.start();
            List<Message> accepted = new ArrayList<>();
            awaitAccepted(gateway, accepted);
            disk.fill("foreign");
            await("the floor is seen")
                    .atMost(WELL_AGAIN)
                    .until(() -> SmtpClient.send(gateway, message(100)).startsWith("452 4.3.1 "));
            disk.remove("foreign");
            awaitAccepted(gateway, accepted);
            // 2,016 inodes there are, some are the gateway's
            int files = disk.files(1950);
            await("the floor for inodes is seen")
                    .atMost(WELL_AGAIN)
                    .until(() -> SmtpClient.send(gateway, message(100)).startsWith("452 4.3.1 "));
            for (int i = 0; i < files; i++) {
                disk.remove("empty-" + i);
            }
            awaitAccepted(gateway, accepted);
            assertAllArrive(around.dovecot(), accepted);
        }
    }

    @Test
    void withoutAnyInodeMailIsRefusedUntilThereAreSome(Surroundings around) {
        int downstream = Ports.free(); // nobody there yet: what is delivered gives inodes back
        try (SmallDisk disk = SmallDisk.make(40, 200);
                Gateway gateway =
                        gateway(around, disk, "min-free: 0, min-free-inodes: 0", downstream)) {
            gateway.start();
            List<Message> accepted = new ArrayList<>();
            awaitAccepted(gateway, accepted);
            int files = disk.files(10_000);
            assertThat(files).isLessThan(300);
            // a large one needs a file of its own, small ones the next segment
            assertThat(SmtpClient.send(gateway, message(2 << 20))).startsWith("452 4.3.1 ");
            assertThat(sendUntilRefused(gateway, 200_000, accepted)).startsWith("452 4.3.1 ");
            for (int i = 0; i < files; i++) {
                disk.remove("empty-" + i);
            }
            awaitAccepted(gateway, accepted);
            Message large = message(2 << 20);
            assertThat(SmtpClient.send(gateway, large)).startsWith("250");
            accepted.add(large);
            try (DovecotServer dovecot =
                    DovecotServer.start(gateway.folder().resolve("dovecot"), downstream)) {
                assertAllArrive(dovecot, accepted);
            }
        }
    }

    private static double outcomesInHand(Gateway gateway) {
        return gateway.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("postern_spool_outcomes_in_hand"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aReadOnlyDiskRefusesWith4yzDeliversWhatItHasOnceAndLosesNothing(Surroundings around) {
        int downstream = Ports.free(); // nobody there yet
        try (SmallDisk disk = SmallDisk.make(40, 2000);
                Gateway gateway =
                        gateway(around, disk, "min-free: 1MB, min-free-inodes: 0", downstream)) {
            gateway.start();
            List<Message> accepted = new ArrayList<>();
            // more than are under way at once: none may wait for the disk
            for (int i = 0; i < 60; i++) {
                Message message = message(20_000);
                assertThat(SmtpClient.send(gateway, message)).startsWith("250");
                accepted.add(message);
            }
            disk.turnReadOnly();
            assertThat(SmtpClient.send(gateway, message(100))).matches("(?s)4[0-9][0-9] .*");
            await("it says that it is not ready")
                    .atMost(WELL_AGAIN)
                    .until(() -> gateway.get("/readyz").statusCode() == 503);
            assertThat(gateway.get("/readyz").body()).contains("Read-only file system");
            assertThat(SmtpClient.send(gateway, message(100))).matches("(?s)4[0-9][0-9] .*");
            await("deferrals are kept in memory")
                    .atMost(WELL_AGAIN)
                    .until(() -> outcomesInHand(gateway) > 0);
            try (DovecotServer dovecot =
                    DovecotServer.start(gateway.folder().resolve("dovecot"), downstream)) {
                assertAllArrive(dovecot, accepted);
                awaitEmptyQueue(gateway);
                assertThat(dovecot.inbox(TO)).hasSize(accepted.size());
                assertThat(outcomesInHand(gateway)).isGreaterThanOrEqualTo(accepted.size());
                gateway.program().kill();
                disk.unmount();
                disk.mount();
                // what could not be recorded is delivered again: late and twice, never not at all
                gateway.start();
                awaitAccepted(gateway, accepted);
                assertAllArrive(dovecot, accepted);
                awaitEmptyQueue(gateway);
            }
        }
    }
}
