package org.postern.queue.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;

/** What every spool does. */
public abstract class SpoolContract extends SpoolFixture {
    @Test
    void givesBackWhatItWasGiven() throws Exception {
        String content = "Subject: x\r\n\r\n.dot\r\nbody\r\n";
        StoredMessage stored = store(content, "b@example.net");
        reopen();
        assertThat(text(spool.received(stored.id()))).isEqualTo(content);
        assertThat(text(spool.relayed(stored.id()))).isEqualTo("Received: by mx\r\n" + content);
        QueueEntry entry = spool.find(stored.id()).orElseThrow();
        assertThat(entry.contentSha256())
                .isEqualTo(
                        HexFormat.of()
                                .formatHex(
                                        MessageDigest.getInstance("SHA-256")
                                                .digest(content.getBytes(US_ASCII))))
                .isEqualTo(stored.contentSha256());
        assertThat(entry.size()).isEqualTo(content.length());
        assertThat(entry.state()).isEqualTo(EntryState.QUEUED);
        assertThat(entry.received()).isEqualTo(START);
        assertThat(entry.clientAddress()).isEqualTo("192.0.2.1");
        assertThat(entry.notes()).containsEntry("verdicts", "{}");
    }

    @Test
    void keepsEveryParameterOfTheEnvelope() throws Exception {
        Envelope envelope =
                new Envelope(
                        ReversePath.Null.INSTANCE,
                        List.of(
                                new Recipient(
                                        EmailAddress.of("\"b c\"@example.net"),
                                        Set.of(DsnNotify.SUCCESS, DsnNotify.DELAY),
                                        "rfc822;b+20c@example.net"),
                                to("jörg@[192.0.2.9]")),
                        BodyType.EIGHT_BIT_MIME,
                        true,
                        true,
                        "QQ314159",
                        DsnReturn.HDRS);
        MessageMeta meta = new MessageMeta(envelope, START, "::1", "", TRACE, List.of(), Map.of());
        StoredMessage stored = store("x\r\n".getBytes(US_ASCII), meta);
        reopen();
        assertThat(spool.find(stored.id()).orElseThrow().envelope()).isEqualTo(envelope);
    }

    @Test
    void leavesOmittedRangesOutOnlyWhenRelaying() throws Exception {
        for (int filler : new int[] {0, 300_000}) {
            String content = "0123456789" + "x".repeat(filler) + "end";
            MessageMeta m = meta("b@example.net");
            List<ByteRange> omitted =
                    List.of(
                            new ByteRange(0, 2),
                            new ByteRange(5, 7),
                            new ByteRange(content.length() - 1, content.length()));
            MessageMeta cut =
                    new MessageMeta(m.envelope(), START, "", "", TRACE, omitted, Map.of());
            StoredMessage stored = store(content.getBytes(US_ASCII), cut);
            assertThat(text(spool.received(stored.id()))).isEqualTo(content);
            assertThat(text(spool.relayed(stored.id())))
                    .isEqualTo("Received: by mx\r\n" + "234789" + "x".repeat(filler) + "en");
        }
    }

    @Test
    void keepsLargeMessagesAsWellAsSmallOnes() throws Exception {
        byte[] content = new byte[3_000_000];
        new java.util.Random(1).nextBytes(content);
        StoredMessage stored;
        try (SpoolWriter writer = spool.begin()) {
            for (int at = 0; at < content.length; at += 7001) {
                writer.write(content, at, Math.min(7001, content.length - at));
            }
            stored = writer.commit(meta("b@example.net"));
        }
        reopen();
        assertThat(bytes(spool.received(stored.id()))).isEqualTo(content);
        assertThat(bytes(spool.relayed(stored.id()))).hasSize(content.length + TRACE.length);
        claimOne();
        spool.record(
                stored.id(), result(to("b@example.net"), RecipientState.DELIVERED, Duration.ZERO));
        reopen();
        assertThat(spool.find(stored.id())).isEmpty();
        assertThat(spool.summary().total()).isZero();
    }

    @Test
    void forgetsWhatWasNotCommitted() throws Exception {
        QueueId id;
        try (SpoolWriter writer = spool.begin()) {
            writer.write(new byte[2_000_000], 0, 2_000_000);
            id = writer.id();
        }
        assertThat(spool.find(id)).isEmpty();
        reopen();
        assertThat(spool.entries()).isEmpty();
        assertThat(alarms).isEmpty();
    }

    @Test
    void neverGivesAnIdTwiceEvenAfterARestart() throws Exception {
        QueueId aborted;
        try (SpoolWriter writer = spool.begin()) {
            aborted = writer.id();
        }
        StoredMessage first = store("1", "b@example.net");
        reopen();
        StoredMessage second = store("2", "b@example.net");
        assertThat(first.id()).isGreaterThan(aborted);
        assertThat(second.id()).isGreaterThan(first.id());
        assertThat(aborted.sequence()).isGreaterThanOrEqualTo(START.toEpochMilli() << 20);
    }

    @Test
    void forgetsAnEntryWhenAllRecipientsHaveIt() throws Exception {
        StoredMessage stored = store("1", "b@example.net", "c@example.net");
        claimOne();
        Optional<QueueEntry> after =
                spool.record(
                        stored.id(),
                        result(
                                to("b@example.net"),
                                RecipientState.DELIVERED,
                                Duration.ofMinutes(1)));
        assertThat(after.orElseThrow().state()).isEqualTo(EntryState.DEFERRED);
        time.advance(Duration.ofMinutes(2));
        QueueEntry again = claimOne();
        assertThat(again.recipients().get(0).state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(again.recipients().get(1).state()).isEqualTo(RecipientState.QUEUED);
        assertThat(
                        spool.record(
                                stored.id(),
                                result(
                                        to("c@example.net"),
                                        RecipientState.DELIVERED,
                                        Duration.ZERO)))
                .isEmpty();
        assertThat(spool.find(stored.id())).isEmpty();
        reopen();
        assertThat(spool.entries()).isEmpty();
        assertThatThrownBy(() -> spool.received(stored.id()))
                .isInstanceOfSatisfying(
                        SpoolException.class,
                        e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.UNKNOWN));
    }

    @Test
    void waitsForADeferredEntryWhateverTheWallClockDoes() throws Exception {
        StoredMessage stored = store("1", "b@example.net");
        claimOne();
        spool.record(
                stored.id(),
                result(to("b@example.net"), RecipientState.DEFERRED, Duration.ofMinutes(10)));
        time.stepWallClock(Duration.ofDays(30));
        assertThat(spool.claimDue(1, r -> true)).isEmpty();
        time.stepWallClock(Duration.ofDays(-60));
        time.advance(Duration.ofMinutes(4));
        reopen();
        assertThat(spool.claimDue(1, r -> true)).isEmpty();
        time.advance(Duration.ofMinutes(11));
        QueueEntry entry = claimOne();
        assertThat(entry.id()).isEqualTo(stored.id());
        assertThat(entry.attempts()).isEqualTo(1);
        assertThat(entry.recipients().getFirst().reply()).isEqualTo("said");
        assertThat(entry.age()).isGreaterThanOrEqualTo(Duration.ofMinutes(11));
    }

    @Test
    void holdsAnEntryOfWhichNothingIsPendingAndOneFailed() throws Exception {
        StoredMessage stored = store("1", "b@example.net");
        claimOne();
        QueueEntry after =
                spool.record(
                                stored.id(),
                                result(to("b@example.net"), RecipientState.FAILED, Duration.ZERO))
                        .orElseThrow();
        assertThat(after.state()).isEqualTo(EntryState.HELD);
        assertThat(after.reason()).isEqualTo("refused");
        assertThat(after.active()).isFalse();
        assertThat(spool.change(List.of(stored.id()), new Change.Release("me", false))).isEmpty();
        assertThat(spool.change(List.of(stored.id()), new Change.Release("me", true)))
                .containsExactly(stored.id());
        assertThat(claimOne().id()).isEqualTo(stored.id());
    }

    @Test
    void claimsEachDueEntryOnceInOrderAndOnlyWhatIsWanted() throws Exception {
        List<QueueId> ids = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ids.add(store("1", "b@" + (i % 2 == 0 ? "even" : "odd") + ".example").id());
        }
        assertThat(spool.claimDue(5, r -> r.equals("even.example")))
                .extracting(QueueEntry::id)
                .containsExactly(ids.get(0), ids.get(2), ids.get(4), ids.get(6), ids.get(8));
        assertThat(spool.claimDue(100, r -> true)).hasSize(25);
        assertThat(spool.claimDue(100, r -> true)).isEmpty();
        assertThat(spool.summary().active()).isEqualTo(30);
        spool.letGo(ids.get(3), Duration.ZERO);
        assertThat(claimOne().id()).isEqualTo(ids.get(3));
    }

    @Test
    void claimsFreshEntriesBeforeOldRetriesWhereItIsAskedTo() throws Exception {
        QueueId old = store("1", "b@example.net").id();
        claimOne();
        spool.record(
                old, result(to("b@example.net"), RecipientState.DEFERRED, Duration.ofMinutes(1)));
        time.advance(Duration.ofMinutes(2));
        QueueId fresh = store("2", "b@example.net").id();
        assertThat(spool.claimDue(1, ClaimOrder.FRESH_FIRST, r -> true))
                .extracting(QueueEntry::id)
                .containsExactly(fresh);
        spool.letGo(fresh, Duration.ZERO);
        assertThat(spool.claimDue(5, ClaimOrder.FRESH_FIRST, r -> true))
                .extracting(QueueEntry::id)
                .containsExactly(fresh, old);
        spool.letGo(fresh, Duration.ZERO);
        spool.letGo(old, Duration.ZERO);
        time.advance(Duration.ofSeconds(1));
        assertThat(spool.claimDue(5, r -> true))
                .extracting(QueueEntry::id)
                .containsExactly(old, fresh);
    }

    @Test
    void letsPeopleHoldReleaseDropAndRestore() throws Exception {
        QueueId id = store("1", "b@example.net").id();
        List<QueueId> one = List.of(id);
        assertThat(spool.change(one, new Change.Hold("me", "looks odd"))).isEqualTo(one);
        assertThat(spool.claimDue(1, r -> true)).isEmpty();
        reopen();
        QueueEntry held = spool.find(id).orElseThrow();
        assertThat(held.state()).isEqualTo(EntryState.HELD);
        assertThat(held.reason()).isEqualTo("looks odd");
        assertThat(held.actor()).isEqualTo("me");
        assertThat(spool.change(one, new Change.Drop("you", "spam", Duration.ofDays(3))))
                .isEqualTo(one);
        assertThat(spool.change(one, new Change.Hold("me", "again"))).isEmpty();
        reopen();
        assertThat(spool.find(id).orElseThrow().state()).isEqualTo(EntryState.TRASH);
        assertThat(spool.change(one, new Change.Restore("you"))).isEqualTo(one);
        assertThat(spool.find(id).orElseThrow().state()).isEqualTo(EntryState.HELD);
        assertThat(spool.change(one, new Change.Release("me", false))).isEqualTo(one);
        assertThat(claimOne().id()).isEqualTo(id);
        assertThat(spool.change(List.of(new QueueId(77)), new Change.Hold("me", ""))).isEmpty();
    }

    @Test
    void keepsAHoldThatCameDuringAnAttempt() throws Exception {
        QueueId id = store("1", "b@example.net", "c@example.net").id();
        claimOne();
        spool.change(List.of(id), new Change.Hold("me", "wait"));
        assertThat(spool.find(id).orElseThrow().active()).isTrue();
        QueueEntry after =
                spool.record(
                                id,
                                result(
                                        to("b@example.net"),
                                        RecipientState.DELIVERED,
                                        Duration.ZERO))
                        .orElseThrow();
        assertThat(after.state()).isEqualTo(EntryState.HELD);
        assertThat(after.active()).isFalse();
        assertThat(after.recipients().get(0).state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void listsInOrderOfIdsWhileEntriesComeAndGo() throws Exception {
        List<QueueId> ids = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            ids.add(store("1", "b@example.net").id());
        }
        List<QueueId> seen = new ArrayList<>();
        List<QueueId> dropped = ids.subList(0, 500);
        try (Stream<QueueEntry> entries = spool.entries()) {
            entries.forEach(e -> {
                seen.add(e.id());
                if (seen.size() == 1000) {
                    finish(dropped);
                }
            });
        }
        assertThat(seen).isEqualTo(ids);
        assertThat(spool.entries().map(QueueEntry::id)).isEqualTo(ids.subList(500, 3000));
        assertThat(spool.entries(Set.of(EntryState.HELD))).isEmpty();
        assertThat(spool.summary().count(EntryState.QUEUED)).isEqualTo(2500);
        assertThat(spool.summary().bytes()).isEqualTo(2500);
    }

    @Test
    void surveysWithoutReadingAndReadsOnlyWhatIsWorthIt() throws Exception {
        List<QueueId> ids = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ids.add(store("x".repeat(i + 1), "b@d" + i % 2 + ".example").id());
        }
        time.advance(Duration.ofSeconds(90));
        spool.change(ids.subList(0, 1), new Change.Hold("me", "why"));
        for (int run = 0; run < 2; run++) {
            List<EntryBrief> seen = new ArrayList<>();
            spool.survey(Set.of(EntryState.QUEUED), seen::add);
            assertThat(seen).extracting(EntryBrief::id).isEqualTo(ids.subList(1, 10));
            assertThat(seen).extracting(EntryBrief::ageSeconds).containsOnly(90);
            assertThat(seen.getFirst().size()).isEqualTo(2);
            assertThat(seen.getFirst().route()).isEqualTo("d1.example");
            assertThat(seen.getFirst().mayBeFrom("a@example.org")).isTrue();
            assertThat(seen.getFirst().mayBeTo("b@d1.example")).isTrue();
            assertThat(
                            spool.entries(
                                            Set.of(EntryState.QUEUED),
                                            brief -> brief.mayBeToDomain("d0.example"))
                                    .map(QueueEntry::id))
                    .containsExactly(ids.get(2), ids.get(4), ids.get(6), ids.get(8));
            reopen();
        }
    }

    private void finish(List<QueueId> ids) {
        try {
            spool.change(ids, new Change.Finish("me", "over"));
        } catch (SpoolException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void servesManySessionsAtOnce() throws Exception {
        List<Future<StoredMessage>> all = new ArrayList<>();
        ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor();
        for (int i = 0; i < 400; i++) {
            String text = "message " + i;
            all.add(sessions.submit(() -> store(text, "b@example.net")));
        }
        sessions.shutdown();
        assertThat(sessions.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        reopen();
        for (int i = 0; i < 400; i++) {
            assertThat(text(spool.received(all.get(i).resultNow().id()))).isEqualTo("message " + i);
        }
        assertThat(spool.summary().total()).isEqualTo(400);
    }

    @Test
    void refusesEverythingOnceClosed() throws Exception {
        QueueId id = store("1", "b@example.net").id();
        spool.close();
        assertThatThrownBy(() -> spool.change(List.of(id), new Change.Hold("me", "why")))
                .isInstanceOfSatisfying(
                        SpoolException.class,
                        e -> assertThat(e.kind()).isEqualTo(SpoolException.Kind.CLOSED));
        assertThatThrownBy(() -> spool.find(id)).isInstanceOf(SpoolException.class);
        assertThatThrownBy(() -> spool.begin()).isInstanceOf(SpoolException.class);
        assertThat(spool.hasRoom()).isFalse();
    }
}
