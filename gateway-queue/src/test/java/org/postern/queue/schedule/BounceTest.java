package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.LATER;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;
import org.postern.queue.dsn.NoticeDecision;
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.surgery.Action;
import org.postern.queue.surgery.Bouncer;
import org.postern.queue.surgery.Plan;
import org.postern.queue.surgery.QueueSummary;
import org.postern.queue.surgery.Selection;
import org.postern.queue.surgery.Surgeon;
import org.postern.queue.surgery.SurgeryEvent;
import org.postern.queue.surgery.SurgeryException;

/** What people do to the queue while mail flows. */
class BounceTest extends WithRelay {
    private Surgeon surgeon;
    private final List<SurgeryEvent> heard = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        relay.answers("notices", false, false, r -> OK);
        Bouncer bouncer =
                new Bouncer() {
                    @Override
                    public Optional<String> objection(QueueEntry entry) {
                        return relay.sender.wouldNotTell(entry).map(NoticeDecision.Reason::words);
                    }

                    @Override
                    public void givenUp(QueueId id) {
                        relay.desk.consider(id);
                    }
                };
        surgeon =
                new Surgeon(
                        relay.spool,
                        folder.resolve("plans"),
                        relay.time,
                        Duration.ofDays(7),
                        bouncer,
                        heard::add);
    }

    private Selection everything() throws SurgeryException {
        return Selection.parse(
                Map.of("older-than", List.of("0s")),
                relay.time.instant(),
                (e, m) -> Optional.empty());
    }

    @Test
    void whoMayBeToldIsToldAndTheOthersAreLeftOutOfThePlanWithTheReason() throws Exception {
        relay.answers("store", false, true, r -> LATER);
        relay.start();
        relay.store("bob@sender.example", recipient("ann@example.net"));
        QueueId unknown =
                relay.store(
                        "eve@other.example",
                        SenderAuthentication.NONE,
                        recipient("ann@example.net"));
        await().until(() -> relay.events.size() == 2);
        await().until(() -> relay.spool.summary().active() == 0);
        relay.time.advance(Duration.ofSeconds(5));
        Plan plan = surgeon.plan(Action.BOUNCE, everything(), "ann", "store is gone");
        assertThat(plan.count()).isEqualTo(1);
        assertThat(plan.leftOut()).containsValue(1).hasSize(1);
        assertThat(relay.spool.summary().count(EntryState.DEFERRED)).isEqualTo(2);
        assertThat(surgeon.apply(plan.id(), "ann").changed()).isEqualTo(1);
        await().until(() -> relay.spool.summary().total() == 1);
        assertThat(relay.find(unknown).orElseThrow().state()).isEqualTo(EntryState.DEFERRED);
        assertThat(relay.events)
                .anySatisfy(e ->
                        assertThat(e.recipient().address().toString())
                                .isEqualTo("bob@sender.example"));
        assertThat(heard)
                .singleElement()
                .satisfies(e -> {
                    assertThat(e.what()).isEqualTo("bounce");
                    assertThat(e.reason()).isEqualTo("store is gone");
                    assertThat(e.actor()).isEqualTo("ann");
                });
        assertThatThrownBy(() -> surgeon.undo(plan.id(), "ann"))
                .hasMessageContaining("cannot be undone");
    }

    @Test
    void anEntryThatIsBeingDeliveredIsNotBounced() throws Exception {
        CountDownLatch delivering = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        relay.does(
                "store",
                true,
                request -> {
                    delivering.countDown();
                    assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
                    return RelayFixture.report(request, OK, null, Duration.ZERO);
                });
        relay.start();
        QueueId id = relay.store("bob@sender.example", recipient("ann@example.net"));
        relay.time.advance(Duration.ofSeconds(5));
        assertThat(delivering.await(20, TimeUnit.SECONDS)).isTrue();
        Plan plan = surgeon.plan(Action.BOUNCE, everything(), "ann", "");
        assertThat(surgeon.apply(plan.id(), "ann").changed()).isZero();
        assertThat(relay.find(id).orElseThrow().state()).isEqualTo(EntryState.HELD);
        goOn.countDown();
        await().until(() -> relay.spool.summary().total() == 0);
        assertThat(relay.decisions).isEmpty();
    }

    /** What James's queue got wrong for years: to browse and remove while mail is taken out. */
    @Test
    void browsingAndRemovingWhileMailFlowsShowsNothingTwiceAndLosesNothing() throws Exception {
        Set<QueueId> delivered = java.util.concurrent.ConcurrentHashMap.newKeySet();
        relay.does(
                "store",
                true,
                request -> {
                    assertThat(delivered.add(request.id())).as("%s twice", request.id()).isTrue();
                    return RelayFixture.report(request, OK, null, Duration.ZERO);
                });
        Set<QueueId> stored = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            stored.add(relay.store("s" + i % 7 + "@sender.example", recipient("a@example.net")));
        }
        relay.start();
        Selection one =
                Selection.parse(
                        Map.of("from", List.of("s3@sender.example")),
                        relay.time.instant(),
                        (e, m) -> Optional.empty());
        Set<QueueId> dropped = new HashSet<>();
        for (int round = 0; round < 20; round++) {
            Set<QueueId> seen = new HashSet<>();
            try (Stream<QueueEntry> entries = relay.spool.entries()) {
                entries.forEach(
                        e -> assertThat(seen.add(e.id())).as("%s is shown twice", e.id()).isTrue());
            }
            for (int i = 0; i < 20; i++) {
                stored.add(
                        relay.store("s" + i % 7 + "@sender.example", recipient("a@example.net")));
            }
            Plan plan = surgeon.plan(Action.DROP, one, "ann", "round");
            surgeon.apply(plan.id(), "ann");
            dropped.addAll(plan.ids());
        }
        await().until(() ->
                relay.spool.summary().count(EntryState.QUEUED) == 0
                        && relay.spool.summary().active() == 0);
        Set<QueueId> trash = new HashSet<>();
        try (Stream<QueueEntry> entries = relay.spool.entries(Set.of(EntryState.TRASH))) {
            entries.forEach(e -> trash.add(e.id()));
        }
        assertThat(trash).isSubsetOf(dropped);
        for (QueueId id : stored) {
            // one that was dropped while it was being delivered ends with its delivery
            assertThat(delivered.contains(id) ^ trash.contains(id)).as("%s", id).isTrue();
        }
    }

    @Test
    void theSummaryCountsByDomainAndAgeAndEachEntryOnceInAll() throws Exception {
        relay.store("bob@sender.example", recipient("ann@example.net"));
        relay.time.advance(Duration.ofHours(2));
        relay.store("bob@sender.example", recipient("a@example.com"), recipient("b@example.net"));
        for (boolean fromTheIndex : new boolean[] {true, false}) {
            Selection selection =
                    Selection.parse(
                            fromTheIndex ? Map.of() : Map.of("from", List.of("@sender.example")),
                            relay.time.instant(),
                            (e, m) -> Optional.empty());
            QueueSummary summary = surgeon.summary(selection);
            assertThat(summary.total().messages()).isEqualTo(2);
            assertThat(summary.total().byAge()).containsExactly(1L, 0L, 1L, 0L, 0L, 0L);
            assertThat(summary.rows())
                    .extracting(QueueSummary.Row::domain, QueueSummary.Row::messages)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("example.net", 2L),
                            org.assertj.core.groups.Tuple.tuple("example.com", 1L));
            assertThat(summary.total().oldest()).isEqualTo(Duration.ofHours(2));
        }
    }
}
