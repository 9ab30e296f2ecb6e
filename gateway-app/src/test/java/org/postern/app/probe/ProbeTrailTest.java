package org.postern.app.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.app.journal.Events;
import org.postern.core.mail.QueueId;

class ProbeTrailTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final long OURS = 7;
    private static final int MUCH = 5_000;

    private final ProbeTrail trail = new ProbeTrail();

    private void accept(long id) {
        trail.append(Events.accepted(NOW, id, "192.0.2.1", "a@example.org", "b@example.net"));
    }

    private void deliver(long id) {
        trail.append(Events.attempt(NOW, id, "b@example.net", "delivered", "250 2.0.0 Ok"));
    }

    private void muchOtherMail() {
        for (int i = 0; i < MUCH; i++) {
            accept(1_000 + i);
        }
    }

    @Test
    void aFollowedMessageIsKnownWhateverComesBetweenItsAcceptanceAndItsDelivery() {
        accept(OURS);
        try (ProbeTrail.Following message = trail.follow(new QueueId(OURS))) {
            muchOtherMail();
            deliver(OURS);
            assertThat(message.now()).isNotNull();
            assertThat(message.now().place()).isEqualTo(ProbeTrail.Place.DELIVERED);
            assertThat(message.now().results()).contains("spf=");
        }
    }

    @Test
    void whatIsToldBeforeTheReplyThatNamesTheMessageCounts() {
        deliver(OURS);
        accept(OURS);
        try (ProbeTrail.Following message = trail.follow(new QueueId(OURS))) {
            assertThat(message.now().place()).isEqualTo(ProbeTrail.Place.DELIVERED);
            assertThat(message.now().results()).isNotNull();
        }
    }

    @Test
    void ofAMessageThatAnotherGatewayTookNothingIsKnown() {
        muchOtherMail();
        try (ProbeTrail.Following message = trail.follow(new QueueId(OURS))) {
            assertThat(message.now()).isNull();
        }
    }
}
