package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postern.app.country.CountryDatabases;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.reply.SmtpReply;
import org.postern.core.snapshot.Snapshot;

/** How long a candidate is observed, what is renewed meanwhile, and how much is kept of it. */
class CandidateObservationTest extends CandidateFixture {
    @Test
    void anotherCandidateBeginsAnewAndAnEndForgets() throws Exception {
        CandidatePolicy policy =
                observing(
                        configuration(
                                BOTH,
                                "policy: { rules: [{ name: no, stage: mail, action: reject }]"
                                        + " }\n"));
        policy.compare(Stage.MAIL, MAIL, ACCEPTED);
        assertThat(counts(policy)).hasSize(1);
        policy.observe(configuration(BOTH, ""));
        assertThat(counts(policy)).isEmpty();
        policy.end();
        policy.compare(Stage.MAIL, MAIL, ACCEPTED);
        assertThat(policy.report()).isEmpty();
    }

    @Test
    void aFaultOfTheCandidateIsNotTheSessionsAndEndsItAfterSome() throws Exception {
        CandidatePolicy policy =
                observing(
                        configuration(
                                BOTH,
                                "policy: { rules: [{ name: all, stage: data, action: reject }]"
                                        + " }\n"));
        for (int i = 1; i <= CandidatePolicy.MAX_FAILURES; i++) {
            assertThat(policy.report()).isPresent();
            policy.compareAtData(
                    MAIL,
                    CLIENT,
                    List.of(ALICE),
                    rule -> {
                        throw new IllegalStateException("as a fault of the program would");
                    },
                    ACCEPTED);
        }
        assertThat(policy.report()).isEmpty();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("postern_policy_candidate_failures_total 10.0");
    }

    @Test
    void whatItSharesWithTheLiveConfigurationIsRenewedAndWhatItSawStays() throws Exception {
        Path data = directory.resolve("data");
        CandidatePolicy policy =
                new CandidatePolicy(
                        metrics,
                        time,
                        read -> read.withAdded(data, time, new ProblemCollector()),
                        new CountryDatabases(metrics, time));
        policy.observe(configuration(BOTH, ""));
        Verdict denied =
                new Verdict.Reject(
                        "deny-list", "list.deny.client", "", SmtpReply.of(554, "on a list"));
        policy.compare(Stage.CONNECT, MAIL, denied);
        assertThat(counts(policy))
                .containsExactly("1 connect: reject by deny-list -> accept by default");
        Files.createDirectories(data.resolve("lists"));
        Files.writeString(data.resolve("lists/added-deny.yaml"), "client: [192.0.2.1]\n");
        policy.renew();
        policy.compare(Stage.CONNECT, MAIL, denied);
        assertThat(policy.report().orElseThrow().compared()).isEqualTo(2);
        assertThat(counts(policy)).hasSize(1);
    }

    @Test
    void ofTwoRenewalsAtOnceTheLaterCounts() throws Exception {
        Path data = directory.resolve("data");
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        CandidatePolicy policy =
                new CandidatePolicy(
                        metrics,
                        time,
                        read -> {
                            Snapshot with = read.withAdded(data, time, new ProblemCollector());
                            if (calls.incrementAndGet() == 2) {
                                inside.countDown();
                                awaitSurely(goOn);
                            }
                            return with;
                        },
                        new CountryDatabases(metrics, time));
        policy.observe(configuration(BOTH, ""));
        Thread slow = Thread.ofPlatform().start(policy::renew);
        awaitSurely(inside);
        Files.createDirectories(data.resolve("lists"));
        Files.writeString(data.resolve("lists/added-deny.yaml"), "client: [192.0.2.1]\n");
        Thread later = Thread.ofPlatform().start(policy::renew);
        await().until(() -> later.getState() == Thread.State.WAITING || !later.isAlive());
        goOn.countDown();
        assertThat(slow.join(Duration.ofSeconds(20)) && later.join(Duration.ofSeconds(20)))
                .isTrue();
        policy.compare(Stage.CONNECT, MAIL, ACCEPTED);
        assertThat(counts(policy))
                .containsExactly("1 connect: accept by default -> reject by deny-list");
    }

    private static void awaitSurely(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void disagreementsAreCountedByStageAndKindsOfThemAreBounded() throws Exception {
        CandidatePolicy policy =
                observing(
                        configuration(
                                BOTH,
                                "policy: { rules: [{ name: no, stage: mail, action: reject }]"
                                        + " }\n"));
        for (int i = 0; i <= CandidatePolicy.MAX_LISTED; i++) {
            policy.compare(Stage.MAIL, MAIL, new Verdict.Accept("rule-" + i, "x", ""));
        }
        CandidatePolicy.Report report = policy.report().orElseThrow();
        assertThat(report.latest()).hasSize(CandidatePolicy.MAX_LISTED);
        assertThat(report.counts()).hasSize(CandidatePolicy.MAX_KINDS + 1);
        assertThat(report.counts().get("mail: others"))
                .isEqualTo(CandidatePolicy.MAX_LISTED + 1L - CandidatePolicy.MAX_KINDS);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "postern_policy_candidate_disagreements_total{candidate=\"reject\","
                                + "live=\"accept\",stage=\"mail\"} 1001.0");
    }
}
