package org.postern.queue.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;

/** What every spool makes of marks, explanations, giving up and word to the sender. */
public abstract class SpoolChangeContract extends SpoolFixture {
    private static final Recipient ANN = to("ann@example.net");
    private static final Recipient BEN = to("ben@example.net");

    private QueueEntry entry(QueueId id) throws SpoolException {
        return spool.find(id).orElseThrow();
    }

    private List<QueueId> change(QueueId id, Change change) throws SpoolException {
        return spool.change(List.of(id), change);
    }

    /** An attempt: these states for ann and ben. */
    private void attempt(QueueId id, RecipientState ann, RecipientState ben) throws Exception {
        claimOne();
        spool.record(
                id,
                new AttemptResult(
                        Map.of(
                                ANN, new RecipientStatus(ANN, ann, "ann's reply", "store"),
                                BEN, new RecipientStatus(BEN, ben, "ben's reply", "store")),
                        Duration.ofMinutes(1),
                        "failed",
                        true));
    }

    private QueueId two() throws Exception {
        return store("1", "ann@example.net", "ben@example.net").id();
    }

    @Test
    void whoLetAHeldEntryGoIsMarkedAndThatOutlivesAnAttemptAndARestart() throws Exception {
        QueueId id = two();
        change(id, new Change.Release("policy", false));
        assertThat(entry(id).notes()).as("it was not held").doesNotContainKey(Marks.RELEASED);
        change(id, new Change.Hold("policy", "x"));
        assertThat(change(id, new Change.Release("olga", true))).containsExactly(id);
        attempt(id, RecipientState.DEFERRED, RecipientState.DELIVERED);
        reopen();
        assertThat(entry(id).notes()).containsEntry(Marks.RELEASED, "olga");
    }

    @Test
    void aMarkChangesNothingButItselfAndOutlivesARestart() throws Exception {
        QueueId id = two();
        attempt(id, RecipientState.DEFERRED, RecipientState.DELIVERED);
        QueueEntry before = entry(id);
        assertThat(change(id, new Change.Mark("postern", Marks.TOLD_OF_DELAY, "10:00")))
                .containsExactly(id);
        for (int run = 0; run < 2; run++) {
            QueueEntry after = entry(id);
            assertThat(after.notes())
                    .containsEntry(Marks.TOLD_OF_DELAY, "10:00")
                    .containsEntry("verdicts", "{}");
            assertThat(after.state()).isEqualTo(before.state());
            assertThat(after.recipients()).isEqualTo(before.recipients());
            assertThat(after.attempts()).isEqualTo(1);
            assertThat(after.reason()).isEmpty();
            reopen();
        }
        assertThat(spool.claimDue(1, r -> true)).as("nor when it is due").isEmpty();
        time.advance(Duration.ofMinutes(1));
        assertThat(claimOne().notes()).containsKey(Marks.TOLD_OF_DELAY);
    }

    @Test
    void marksStandBesideEachOtherAndTheLastOfANameCounts() throws Exception {
        QueueId id = two();
        change(id, new Change.Mark("postern", Marks.TOLD_OF_DELAY, "10:00"));
        change(id, new Change.Mark("postern", Marks.POSSIBLE_DUPLICATE, "killed"));
        change(id, new Change.Mark("postern", Marks.POSSIBLE_DUPLICATE, "reply lost"));
        reopen();
        assertThat(entry(id).notes())
                .containsEntry(Marks.TOLD_OF_DELAY, "10:00")
                .containsEntry(Marks.POSSIBLE_DUPLICATE, "reply lost");
    }

    @Test
    void aMarkIsTakenAtAnyTimeDuringAnAttemptHeldAndInTheTrash() throws Exception {
        QueueId id = two();
        claimOne();
        change(id, new Change.Mark("postern", "a", "1"));
        assertThat(entry(id).active()).isTrue();
        spool.letGo(id, Duration.ZERO);
        change(id, new Change.Hold("me", "wait"));
        change(id, new Change.Mark("postern", "b", "2"));
        change(id, new Change.Drop("me", "spam", Duration.ofDays(1)));
        change(id, new Change.Mark("postern", "c", "3"));
        change(id, new Change.Restore("me", "no spam"));
        reopen();
        assertThat(entry(id).notes())
                .containsEntry("a", "1")
                .containsEntry("b", "2")
                .containsEntry("c", "3")
                .containsEntry(Marks.WHY, "no spam");
        assertThat(entry(id).state()).isEqualTo(EntryState.HELD);
        assertThat(entry(id).reason()).isEqualTo("wait");
    }

    @Test
    void aMarkLongerThanItMayBeIsCutAndHarmsNothing() throws Exception {
        QueueId id = two();
        change(id, new Change.Mark("postern", Marks.WHY, "x".repeat(Marks.MAX_VALUE * 3)));
        reopen();
        assertThat(entry(id).notes().get(Marks.WHY)).isEqualTo("x".repeat(Marks.MAX_VALUE));
    }

    @Test
    void anAttemptCanMarkWhatItRecords() throws Exception {
        QueueId id = two();
        claimOne();
        spool.record(
                id,
                new AttemptResult(
                        Map.of(
                                ANN,
                                new RecipientStatus(ANN, RecipientState.DEFERRED, "lost", "store")),
                        Duration.ofMinutes(1),
                        "failed",
                        true,
                        Map.of(Marks.POSSIBLE_DUPLICATE, "the final reply was lost")));
        reopen();
        assertThat(entry(id).notes())
                .containsEntry(Marks.POSSIBLE_DUPLICATE, "the final reply was lost");
    }

    @Test
    void anExplanationGivesAHeldEntryOtherWordsAndNothingElse() throws Exception {
        QueueId id = two();
        attempt(id, RecipientState.FAILED, RecipientState.DELIVERED);
        assertThat(entry(id).reason()).isEqualTo("failed");
        assertThat(change(id, new Change.Explain("postern", "failed: notice.unauthenticated")))
                .containsExactly(id);
        reopen();
        QueueEntry after = entry(id);
        assertThat(after.state()).isEqualTo(EntryState.HELD);
        assertThat(after.reason()).isEqualTo("failed: notice.unauthenticated");
        assertThat(after.actor()).isEqualTo("postern");
        assertThat(after.recipients().getFirst().state()).isEqualTo(RecipientState.FAILED);
        assertThat(after.recipients().getFirst().reply()).isEqualTo("ann's reply");
        assertThat(after.attempts()).isEqualTo(1);
    }

    @Test
    void onlyWhatIsHeldCanBeExplained() throws Exception {
        QueueId id = two();
        Change explain = new Change.Explain("postern", "why");
        assertThat(change(id, explain)).as("queued").isEmpty();
        attempt(id, RecipientState.DEFERRED, RecipientState.DEFERRED);
        assertThat(change(id, explain)).as("deferred").isEmpty();
        change(id, new Change.Drop("me", "spam", Duration.ofDays(1)));
        assertThat(change(id, explain)).as("in the trash").isEmpty();
        assertThat(entry(id).reason()).isEqualTo("spam");
        assertThat(change(new QueueId(99), explain)).as("unknown").isEmpty();
    }

    @Test
    void givingUpFailsWhatIsPendingAndKeepsTheLastWordsOfTheDownstream() throws Exception {
        QueueId id = two();
        attempt(id, RecipientState.DEFERRED, RecipientState.DELIVERED);
        assertThat(change(id, new Change.GiveUp("me", "store is gone"))).containsExactly(id);
        reopen();
        QueueEntry after = entry(id);
        assertThat(after.state()).isEqualTo(EntryState.HELD);
        assertThat(after.reason()).isEqualTo("store is gone");
        assertThat(after.recipients())
                .extracting(RecipientStatus::state)
                .containsExactly(RecipientState.FAILED, RecipientState.DELIVERED);
        assertThat(after.recipients().getFirst().reply()).isEqualTo("ann's reply");
    }

    @Test
    void whoWasToldIsOverAndTheOthersWaitOn() throws Exception {
        QueueId id = two();
        attempt(id, RecipientState.FAILED, RecipientState.DEFERRED);
        assertThat(change(id, new Change.Told("postern"))).containsExactly(id);
        reopen();
        assertThat(entry(id).state()).isEqualTo(EntryState.DEFERRED);
        assertThat(entry(id).recipients())
                .extracting(RecipientStatus::state)
                .containsExactly(RecipientState.BOUNCED, RecipientState.DEFERRED);
        assertThat(change(id, new Change.Told("postern"))).as("nothing new to tell").isEmpty();
        change(id, new Change.GiveUp("me", "enough"));
        assertThat(change(id, new Change.Told("postern"))).containsExactly(id);
        assertThat(spool.find(id)).as("everybody's fate is known and told").isEmpty();
        reopen();
        assertThat(spool.find(id)).isEmpty();
    }
}
