package org.postern.auth.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.core.time.Deadline;
import org.postern.core.time.ManualTimeSource;
import org.postern.core.time.TimeSource;

/** The cache, with its clock and its servers under our hand. */
class CachingDnsClientTest {
    private static final DnsName NAME = DnsName.of("example.org");

    private final ManualTimeSource time = new ManualTimeSource(Instant.EPOCH);
    private final Recorder recorder = new Recorder();
    private final AtomicInteger asked = new AtomicInteger();
    private final Map<DnsName, Resolution> answers = new ConcurrentHashMap<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private CachingDnsClient client = client(this::scripted, CachePolicy.DEFAULT);

    private CachingDnsClient client(Upstream upstream, CachePolicy policy) {
        return new CachingDnsClient(upstream, policy, time, recorder, 4);
    }

    private Resolution scripted(DnsName name, QueryType type) {
        asked.incrementAndGet();
        return answers.getOrDefault(name, nothing(Duration.ofMinutes(10)));
    }

    @AfterEach
    void close() {
        callers.shutdownNow();
        client.close();
    }

    private DnsBudget budget() {
        return DnsBudget.until(Deadline.after(TimeSource.system(), Duration.ofSeconds(20)));
    }

    private static Resolution text(String text, Duration ttl) {
        return new Resolution(
                DnsAnswer.Found.of(List.of(text.getBytes(StandardCharsets.UTF_8)), ttl), ttl);
    }

    private static Resolution nothing(Duration ttl) {
        return new Resolution(new DnsAnswer.NxDomain<>(false), ttl);
    }

    private static Resolution servfail() {
        return Resolution.failed(DnsAnswer.Reason.SERVFAIL, "test");
    }

    @Test
    void anAnswerIsAskedOnceForItsTimeToLive() {
        answers.put(NAME, text("one", Duration.ofMinutes(5)));
        assertThat(client.txt(NAME, budget()).records()).hasSize(1);
        time.advance(Duration.ofSeconds(299));
        assertThat(client.txt(NAME, budget()).records()).hasSize(1);
        assertThat(asked).hasValue(1);
        time.advance(Duration.ofSeconds(2));
        assertThat(client.txt(NAME, budget()).records()).hasSize(1);
        assertThat(asked).hasValue(2);
        assertThat(recorder.outcomes())
                .containsExactly(
                        DnsListener.Outcome.FOUND,
                        DnsListener.Outcome.CACHED,
                        DnsListener.Outcome.FOUND);
    }

    @Test
    void timeToLiveIsClampedAtBothEnds() {
        answers.put(NAME, text("zero", Duration.ZERO));
        var zero = (DnsAnswer.Found<byte[]>) client.txt(NAME, budget());
        assertThat(zero.ttl()).isEqualTo(Duration.ofSeconds(5));
        DnsName other = DnsName.of("years.example.org");
        answers.put(other, text("years", Duration.ofDays(10_000)));
        var years = (DnsAnswer.Found<byte[]>) client.txt(other, budget());
        assertThat(years.ttl()).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void nothingIsRememberedForNoLongerThanAnHour() {
        answers.put(NAME, nothing(Duration.ofDays(3)));
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.NxDomain.class);
        time.advance(Duration.ofMinutes(59));
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.NxDomain.class);
        assertThat(asked).hasValue(1);
        time.advance(Duration.ofMinutes(2));
        client.txt(NAME, budget());
        assertThat(asked).hasValue(2);
    }

    @Test
    void aFailureIsRememberedForSecondsOnly() {
        answers.put(NAME, servfail());
        for (int i = 0; i < 3; i++) {
            assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.TempError.class);
        }
        assertThat(asked).hasValue(1);
        time.advance(Duration.ofSeconds(6));
        answers.put(NAME, text("back", Duration.ofMinutes(5)));
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.Found.class);
    }

    @Test
    void recordsServeStaleWhileNobodyAnswersAndAreAskedAgainAfterHalfAMinute() {
        answers.put(NAME, text("old", Duration.ofMinutes(5)));
        client.txt(NAME, budget());
        answers.put(NAME, servfail());
        time.advance(Duration.ofHours(2));
        var stale = (DnsAnswer.Found<byte[]>) client.txt(NAME, budget());
        assertThat(stale.stale()).isTrue();
        assertThat(stale.ttl()).isEqualTo(Duration.ofSeconds(30));
        client.txt(NAME, budget());
        assertThat(asked).as("no hammering").hasValue(2);
        time.advance(Duration.ofSeconds(31));
        answers.put(NAME, text("new", Duration.ofMinutes(5)));
        var fresh = (DnsAnswer.Found<byte[]>) client.txt(NAME, budget());
        assertThat(fresh.stale()).isFalse();
        assertThat(new String(fresh.records().getFirst(), StandardCharsets.UTF_8)).isEqualTo("new");
        assertThat(recorder.outcomes())
                .containsExactly(
                        DnsListener.Outcome.FOUND,
                        DnsListener.Outcome.STALE,
                        DnsListener.Outcome.STALE,
                        DnsListener.Outcome.FOUND);
    }

    @Test
    void recordsDoNotServeStaleForLongerThanADay() {
        answers.put(NAME, text("old", Duration.ofMinutes(5)));
        client.txt(NAME, budget());
        answers.put(NAME, servfail());
        time.advance(Duration.ofHours(24));
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.Found.class);
        time.advance(Duration.ofMinutes(6));
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.TempError.class);
    }

    @Test
    void aNameThatIsGoneIsNotServedStale() {
        answers.put(NAME, text("old", Duration.ofMinutes(5)));
        client.txt(NAME, budget());
        answers.put(NAME, nothing(Duration.ofMinutes(5)));
        time.advance(Duration.ofMinutes(6));
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.NxDomain.class);
    }

    @Test
    void nothingIsNeverServedStale() {
        answers.put(NAME, nothing(Duration.ofMinutes(5)));
        client.txt(NAME, budget());
        answers.put(NAME, servfail());
        time.advance(Duration.ofMinutes(6));
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.TempError.class);
    }

    @Test
    void aSlowRefreshGivesTheStaleAnswerAndGoesOn() {
        CountDownLatch release = new CountDownLatch(1);
        answers.put(NAME, text("old", Duration.ofMinutes(5)));
        CachePolicy impatient =
                new CachePolicy(
                        1 << 20,
                        Duration.ofSeconds(5),
                        Duration.ofDays(1),
                        Duration.ofHours(1),
                        Duration.ofSeconds(5),
                        Duration.ofDays(1),
                        Duration.ofSeconds(30),
                        Duration.ofMillis(20));
        client.close();
        client =
                client(
                        (name, type) -> {
                            if (asked.get() > 0) {
                                awaitLatch(release);
                            }
                            return scripted(name, type);
                        },
                        impatient);
        client.txt(NAME, budget());
        time.advance(Duration.ofMinutes(6));
        answers.put(NAME, text("new", Duration.ofMinutes(5)));
        assertThat(((DnsAnswer.Found<byte[]>) client.txt(NAME, budget())).stale()).isTrue();
        release.countDown();
        Awaitility.await().until(() -> client.inFlight() == 0);
        assertThat(((DnsAnswer.Found<byte[]>) client.txt(NAME, budget())).stale()).isFalse();
        assertThat(asked).hasValue(2);
    }

    @Test
    void aQuestionUnderWayIsAskedOnceForAll() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        client.close();
        client =
                client(
                        (name, type) -> {
                            awaitLatch(release);
                            return scripted(name, type);
                        },
                        CachePolicy.DEFAULT);
        answers.put(NAME, text("one", Duration.ofMinutes(5)));
        List<Future<DnsAnswer<byte[]>>> waiting = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            waiting.add(callers.submit(() -> client.txt(NAME, budget())));
        }
        Awaitility.await().until(() -> client.inFlight() == 1);
        release.countDown();
        for (Future<DnsAnswer<byte[]>> f : waiting) {
            assertThat(f.get(20, TimeUnit.SECONDS).records()).hasSize(1);
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void theFirstCallersDeadlineEndsNobodyElsesWaiting() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        client.close();
        client =
                client(
                        (name, type) -> {
                            awaitLatch(release);
                            return scripted(name, type);
                        },
                        CachePolicy.DEFAULT);
        answers.put(NAME, text("one", Duration.ofMinutes(5)));
        DnsBudget hurried =
                DnsBudget.until(Deadline.after(TimeSource.system(), Duration.ofMillis(30)));
        assertThat(reason(client.txt(NAME, hurried))).isEqualTo(DnsAnswer.Reason.DEADLINE);
        Future<DnsAnswer<byte[]>> patient = callers.submit(() -> client.txt(NAME, budget()));
        release.countDown();
        assertThat(patient.get(20, TimeUnit.SECONDS).records()).hasSize(1);
        assertThat(asked).hasValue(1);
    }

    @Test
    void tooManyQuestionsUnderWayAreATroubleThatPasses() {
        CountDownLatch release = new CountDownLatch(1);
        client.close();
        client =
                client(
                        (name, type) -> {
                            awaitLatch(release);
                            return scripted(name, type);
                        },
                        CachePolicy.DEFAULT);
        for (int i = 0; i < 4; i++) {
            DnsBudget hurried =
                    DnsBudget.until(Deadline.after(TimeSource.system(), Duration.ofMillis(30)));
            client.txt(DnsName.of("n" + i + ".example.org"), hurried);
        }
        assertThat(reason(client.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.OVERLOAD);
        release.countDown();
        Awaitility.await().until(() -> client.inFlight() == 0);
        assertThat(client.txt(NAME, budget())).isInstanceOf(DnsAnswer.NxDomain.class);
    }

    @Test
    void theBudgetCountsWhatTheCacheAnswersToo() {
        answers.put(NAME, text("one", Duration.ofMinutes(5)));
        DnsBudget budget = DnsBudget.of(Deadline.after(time, Duration.ofSeconds(1)), 2);
        assertThat(client.txt(NAME, budget).records()).hasSize(1);
        assertThat(client.txt(NAME, budget).records()).hasSize(1);
        assertThat(reason(client.txt(NAME, budget))).isEqualTo(DnsAnswer.Reason.BUDGET);
    }

    @Test
    void afterTheDeadlineOnlyTheCacheAnswers() {
        answers.put(NAME, text("one", Duration.ofMinutes(5)));
        DnsBudget budget = DnsBudget.until(Deadline.after(time, Duration.ofSeconds(1)));
        client.txt(NAME, budget);
        time.advance(Duration.ofSeconds(2));
        assertThat(client.txt(NAME, budget).records()).hasSize(1);
        assertThat(reason(client.txt(DnsName.of("new.example.org"), budget)))
                .isEqualTo(DnsAnswer.Reason.DEADLINE);
    }

    @Test
    void theCacheStaysWithinItsBytes() {
        CachePolicy small =
                new CachePolicy(
                        100_000,
                        Duration.ofSeconds(5),
                        Duration.ofDays(1),
                        Duration.ofHours(1),
                        Duration.ofSeconds(5),
                        Duration.ofDays(1),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(2));
        client.close();
        client = client((name, type) -> text("x".repeat(20_000), Duration.ofHours(1)), small);
        for (int i = 0; i < 50; i++) {
            client.txt(DnsName.of("n" + i + ".example.org"), budget());
        }
        assertThat(client.cacheBytes()).isBetween(20_000L, 100_000L);
        assertThat(client.cacheEntries()).isLessThan(5);
    }

    @Test
    void aDefectInALookUpIsATroubleAndNotAnException() {
        client.close();
        client =
                client(
                        (name, type) -> {
                            throw new IllegalStateException("test");
                        },
                        CachePolicy.DEFAULT);
        assertThat(reason(client.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.BAD_ANSWER);
        assertThat(client.inFlight()).isZero();
    }

    @Test
    void anInterruptEndsTheWaitingAndStaysSet() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        client.close();
        client =
                client(
                        (name, type) -> {
                            awaitLatch(release);
                            return scripted(name, type);
                        },
                        CachePolicy.DEFAULT);
        List<Object> seen = new ArrayList<>();
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            seen.add(reason(client.txt(NAME, budget())));
                            seen.add(Thread.currentThread().isInterrupted());
                        });
        Awaitility.await().until(() -> client.inFlight() == 1);
        caller.interrupt();
        assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
        release.countDown();
        assertThat(seen).containsExactly(DnsAnswer.Reason.CLOSED, true);
    }

    @Test
    void aClosedClientSaysSo() {
        client.close();
        assertThat(reason(client.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.CLOSED);
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static DnsAnswer.Reason reason(DnsAnswer<?> answer) {
        return ((DnsAnswer.TempError<?>) answer).reason();
    }
}
