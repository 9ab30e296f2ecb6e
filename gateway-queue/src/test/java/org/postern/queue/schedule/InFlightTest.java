package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.delivery.RecipientOutcome;
import org.postern.queue.delivery.Step;

/** What is said of mail that may arrive twice. */
class InFlightTest {
    @TempDir private Path folder;

    @Test
    void tellsAfterAKillWhatWasUnderWayAndForgetsItThen() throws Exception {
        Path file = folder.resolve("in-flight");
        InFlight table = InFlight.open(file);
        int first = table.begin(new QueueId(7));
        table.begin(new QueueId(9));
        table.end(first);
        // killed: nobody closes anything, the kernel has what was written
        Path copy = Files.copy(file, folder.resolve("copy"));
        try (InFlight after = InFlight.open(copy)) {
            assertThat(after.left()).containsExactly(new QueueId(9));
        }
        try (InFlight later = InFlight.open(copy)) {
            assertThat(later.left()).isEmpty();
        }
        table.close();
    }

    @Test
    void aCutOrStrangeFileIsNoReasonNotToStart() throws Exception {
        Path file = Files.write(folder.resolve("in-flight"), new byte[] {-1, 2, 3});
        try (InFlight table = InFlight.open(file)) {
            assertThat(table.left()).isEmpty();
        }
        Files.write(file, new byte[] {-1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 5});
        try (InFlight table = InFlight.open(file)) {
            assertThat(table.left()).containsExactly(new QueueId(5));
        }
    }

    @Test
    void aDeliveryAfterAKillIsSaidToBePossiblyTheSecond() throws Exception {
        RelayFixture relay = new RelayFixture(folder);
        relay.answers("store", false, true, r -> OK);
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        relay.inFlight.begin(id);
        relay.close();
        relay.open();
        relay.start();
        await().until(() -> relay.finished.size() == 1);
        assertThat(relay.events)
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.duplicate()).contains("the gateway ended");
                    assertThat(e.maybeDelivered()).isFalse();
                });
        relay.close();
    }

    @Test
    void aDeliveryAfterALostFinalReplyIsSaidToBePossiblyTheSecond() throws Exception {
        RelayFixture relay = new RelayFixture(folder);
        relay.does(
                "store",
                true,
                request -> {
                    Recipient to = request.envelope().recipients().getFirst();
                    RecipientOutcome lost =
                            new RecipientOutcome.Deferred(
                                    SmtpReply.of(451, "4.4.2", "lost connection"), false, true);
                    return new DeliveryReport(
                            Map.of(
                                    to,
                                    relay.events.isEmpty()
                                            ? lost
                                            : new RecipientOutcome.Delivered(OK)),
                            "store[192.0.2.7]:24",
                            relay.events.isEmpty() ? Step.FINAL_REPLY : null,
                            "TLSv1.3",
                            false,
                            Duration.ZERO);
                });
        relay.start();
        relay.store("bob@sender.example", recipient("ann@example.net"));
        await().until(() -> relay.events.size() == 1);
        relay.time.advance(Duration.ofMinutes(2));
        relay.scheduler.wake();
        await().until(() -> relay.finished.size() == 1);
        RelayEvent first = relay.events.get(0);
        assertThat(first.maybeDelivered()).isTrue();
        assertThat(first.via().peer()).isEqualTo("store[192.0.2.7]:24");
        assertThat(first.via().tls()).isEqualTo("TLSv1.3");
        assertThat(first.via().trouble()).isEqualTo(Step.FINAL_REPLY.words());
        assertThat(relay.events.get(1).duplicate())
                .isEqualTo("the final reply of store[192.0.2.7]:24 was lost");
        relay.close();
    }
}
