package org.postern.queue.schedule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.core.mail.DsnNotify.DELAY;
import static org.postern.core.mail.DsnNotify.FAILURE;
import static org.postern.core.mail.DsnNotify.NEVER;
import static org.postern.core.mail.DsnNotify.SUCCESS;
import static org.postern.queue.schedule.RelayFixture.LATER;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;

import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.delivery.RecipientOutcome;
import org.postern.queue.dsn.NoticeDecision;
import org.postern.queue.dsn.NoticeSettings;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;

/** From a downstream's answer to the notice that leaves, and to the entry that is held instead. */
class NoticeDeskTest extends WithRelay {
    private record Sent(String to, String text) {}

    private volatile boolean late;
    private final List<Sent> sent = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() throws Exception {
        relay.does(
                "notices",
                false,
                request -> {
                    Map<Recipient, RecipientOutcome> all = new LinkedHashMap<>();
                    try (InputStream in = request.content().open()) {
                        String text = new String(in.readAllBytes(), UTF_8);
                        for (Recipient r : request.envelope().recipients()) {
                            assertThat(request.envelope().reversePath().isNull()).isTrue();
                            sent.add(new Sent(r.address().toString(), text));
                            all.put(r, new RecipientOutcome.Delivered(OK));
                        }
                    }
                    return new DeliveryReport(all, "mx", null, null, false, Duration.ZERO);
                });
    }

    private void refusing(String... refused) {
        List<String> never = List.of(refused);
        relay.answers(
                "store",
                false,
                true,
                r -> never.contains(r.address().toString()) ? RelayFixture.NEVER : OK);
        relay.start();
    }

    private void awaitEmpty() {
        await().until(() -> relay.spool.summary().total() == 0);
    }

    @Test
    void aKnownSenderIsToldOfARefusalAndNothingIsLeft() throws Exception {
        refusing("ann@example.net");
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        await().until(() -> sent.size() == 1);
        awaitEmpty();
        assertThat(sent.getFirst().to()).isEqualTo("bob@sender.example");
        assertThat(sent.getFirst().text())
                .contains("Action: failed")
                .contains("Status: 5.1.1")
                .contains("Diagnostic-Code: smtp; 550 5.1.1 Never")
                .contains(id.toString());
    }

    @Test
    void ofTwoRecipientsTheRefusedOneIsToldAtOnceAndTheOtherGoesOn() throws Exception {
        late = true;
        relay.answers(
                "store",
                false,
                true,
                r ->
                        r.address().toString().startsWith("ann")
                                ? RelayFixture.NEVER
                                : late ? LATER : OK);
        relay.start();
        QueueId id =
                relay.store(
                        "bob@sender.example",
                        recipient("ann@example.net"),
                        recipient("eve@example.net"));
        await().until(() -> sent.size() == 1);
        assertThat(sent.getFirst().text()).contains("ann@example.net");
        assertThat(sent.getFirst().text()).doesNotContain("eve@example.net");
        await().until(() ->
                relay.find(id).orElseThrow().recipients().getFirst().state()
                        == RecipientState.BOUNCED);
        assertThat(relay.find(id).orElseThrow().state()).isEqualTo(EntryState.DEFERRED);
        late = false;
        relay.time.advance(Duration.ofMinutes(3));
        relay.scheduler.wake();
        awaitEmpty();
        assertThat(sent).hasSize(1);
    }

    @Test
    void aSenderThatNothingVouchesForIsNotToldAndTheEntrySaysWhyItIsHeld() throws Exception {
        refusing("ann@example.net");
        QueueId id =
                relay.store(
                        "bob@sender.example",
                        SenderAuthentication.NONE,
                        recipient("ann@example.net"));
        await().until(() -> !relay.decisions.isEmpty());
        QueueEntry entry = relay.find(id).orElseThrow();
        assertThat(entry.state()).isEqualTo(EntryState.HELD);
        assertThat(entry.reason()).isEqualTo("failed: notice.unauthenticated");
        assertThat(sent).isEmpty();
    }

    @Test
    void aNoticeThatFailsIsHeldAndNeverAnswered() throws Exception {
        refusing("ann@example.net");
        relay.answers("notices", false, false, r -> RelayFixture.NEVER);
        relay.store("bob@sender.example", recipient("ann@example.net"));
        await().until(() -> relay.decisions.size() == 2);
        assertThat(relay.decisions.get(1))
                .isEqualTo(new NoticeDecision.Hold(NoticeDecision.Reason.NULL_SENDER));
        assertThat(relay.spool.entries())
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.envelope().reversePath().isNull()).isTrue();
                    assertThat(e.reason()).isEqualTo("failed: notice.null-sender");
                });
    }

    @Test
    void beyondTheBudgetEntriesAreHeld() throws Exception {
        relay.settings = new NoticeSettings(true, false, true, 200, 2);
        refusing("ann@example.net");
        for (int i = 0; i < 4; i++) {
            relay.store("bob@sender.example", recipient("ann@example.net"));
        }
        await().until(() -> relay.decisions.size() == 4);
        await().until(() -> sent.size() == 2);
        await().until(() -> relay.spool.summary().count(EntryState.HELD) == 2);
        assertThat(relay.spool.entries())
                .allSatisfy(e -> assertThat(e.reason()).isEqualTo("failed: notice.budget.sender"));
    }

    @Test
    void whoAsksForSuccessIsToldByAStoreThatItIsDelivered() throws Exception {
        refusing();
        relay.store("bob@sender.example", recipient("ann@example.net", SUCCESS, FAILURE));
        await().until(() -> sent.size() == 1);
        assertThat(sent.getFirst().text()).contains("Action: delivered").contains("Status: 2.0.0");
    }

    @Test
    void whatGoesToAServerWithoutDsnIsToldAsRelayedAndToOneWithDsnNotAtAll() throws Exception {
        relay.answers("store", false, false, r -> OK);
        relay.start();
        relay.store("bob@sender.example", recipient("ann@example.net", SUCCESS));
        await().until(() -> sent.size() == 1);
        assertThat(sent.getFirst().text()).contains("Action: relayed");
        relay.answers("store", true, false, r -> OK);
        relay.store("bob@sender.example", recipient("ann@example.net", SUCCESS));
        awaitEmpty();
        assertThat(sent).hasSize(1);
    }

    @Test
    void whoAskedNeverToBeToldIsNotAndTheEntryGoesToTheTrash() throws Exception {
        refusing("ann@example.net");
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net", NEVER));
        await().until(() -> relay.find(id).orElseThrow().state() == EntryState.TRASH);
        assertThat(sent).isEmpty();
    }

    @Test
    void aDelayIsToldOnceAndOnlyWhereSwitchedOn() throws Exception {
        relay.answers("store", false, true, r -> LATER);
        relay.start();
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net", DELAY));
        await().until(() -> relay.events.size() == 1);
        relay.time.advance(Duration.ofHours(5));
        relay.scheduler.wake();
        await().until(() -> relay.events.size() == 2);
        relay.settings = new NoticeSettings(true, true, true, 200, 5);
        relay.time.advance(Duration.ofHours(2));
        relay.scheduler.wake();
        await().until(() -> sent.size() == 1);
        assertThat(sent.getFirst().text())
                .contains("Action: delayed")
                .contains("Will-Retry-Until: Thu, 26 Nov 2026 10:00:00 +0000");
        await().until(() -> relay.find(id).orElseThrow().notes().containsKey(Marks.TOLD_OF_DELAY));
        relay.time.advance(Duration.ofHours(2));
        relay.scheduler.wake();
        await().until(() ->
                relay.events.stream().filter(e -> e.entry().id().equals(id)).count() == 4);
        assertThat(sent).hasSize(1);
    }

    @Test
    void whatAnEarlierRunDidNotComeToIsToldAfterTheNextStart() throws Exception {
        relay.answers("store", false, true, r -> RelayFixture.NEVER);
        relay.scheduler.start(); // the desk stays closed, as if the gateway ended just now
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        await().until(() -> relay.find(id).orElseThrow().state() == EntryState.HELD);
        relay.close();
        relay.open();
        relay.start();
        await().until(() -> sent.size() == 1);
        awaitEmpty();
    }

    @Test
    void aDiskThatTakesNothingHoldsACloseOnlySoLong() throws Exception {
        relay.answers("store", false, true, r -> RelayFixture.NEVER);
        relay.scheduler.start();
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net", NEVER));
        await().until(() -> relay.find(id).orElseThrow().state() == EntryState.HELD);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch disk = new CountDownLatch(1);
        NoticeDesk desk = relay.desk(relay.waitingIn("change", asked, disk));
        desk.start();
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        desk.close(Duration.ofMillis(1));
        assertThat(relay.find(id).orElseThrow().state()).isEqualTo(EntryState.HELD);
        disk.countDown();
        await().until(() -> relay.find(id).orElseThrow().state() == EntryState.TRASH);
    }

    @Test
    void whatIsToldOfAnExpiredMessageNamesNothingBehindUs() throws Exception {
        SmtpReply ours = SmtpReply.of(452, "4.3.1", "cannot write to Maildir /srv/mail/x: full");
        relay.does(
                "store",
                true,
                request ->
                        new DeliveryReport(
                                Map.of(
                                        request.envelope().recipients().getFirst(),
                                        new RecipientOutcome.Deferred(ours, false, false)),
                                "store:25",
                                null,
                                "TLS",
                                false,
                                Duration.ZERO));
        relay.start();
        relay.store("bob@sender.example", recipient("ann@example.net"));
        await().until(() -> !relay.events.isEmpty());
        assertThat(relay.events.getFirst().reply()).as("for the log").isEqualTo(ours);
        relay.time.advance(Duration.ofDays(6));
        relay.scheduler.wake();
        await().until(() -> !sent.isEmpty());
        assertThat(sent.getFirst().text().replaceAll("\\s+", " "))
                .contains("452 4.3.1 this mail system could not hand the message on", "4.3.1")
                .doesNotContain("/srv/mail", "Diagnostic-Code");
    }
}
