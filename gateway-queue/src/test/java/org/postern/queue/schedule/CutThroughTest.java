package org.postern.queue.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.LATER;
import static org.postern.queue.schedule.RelayFixture.NEVER;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.schedule.CutThrough.Answer;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.SpoolWriter;

/** A session that waits for its downstream, and who has the message at each moment. */
class CutThroughTest extends WithRelay {
    private static final Duration LONG = Duration.ofSeconds(30);

    @BeforeEach
    void open() throws Exception {
        relay.answers("notices", false, false, r -> OK);
    }

    /** Stores a message as a session does that waits for it. */
    private Answer store(Duration patience, Recipient... to) throws Exception {
        try (SpoolWriter writer = relay.spool.begin()) {
            byte[] content = "Subject: x\r\n\r\nbody\r\n".getBytes(UTF_8);
            writer.write(content, 0, content.length);
            QueueId id = writer.id();
            try (CutThrough.Ticket ticket = relay.scheduler.cutThrough().expect(id)) {
                writer.commit(relay.meta("bob@sender.example", SenderAuthentication.SPF, to));
                relay.scheduler.wake();
                return ticket.await(patience);
            }
        }
    }

    @Test
    void whatTheStoreTakesIsOverWhenTheClientIsTold() throws Exception {
        relay.answers("store", false, true, r -> OK);
        relay.start();
        assertThat(store(LONG, recipient("ann@example.net"))).isEqualTo(new Answer.Delivered());
        assertThat(relay.spool.summary().total()).isZero();
    }

    @Test
    void whatTheStoreRefusesIsRefusedInSessionAndNobodyIsSentANotice() throws Exception {
        relay.answers("store", false, true, r -> NEVER);
        relay.start();
        assertThat(store(LONG, recipient("ann@example.net"))).isEqualTo(new Answer.Refused(NEVER));
        assertThat(relay.spool.summary().total()).isZero();
        assertThat(relay.decisions).isEmpty();
        assertThat(relay.events)
                .singleElement()
                .extracting(RelayEvent::outcome)
                .isEqualTo(RelayEvent.Outcome.FAILED);
    }

    @Test
    void whatTheStorePutsOffStaysInTheSpool() throws Exception {
        relay.answers("store", false, true, r -> LATER);
        relay.start();
        assertThat(store(LONG, recipient("ann@example.net"))).isEqualTo(new Answer.Spooled());
        assertThat(relay.spool.summary().count(EntryState.DEFERRED)).isEqualTo(1);
    }

    @Test
    void whereSomeAreRefusedTheMessageIsTakenAndTheSenderIsToldOfThose() throws Exception {
        relay.answers(
                "store", false, true, r -> r.address().toString().startsWith("ann") ? NEVER : OK);
        relay.start();
        assertThat(store(LONG, recipient("ann@example.net"), recipient("eve@example.net")))
                .isEqualTo(new Answer.Spooled());
        await().until(() -> relay.spool.summary().total() == 0);
        assertThat(relay.decisions).hasSize(1);
    }

    @Test
    void aRefusalAfterTheClientWasTold250IsAFailureLikeAnyOther() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        relay.does(
                "store",
                true,
                request -> {
                    assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
                    return RelayFixture.report(request, NEVER, null, Duration.ZERO);
                });
        relay.start();
        assertThat(store(Duration.ofMillis(50), recipient("ann@example.net")))
                .isEqualTo(new Answer.Spooled());
        answered.countDown();
        await().until(() -> relay.decisions.size() == 1);
        await().until(() -> relay.spool.summary().total() == 0);
    }

    @Test
    void aRefusalThatIsBeingRecordedIsWaitedForHoweverShortThePatience() {
        CutThrough sessions = new CutThrough();
        QueueId id = new QueueId(7);
        try (CutThrough.Ticket ticket = sessions.expect(id)) {
            CutThrough.Ticket taken = sessions.refusing(id).orElseThrow();
            Thread.ofVirtual().start(() -> taken.refused(new Answer.Refused(NEVER)));
            assertThat(ticket.await(Duration.ZERO)).isEqualTo(new Answer.Refused(NEVER));
        }
        try (CutThrough.Ticket late = sessions.expect(id)) {
            assertThat(late.await(Duration.ZERO)).isEqualTo(new Answer.Spooled());
            assertThat(sessions.refusing(id)).isEmpty();
        }
        assertThat(sessions.refusing(id)).isEmpty();
    }
}
