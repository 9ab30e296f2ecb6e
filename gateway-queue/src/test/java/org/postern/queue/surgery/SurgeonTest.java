package org.postern.queue.surgery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.Deadline;
import org.postern.core.time.ManualTimeSource;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

class SurgeonTest {
    @TempDir private Path folder;
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private Spool spool;
    private Surgeon surgeon;

    @BeforeEach
    void open() throws Exception {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000),
                        time,
                        SpoolListener.NONE);
        surgeon = new Surgeon(spool, folder.resolve("plans"), time, Duration.ofDays(3));
    }

    @AfterEach
    void close() {
        spool.close();
    }

    private QueueId store(String from, String to, String client, int size) throws Exception {
        try (SpoolWriter writer = spool.begin()) {
            writer.write("x".repeat(size).getBytes(US_ASCII), 0, size);
            return writer.commit(
                            new MessageMeta(
                                    Envelope.of(
                                            ReversePath.parse(from),
                                            List.of(Recipient.of(EmailAddress.of(to)))),
                                    time.instant(),
                                    client,
                                    "h",
                                    new byte[0],
                                    List.of(),
                                    Map.of("dmarc", from.isEmpty() ? "none" : "fail")))
                    .id();
        }
    }

    private Selection select(String... options) throws SurgeryException {
        Map<String, List<String>> map = new java.util.TreeMap<>();
        for (int i = 0; i < options.length; i += 2) {
            map.computeIfAbsent(options[i], k -> new ArrayList<>()).add(options[i + 1]);
        }
        return Selection.parse(
                map, time.instant(), (e, method) -> Optional.ofNullable(e.notes().get(method)));
    }

    private List<QueueId> ids(Selection selection) throws Exception {
        return surgeon.select(selection).map(QueueEntry::id).toList();
    }

    @Test
    void selectsByEveryOptionOfTheGrammar() throws Exception {
        QueueId a = store("a@example.org", "b@example.net", "192.0.2.1", 10);
        time.advance(Duration.ofHours(3));
        QueueId b = store("c@Example.org", "b@example.com", "2001:db8::1", 5000);
        QueueId c = store("", "d@example.net", "198.51.100.9", 10);
        assertThat(ids(select())).containsExactly(a, b, c);
        assertThat(ids(select("from", "a@example.org"))).containsExactly(a);
        assertThat(ids(select("from", "@example.org"))).containsExactly(a, b);
        assertThat(ids(select("from", "<>"))).containsExactly(c);
        assertThat(ids(select("from", "<>", "from", "a@example.org"))).containsExactly(a, c);
        assertThat(ids(select("to", "@example.net"))).containsExactly(a, c);
        assertThat(ids(select("domain", "example.com"))).containsExactly(b);
        assertThat(ids(select("client", "192.0.2.0/24"))).containsExactly(a);
        assertThat(ids(select("client", "2001:db8::/32"))).containsExactly(b);
        assertThat(ids(select("verdict", "dmarc=fail", "to", "@example.net"))).containsExactly(a);
        assertThat(ids(select("since", "2h"))).containsExactly(b, c);
        assertThat(ids(select("until", "2h"))).containsExactly(a);
        assertThat(ids(select("until", "2026-11-21T11:00:00Z"))).containsExactly(a);
        assertThat(ids(select("older-than", "1h"))).containsExactly(a);
        assertThat(ids(select("size-over", "4KB"))).containsExactly(b);
        assertThat(ids(select("id", c.toString(), "id", a.toString()))).containsExactly(a, c);
        assertThat(ids(select("state", "held"))).isEmpty();
        assertThat(ids(select("state", "queued", "state", "held"))).hasSize(3);
    }

    @Test
    void whatARuleHoldsIsFoundByTheRuleAndByItsReason() throws Exception {
        QueueId a = store("a@example.org", "b@example.net", "192.0.2.1", 10);
        QueueId b = store("b@example.org", "b@example.net", "192.0.2.1", 10);
        QueueId c = store("c@example.org", "b@example.net", "192.0.2.1", 10);
        spool.change(List.of(a), new Change.Hold("policy", "rule-1: its.reason"));
        spool.change(List.of(b), new Change.Hold("policy", "rule-1 until 10:00: its.reason"));
        spool.change(List.of(c), new Change.Hold("policy", "rule-10: other.reason"));
        assertThat(ids(select("reason", "rule-1"))).containsExactly(a, b);
        assertThat(ids(select("reason", "its.reason"))).containsExactly(a, b);
        assertThat(ids(select("reason", "rule-10"))).containsExactly(c);
        assertThat(ids(select("reason", "its"))).as("a beginning").containsExactly(a, b);
        assertThat(ids(select("reason", "other."))).containsExactly(c);
        assertThat(ids(select("reason", "it"))).as("no part of a word").isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "from, not an address, an address",
        "client, 192.0.2.1/24, bits set",
        "since, yesterday, a duration such as",
        "size-over, big, a size such as",
        "state, lost, 'queued, deferred, held or trash'",
        "verdict, dmarc, method=result",
        "id, !, queue id",
        "colour, red, no such option"
    })
    void saysWhichOptionIsWrongAndWhatIsAllowed(String option, String value, String allowed) {
        assertThatThrownBy(() -> select(option, value))
                .isInstanceOf(SurgeryException.class)
                .hasMessageContaining("--" + option)
                .hasMessageContaining(allowed);
    }

    @Test
    void changesNothingUntilAPlanIsAppliedAndThenExactlyThatSet() throws Exception {
        QueueId a = store("spam@example.org", "b@example.net", "192.0.2.1", 10);
        QueueId b = store("spam@example.org", "b@example.net", "192.0.2.1", 20);
        QueueId other = store("good@example.org", "b@example.net", "192.0.2.1", 10);
        Plan plan = surgeon.plan(Action.DROP, select("from", "spam@example.org"), "me", "spam");
        assertThat(plan.count()).isEqualTo(2);
        assertThat(plan.bytes()).isEqualTo(30);
        assertThat(plan.sample()).extracting(QueueEntry::id).containsExactly(a, b);
        assertThat(ids(select())).containsExactly(a, b, other);
        QueueId late = store("spam@example.org", "b@example.net", "192.0.2.1", 10);
        assertThat(surgeon.apply(plan.id(), "me")).isEqualTo(new Surgeon.Outcome(2, 0));
        assertThat(ids(select())).containsExactly(other, late);
        QueueEntry dropped = spool.find(a).orElseThrow();
        assertThat(dropped.state()).isEqualTo(EntryState.TRASH);
        assertThat(dropped.actor()).isEqualTo("me");
        assertThat(dropped.reason()).isEqualTo(plan.id() + ": spam");
        assertThat(ids(select("state", "trash"))).containsExactly(a, b);
        assertThat(ids(select("state", "trash", "reason", "spam"))).containsExactly(a, b);
        assertThat(surgeon.apply(plan.id(), "me")).isEqualTo(new Surgeon.Outcome(0, 2));
    }

    @Test
    void undoesADropOrAHoldUntilTheTrashExpires() throws Exception {
        QueueId a = store("a@example.org", "b@example.net", "192.0.2.1", 10);
        QueueId b = store("a@example.org", "b@example.net", "192.0.2.1", 10);
        String hold = surgeon.plan(Action.HOLD, select("id", a.toString()), "me", "odd").id();
        surgeon.apply(hold, "me");
        Plan drop = surgeon.plan(Action.DROP, select(), "me", "");
        surgeon.apply(drop.id(), "me");
        assertThat(ids(select())).isEmpty();
        assertThat(surgeon.undo(drop.id(), "me")).isEqualTo(new Surgeon.Outcome(2, 0));
        assertThat(spool.find(a).orElseThrow().state()).isEqualTo(EntryState.HELD);
        assertThat(spool.find(b).orElseThrow().state()).isEqualTo(EntryState.QUEUED);
        assertThat(surgeon.undo(hold, "me").changed()).isLessThanOrEqualTo(1);
        surgeon.apply(surgeon.plan(Action.DROP, select("id", b.toString()), "me", "").id(), "me");
        time.advance(Duration.ofDays(3).plusSeconds(1));
        spool.close();
        open();
        org.awaitility.Awaitility.await().until(() -> spool.find(b).isEmpty());
    }

    @Test
    void aPlanIsForgottenOnceNothingItDidCanBeTakenBack() throws Exception {
        QueueId a = store("a@example.org", "b@example.net", "192.0.2.1", 10);
        String never = surgeon.plan(Action.HOLD, select(), "me", "").id();
        String applied = surgeon.plan(Action.DROP, select(), "me", "").id();
        time.advance(Duration.ofDays(5));
        surgeon.apply(applied, "me");
        assertThat(surgeon.tidy()).isZero();
        time.advance(Duration.ofDays(2));
        assertThat(surgeon.tidy()).as("made a week ago, twice the trash's grace").isEqualTo(1);
        assertThatThrownBy(() -> surgeon.find(never)).hasMessageContaining("may have expired");
        assertThat(surgeon.undo(applied, "me").changed()).isEqualTo(1);
        assertThat(spool.find(a)).isPresent();
        time.advance(Duration.ofDays(5));
        assertThat(surgeon.tidy()).isEqualTo(1);
    }

    @Test
    void saysThatAPlanIsUnknownOrCannotBeUndone() throws Exception {
        assertThatThrownBy(() -> surgeon.apply("P00000000", "me"))
                .hasMessageContaining("no such plan");
        assertThatThrownBy(() -> surgeon.apply("../../etc/passwd", "me"))
                .hasMessageContaining("a plan's id is");
        Plan release = surgeon.plan(Action.RELEASE, select(), "me", "");
        assertThatThrownBy(() -> surgeon.undo(release.id(), "me"))
                .hasMessageContaining("cannot be undone");
    }

    @Test
    void aPlanAppliedTwiceChangesNothingTheSecondTimeAndTheJournalHearsOfItOnce() throws Exception {
        List<SurgeryEvent> heard = new ArrayList<>();
        Surgeon heardOf =
                new Surgeon(
                        spool,
                        folder.resolve("plans"),
                        time,
                        Duration.ofDays(3),
                        Bouncer.NONE,
                        heard::add);
        store("a@example.org", "b@example.net", "192.0.2.1", 10);
        for (Action action : List.of(Action.HOLD, Action.RELEASE, Action.DROP)) {
            Plan plan = heardOf.plan(action, select("from", "@example.org"), "me", "why");
            assertThat(heardOf.apply(plan.id(), "me").changed()).as("%s", action).isEqualTo(1);
            if (action == Action.RELEASE) {
                continue; // what is let go twice is due twice, which harms nothing
            }
            assertThat(heardOf.apply(plan.id(), "me"))
                    .as("%s again", action)
                    .isEqualTo(new Surgeon.Outcome(0, 1));
        }
        assertThat(heard).extracting(SurgeryEvent::what).containsExactly("hold", "release", "drop");
    }

    @Test
    void aPlanIsNotAppliedByWhoMeansToDoSomethingElse() throws Exception {
        QueueId id = store("a@example.org", "b@example.net", "192.0.2.1", 10);
        Plan hold = surgeon.plan(Action.HOLD, select("from", "@example.org"), "me", "");
        assertThatThrownBy(() -> surgeon.apply(hold.id(), Action.DROP, "me"))
                .isInstanceOf(SurgeryException.class)
                .hasMessageContaining("is a plan to hold, not to drop; nothing is changed")
                .hasMessageContaining("postern queue hold --apply " + hold.id());
        assertThat(spool.find(id).orElseThrow().state()).isEqualTo(EntryState.QUEUED);
        assertThat(surgeon.apply(hold.id(), Action.HOLD, "me").changed()).isEqualTo(1);
    }

    @Test
    void whatWasHeldAndDroppedIsHeldAgainForItsOwnReasonWhenTheDropIsUndone() throws Exception {
        QueueId id = store("a@example.org", "b@example.net", "192.0.2.1", 10);
        Plan hold = surgeon.plan(Action.HOLD, select("from", "@example.org"), "me", "odd");
        surgeon.apply(hold.id(), "me");
        Plan drop = surgeon.plan(Action.DROP, select("state", "held"), "me", "spam");
        surgeon.apply(drop.id(), "me");
        surgeon.undo(drop.id(), "me");
        assertThat(spool.find(id).orElseThrow().reason()).isEqualTo(hold.id() + ": odd");
        assertThat(surgeon.undo(hold.id(), "me").changed())
                .as("and its own plan still knows it")
                .isEqualTo(1);
    }

    @Test
    void browsesAndRemovesWhileMailIsTakenAndStored() throws Exception {
        Set<QueueId> stored = ConcurrentHashMap.newKeySet();
        Set<QueueId> delivered = ConcurrentHashMap.newKeySet();
        AtomicBoolean over = new AtomicBoolean();
        for (int i = 0; i < 200; i++) {
            stored.add(store("keep@example.org", "b@example.net", "192.0.2.1", 100));
        }
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Deadline deadline = Deadline.after(TimeSource.system(), Duration.ofSeconds(60));
        try {
            CompletableFuture<Void> storing =
                    CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; i < 600; i++) {
                                    stored.add(quietly(i % 3 == 0 ? "drop" : "keep"));
                                }
                            },
                            threads);
            CountDownLatch firstDropped = new CountDownLatch(1);
            CompletableFuture<Void> taking =
                    CompletableFuture.runAsync(
                            () -> {
                                // a spool quicker than the surgeon would leave nothing to drop
                                awaitQuietly(firstDropped);
                                while (!over.get()) {
                                    for (QueueEntry e : spool.claimDue(5, r -> true)) {
                                        assertThat(delivered.add(e.id())).isTrue();
                                        deliver(e);
                                    }
                                }
                            },
                            threads);
            int dropped = 0;
            while (!storing.isDone() || dropped == 0) {
                assertThat(deadline.hasPassed()).as("nothing to drop in a minute").isFalse();
                List<QueueId> seen = ids(select());
                assertThat(new HashSet<>(seen)).as("no entry twice").hasSameSizeAs(seen);
                assertThat(seen).isSorted();
                Plan plan = surgeon.plan(Action.DROP, select("from", "drop@example.org"), "me", "");
                dropped += surgeon.apply(plan.id(), "me").changed();
                if (dropped > 0) {
                    firstDropped.countDown();
                }
            }
            assertThat(storing).succeedsWithin(Duration.ofSeconds(20));
            over.set(true);
            assertThat(taking).succeedsWithin(Duration.ofSeconds(20));
            assertThat(dropped).isPositive();
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
        Set<QueueId> there = new HashSet<>(ids(select()));
        there.addAll(ids(select("state", "trash")));
        for (QueueId id : stored) {
            boolean gone = delivered.contains(id);
            assertThat(there.contains(id)).as("%s is there or was delivered", id).isEqualTo(!gone);
        }
        assertThat(spool.summary().active()).isZero();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private QueueId quietly(String sender) {
        try {
            return store(sender + "@example.org", "b@example.net", "192.0.2.1", 100);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void deliver(QueueEntry e) {
        Recipient to = e.envelope().recipients().getFirst();
        try {
            spool.record(
                    e.id(),
                    new AttemptResult(
                            Map.of(
                                    to,
                                    new RecipientStatus(
                                            to, RecipientState.DELIVERED, "250", "store")),
                            Duration.ZERO,
                            "",
                            true));
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void whatARuleHasDroppedIsReleasedAndWhatAPlanHasDroppedIsUndone() throws Exception {
        QueueId trapped = store("a@example.org", "trap@example.net", "192.0.2.1", 10);
        QueueId dropped = store("b@example.org", "bob@example.net", "192.0.2.2", 10);
        spool.change(
                List.of(trapped),
                new Change.Hold(MessageMeta.HOLD_ACTOR, "spam-trap: reputation.trap"));
        spool.change(
                List.of(trapped),
                new Change.Drop(MessageMeta.HOLD_ACTOR, "spam-trap", Duration.ofDays(7)));
        surgeon.apply(
                surgeon.plan(Action.DROP, select("id", dropped.toString()), "olga", "").id(),
                "olga");
        Plan plan = surgeon.plan(Action.RELEASE, select("state", "trash"), "olga", "no trap");
        assertThat(plan.ids()).containsExactly(trapped);
        assertThat(plan.leftOut())
                .containsExactly(Map.entry("dropped by a plan: postern queue undo PLAN", 1));
        assertThat(surgeon.apply(plan.id(), "olga")).isEqualTo(new Surgeon.Outcome(1, 0));
        assertThat(spool.find(trapped).orElseThrow().state()).isEqualTo(EntryState.QUEUED);
        assertThat(spool.find(dropped).orElseThrow().state()).isEqualTo(EntryState.TRASH);
        assertThat(surgeon.plan(Action.RELEASE, select("id", trapped.toString()), "o", "").count())
                .isZero();
    }
}
