package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientProbe.Answer;
import org.postern.core.time.ManualTimeSource;

class CalloutDirectoryTest extends ListingDirectoryContract {
    private static final RecipientSourceConfig.Callout CONFIG =
            new RecipientSourceConfig.Callout(
                    "store",
                    Duration.ofSeconds(10),
                    Duration.ofHours(24),
                    Duration.ofMinutes(30),
                    4);
    private static final EmailAddress ALICE = EmailAddress.of("alice@example.test");
    private static final EmailAddress BOB = EmailAddress.of("bob@example.test");

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final AtomicInteger asked = new AtomicInteger();
    private final Set<String> known = new HashSet<>();
    private final CountDownLatch asking = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final Queue<Duration> allowed = new ConcurrentLinkedQueue<>();
    private volatile boolean away;
    private boolean storeAway = true;

    private CalloutDirectory callout() {
        return new CalloutDirectory(
                CONFIG,
                (address, longest) -> {
                    asked.incrementAndGet();
                    if (away) {
                        return new Answer.Unclear("connection refused", storeAway);
                    }
                    return known.contains(address.key())
                            ? Answer.Exists.INSTANCE
                            : new Answer.Absent("550 5.1.1 no such user");
                },
                folder,
                () -> 0.1,
                time);
    }

    /** A store that says yes once a test lets it, and on how long it may take it keeps account. */
    private CalloutDirectory hanging(RecipientSourceConfig.Callout config) {
        return new CalloutDirectory(
                config,
                (address, longest) -> {
                    asked.incrementAndGet();
                    allowed.add(longest);
                    asking.countDown();
                    try {
                        assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Answer.Exists.INSTANCE;
                },
                folder,
                () -> 0.1,
                time);
    }

    /** A store that is asked one question at a time. */
    private static RecipientSourceConfig.Callout oneAtATime(Duration timeout) {
        return new RecipientSourceConfig.Callout(
                "store", timeout, Duration.ofHours(24), Duration.ofMinutes(30), 1);
    }

    @Override
    RecipientDirectory directory(List<EmailAddress> addresses) {
        known.clear();
        addresses.forEach(a -> known.add(a.key()));
        return callout();
    }

    @Test
    void aStoreThatSaysYesToEverybodyIsFoundOutAndOneThatDoesNotIsNot() {
        CalloutDirectory callout = callout();
        assertThat(callout.checkThatItRefuses(() -> "nobody")).as("nobody asks it").isEmpty();
        callout.lookup(ALICE);
        assertThat(callout.checkThatItRefuses(() -> "nobody")).contains(false);
        assertThat(callout.error()).isEmpty();
        known.add("nobody@example.test");
        assertThat(callout.checkThatItRefuses(() -> "nobody")).as("too soon").isEmpty();
        time.advance(Duration.ofHours(6));
        assertThat(callout.checkThatItRefuses(() -> "nobody")).contains(true);
        assertThat(callout.takesAnybody()).isTrue();
        assertThat(callout.error()).contains("keeps nobody out");
        known.clear();
        time.advance(Duration.ofHours(6));
        assertThat(callout.checkThatItRefuses(() -> "nobody")).contains(false);
        assertThat(callout.error()).isEmpty();
    }

    @Test
    void aStoreThatNobodyAsksIsNotStaleAndOneThatIsAwayIsSinceItsFirstSilence() {
        CalloutDirectory callout = callout();
        assertThat(callout.troubleSince()).isNull();
        away = true;
        callout.lookup(ALICE);
        Instant first = time.instant();
        time.advance(Duration.ofMinutes(5));
        callout.lookup(ALICE);
        assertThat(callout.troubleSince()).isEqualTo(first);
        away = false;
        time.advance(Duration.ofMinutes(5));
        callout.lookup(ALICE);
        assertThat(callout.troubleSince()).isNull();
    }

    @Test
    void whatADetailIsIsSaidFromMemoryAndNobodyIsAsked() {
        RecipientFile file = new RecipientFile(folder.resolve("r.yaml"));
        file.add(RecipientFile.key("alice", null), 1);
        file.separator('+');
        DomainRecipients both = new DomainRecipients(List.of(file, callout()));
        EmailAddress detailed = EmailAddress.of("bob+x@example.test");
        assertThat(both.withoutDetail(EmailAddress.of("alice+x@example.test")))
                .as("only the store could say whether somebody has the whole of it")
                .isEmpty();
        assertThat(asked).hasValue(0);
        both.lookup(detailed);
        assertThat(both.withoutDetail(detailed)).contains(BOB);
        assertThat(asked).hasValue(1);
    }

    @Test
    void whatIsSaidFromMemoryOfADomainAsksNobodyWhoeverItsSourcesAre() {
        known.add(ALICE.key());
        Domain domain = Domain.of("example.test");
        Recipients all =
                new Recipients(
                        Map.of(
                                domain,
                                new DomainRecipients(
                                        List.of(Recipients.fixed(List.of(BOB)), callout()))));
        assertThat(all.fromMemory(ALICE)).isInstanceOf(RecipientLookup.Unavailable.class);
        assertThat(all.fromMemory(BOB)).isInstanceOf(RecipientLookup.Known.class);
        assertThat(asked).hasValue(0);
        all.lookup(ALICE);
        assertThat(all.fromMemory(ALICE)).isInstanceOf(RecipientLookup.Known.class);
        assertThat(asked).hasValue(1);
    }

    @Test
    void anAnswerIsRememberedForItsTimeAndNoLonger() {
        known.add(ALICE.key());
        CalloutDirectory callout = callout();
        for (int i = 0; i < 3; i++) {
            assertThat(callout.lookup(ALICE)).isInstanceOf(RecipientLookup.Known.class);
            assertThat(callout.lookup(BOB)).isEqualTo(RecipientLookup.Unknown.INSTANCE);
        }
        assertThat(asked).hasValue(2);
        time.advance(Duration.ofMinutes(31));
        callout.lookup(BOB);
        callout.lookup(ALICE);
        assertThat(asked).hasValue(3);
        time.advance(Duration.ofHours(24));
        callout.lookup(ALICE);
        assertThat(asked).hasValue(4);
    }

    @Test
    void whileTheStoreIsAwayWhoExistedStillExistsAndOthersAreUnavailable() {
        known.add(ALICE.key());
        CalloutDirectory callout = callout();
        callout.lookup(ALICE);
        callout.lookup(BOB);
        time.advance(Duration.ofDays(2));
        away = true;
        assertThat(callout.lookup(ALICE)).isInstanceOf(RecipientLookup.Known.class);
        assertThat(callout.lookup(BOB)).isInstanceOf(RecipientLookup.Unavailable.class);
        assertThat(callout.error()).contains("connection refused");
        time.advance(Duration.ofDays(6));
        assertThat(callout.lookup(ALICE)).isInstanceOf(RecipientLookup.Unavailable.class);
    }

    @Test
    void aStoreThatDoesNotAnswerIsLeftAloneForAWhile() {
        away = true;
        CalloutDirectory callout = callout();
        callout.lookup(ALICE);
        callout.lookup(BOB);
        assertThat(asked).hasValue(1);
        time.advance(CalloutDirectory.PAUSE);
        away = false;
        assertThat(callout.lookup(BOB)).isEqualTo(RecipientLookup.Unknown.INSTANCE);
        assertThat(callout.error()).isEmpty();
    }

    @Test
    void anAnswerAboutOneAddressLeavesTheOthersAlone() {
        away = true;
        storeAway = false;
        CalloutDirectory callout = callout();
        assertThat(callout.lookup(ALICE)).isInstanceOf(RecipientLookup.Unavailable.class);
        away = false;
        assertThat(callout.lookup(BOB)).isEqualTo(RecipientLookup.Unknown.INSTANCE);
    }

    @Test
    void whoExistsIsRememberedOverARestartAndWhoDoesNotIsAskedAgain() throws IOException {
        known.add(ALICE.key());
        known.add(EmailAddress.of("\"odd # one\"@example.test").key());
        CalloutDirectory before = callout();
        before.lookup(ALICE);
        before.lookup(EmailAddress.of("\"odd # one\"@example.test"));
        before.lookup(BOB);
        before.save();
        Path file = folder.resolve(CONFIG.name() + ".txt");
        Files.writeString(file, Files.readString(file) + "carol@example.test # 2026-11");
        away = true;
        CalloutDirectory after = callout();
        after.load();
        assertThat(after.size()).isEqualTo(2);
        assertThat(after.lookup(ALICE)).isInstanceOf(RecipientLookup.Known.class);
        assertThat(after.lookup(EmailAddress.of("\"Odd # One\"@example.test")))
                .isInstanceOf(RecipientLookup.Known.class);
        assertThat(after.lookup(BOB)).isInstanceOf(RecipientLookup.Unavailable.class);
    }

    @Test
    void manyWhoAskTheSameAtOnceAskTheStoreOnce() throws InterruptedException {
        CalloutDirectory callout = hanging(CONFIG);
        ConcurrentLinkedQueue<RecipientLookup> answers = new ConcurrentLinkedQueue<>();
        List<Thread> sessions = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sessions.add(Thread.ofVirtual().start(() -> answers.add(callout.lookup(ALICE))));
        }
        assertThat(asking.await(20, TimeUnit.SECONDS)).isTrue();
        answer.countDown();
        for (Thread session : sessions) {
            assertThat(session.join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(answers).hasSize(20).allMatch(a -> a instanceof RecipientLookup.Known);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aFloodOfNamesThatDoNotExistDrivesOutNobodyWhoDoes() {
        known.add(ALICE.key());
        CalloutDirectory callout = callout();
        callout.lookup(ALICE);
        for (int i = 0; i <= CalloutDirectory.MAX_REMEMBERED; i++) {
            callout.lookup(EmailAddress.of("x" + i + "@example.test"));
        }
        assertThat(callout.size()).isEqualTo(CalloutDirectory.MAX_REMEMBERED + 1);
        away = true;
        assertThat(callout.lookup(ALICE)).isInstanceOf(RecipientLookup.Known.class);
    }

    @Test
    void aClockSetBackMakesNoAnswerLastForEver() {
        known.add(ALICE.key());
        CalloutDirectory callout = callout();
        callout.lookup(ALICE);
        time.stepWallClock(Duration.ofDays(-365));
        callout.lookup(ALICE);
        assertThat(asked).hasValue(2);
    }

    @Test
    void waitingForATurnAndTheQuestionTogetherTakeOneTimeOut() throws InterruptedException {
        CalloutDirectory callout = hanging(oneAtATime(Duration.ofMinutes(10)));
        Thread first = Thread.ofPlatform().start(() -> callout.lookup(ALICE));
        assertThat(asking.await(20, TimeUnit.SECONDS)).isTrue();
        Thread second = Thread.ofPlatform().start(() -> callout.lookup(BOB));
        await().until(() -> second.getState() == Thread.State.TIMED_WAITING);
        time.advance(Duration.ofMinutes(4));
        answer.countDown();
        assertThat(first.join(Duration.ofSeconds(20))).isTrue();
        assertThat(second.join(Duration.ofSeconds(20))).isTrue();
        assertThat(allowed).containsExactly(Duration.ofMinutes(10), Duration.ofMinutes(6));
    }

    @Test
    void whoGetsNoTurnSaysThatTheStoreIsBusyAndNotThatItIsAway() throws InterruptedException {
        CalloutDirectory callout = hanging(oneAtATime(Duration.ofMillis(20)));
        Thread first = Thread.ofVirtual().start(() -> callout.lookup(ALICE));
        assertThat(asking.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(callout.lookup(BOB))
                .isInstanceOfSatisfying(
                        RecipientLookup.Unavailable.class,
                        u -> assertThat(u.reason()).contains("too many questions at once"));
        assertThat(callout.troubleSince()).isNull();
        answer.countDown();
        assertThat(first.join(Duration.ofSeconds(20))).isTrue();
        assertThat(asked).hasValue(1);
    }
}
