package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.country.CountryDatabases;
import org.postern.app.country.CountryFileException;
import org.postern.app.telemetry.Metrics;
import org.postern.core.authres.Advice;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.recipients.Recipients;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.ManualTimeSource;

/** What a candidate would have decided otherwise, and what is no disagreement of its. */
class CandidatePolicyTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.1");
    private static final Verdict ACCEPTED =
            new Verdict.Accept(PolicyEngine.DEFAULT_RULE, "default.accept", "");
    private static final EmailAddress ALICE = EmailAddress.of("alice@example.test");
    private static final EmailAddress BOB = EmailAddress.of("bob@other.test");
    private static final Facts MAIL =
            Facts.of(CLIENT)
                    .withHelo("mx.sender.test")
                    .withReversePath(ReversePath.of(EmailAddress.of("s@sender.test")));

    @TempDir Path directory;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-22T10:00:00Z"));
    private final Metrics metrics = new Metrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    private Snapshot configuration(String domains, String more) throws IOException {
        Path file = directory.resolve("candidate.yaml");
        Files.writeString(
                file,
                """
                hostname: mx.example.test
                data: data
                listeners: [{ address: 127.0.0.1, port: 2525 }]
                domains:
                """
                        + domains.indent(2)
                        + more);
        SnapshotResult result = Snapshots.read(file, time);
        assertThat(result).as("%s", result).isInstanceOf(SnapshotResult.Loaded.class);
        return ((SnapshotResult.Loaded) result).snapshot();
    }

    private static String domain(String name, String recipients, String more) {
        return name
                + ": { recipients: { static: ["
                + recipients
                + "] }, downstream: \"maildir:m\""
                + more
                + " }\n";
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

    private static final String BOTH =
            domain("example.test", "alice@example.test", "")
                    + domain("other.test", "bob@other.test", "");

    private CandidatePolicy observing(Snapshot candidate) throws CountryFileException {
        CandidatePolicy policy =
                new CandidatePolicy(
                        metrics, time, read -> read, new CountryDatabases(metrics, time));
        policy.observe(candidate);
        return policy;
    }

    private static Facts checked(AuthResult dmarc) {
        String reason = "dmarc." + dmarc.word();
        return MAIL.withAuthentication(
                new Verdicts(
                        SpfResult.notRun(
                                AuthResult.PASS, SpfResult.Identity.MAILFROM, "sender.test", "x"),
                        SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "h", "x"),
                        new IprevResult(AuthResult.PASS, "mx.sender.test", "iprev.pass"),
                        List.of(),
                        ArcResult.NONE,
                        new DmarcResult(
                                dmarc,
                                "sender.test",
                                null,
                                null,
                                null,
                                DmarcResult.Policy.REJECT,
                                List.of(),
                                reason,
                                List.of())),
                new Advice(
                        dmarc == AuthResult.FAIL ? Advice.Action.REJECT : Advice.Action.ACCEPT,
                        reason,
                        "Explained"));
    }

    private static void atData(CandidatePolicy policy, EmailAddress... named) {
        policy.compareAtData(
                checked(AuthResult.PASS), CLIENT, List.of(named), rule -> false, ACCEPTED);
    }

    private static void atRcpt(CandidatePolicy policy, EmailAddress recipient, Verdict live) {
        policy.compare(
                Stage.RCPT,
                MAIL.withRecipient(
                        recipient, new RecipientLookup.Known(List.of(recipient), "static")),
                live);
    }

    private static List<String> counts(CandidatePolicy policy) {
        return policy.report().orElseThrow().counts().entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .toList();
    }

    @Test
    void theSameConfigurationDisagreesAboutNothing() throws Exception {
        CandidatePolicy policy = observing(configuration(BOTH, ""));
        policy.compare(Stage.CONNECT, MAIL, ACCEPTED);
        policy.compare(Stage.MAIL, MAIL, ACCEPTED);
        atRcpt(policy, ALICE, ACCEPTED);
        atData(policy, ALICE, BOB);
        assertThat(policy.report().orElseThrow().compared()).isEqualTo(4);
        assertThat(counts(policy)).isEmpty();
    }

    @Test
    void theCandidatesOwnRulesOfADomainAreAskedForItsRecipients() throws Exception {
        CandidatePolicy policy =
                observing(
                        configuration(
                                domain("example.test", "alice@example.test", "")
                                        + domain(
                                                "other.test",
                                                "bob@other.test",
                                                ", policy: { rules: [{ name: hold-all, stage:"
                                                        + " data, action: quarantine }] }"),
                                ""));
        atData(policy, ALICE);
        assertThat(counts(policy)).isEmpty();
        atData(policy, BOB);
        atData(policy, ALICE, BOB); // it would have come in two transactions
        assertThat(counts(policy))
                .containsExactly("2 data: accept by default -> quarantine by hold-all");
        assertThat(policy.report().orElseThrow().latest())
                .extracting(CandidatePolicy.Disagreement::to)
                .containsOnly("<bob@other.test>");
    }

    @Test
    void theCandidatesSetOfOneRecipientIsAsked() throws Exception {
        Files.writeString(
                directory.resolve("people.yaml"),
                "- { address: alice@example.test, policy: strict }\n- postmaster@example.test\n");
        CandidatePolicy policy =
                observing(
                        configuration(
                                "example.test: { recipients: { file: people.yaml }, downstream:"
                                        + " \"maildir:m\" }\n",
                                """
                                policy:
                                  sets:
                                    strict:
                                      - { name: strict-hold, stage: data, action: quarantine }
                                """));
        atData(policy, ALICE);
        assertThat(counts(policy))
                .containsExactly("1 data: accept by default -> quarantine by strict-hold");
    }

    @Test
    void aRecipientThatTheCandidateRefusesIsToldAtRcptAndNotAgainAtData() throws Exception {
        CandidatePolicy policy =
                observing(
                        configuration(
                                domain("example.test", "alice@example.test", "")
                                        + domain("other.test", "x@other.test", ""),
                                """
                                policy:
                                  rules:
                                    - { name: hold, stage: data, action: quarantine }
                                """));
        atRcpt(policy, BOB, ACCEPTED);
        atData(policy, BOB);
        assertThat(counts(policy))
                .containsExactly("1 rcpt: accept by default -> reject by unknown-recipient");
        assertThat(policy.report().orElseThrow().compared()).isEqualTo(1);
    }

    @Test
    void aSpamTrapOfTheCandidateIsNoUnknownRecipient() throws Exception {
        CandidatePolicy policy =
                observing(configuration(BOTH, "reputation: { spam-traps: [old@example.test] }\n"));
        atRcpt(policy, EmailAddress.of("old@example.test"), ACCEPTED);
        assertThat(counts(policy)).isEmpty();
    }

    @Test
    void aSourceThatNobodyAsksIsLeftOpenAndOneThatAsksForWhatIsNotThereIsNot() throws Exception {
        Snapshot read =
                configuration(
                        """
                        example.test:
                          recipients: { http: { url: "http://127.0.0.1:9/x" } }
                          downstream: maildir:m
                        """,
                        "");
        CandidatePolicy policy = observing(read);
        atRcpt(policy, ALICE, ACCEPTED);
        assertThat(policy.report().orElseThrow().compared()).isZero();

        Recipients bound =
                read.recipients()
                        .bound(config ->
                                new org.postern.core.recipients.RecipientDirectory() {
                                    @Override
                                    public RecipientLookup lookup(EmailAddress address) {
                                        return new RecipientLookup.Known(
                                                List.of(address),
                                                "http",
                                                org.postern.core.recipients.Handling.of(
                                                        "nowhere", null));
                                    }

                                    @Override
                                    public String name() {
                                        return "http";
                                    }
                                });
        policy.observe(read.withRecipients(bound));
        atRcpt(policy, ALICE, ACCEPTED);
        assertThat(counts(policy))
                .containsExactly("1 rcpt: accept by default -> defer by directory-unavailable");
    }

    @Test
    void aRuleThatTheGuardHasSetAsideIsSetAsideInBoth() throws Exception {
        CandidatePolicy policy = observing(configuration(BOTH, ""));
        policy.compareAtData(
                checked(AuthResult.FAIL), CLIENT, List.of(ALICE), "dmarc-reject"::equals, ACCEPTED);
        assertThat(counts(policy)).isEmpty();
        policy.compareAtData(
                checked(AuthResult.FAIL), CLIENT, List.of(ALICE), rule -> false, ACCEPTED);
        assertThat(counts(policy))
                .containsExactly("1 data: accept by default -> reject by dmarc-reject");
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
                        "deny-list",
                        "list.deny.client",
                        "",
                        org.postern.core.reply.SmtpReply.of(554, "on a list"));
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
    void whatDnsListsSaidIsWeighedAsTheCandidateWeighsIt() throws Exception {
        DnsblHit hit =
                new DnsblHit("bl", "bl.test", Subject.CLIENT, "192.0.2.1", 3, "127.0.0.2", "");
        Facts listed = MAIL.withDnsbl(new DnsblVerdict(List.of(hit), List.of("gone"), 0));
        for (int weight : new int[] {4, 5}) {
            CandidatePolicy policy =
                    observing(
                            configuration(
                                    BOTH,
                                    """
                                    dnsbl:
                                      threshold: 5
                                      lists:
                                        - { name: own, zone: bl.test, weight: %d }
                                        - { name: new, zone: new.test, weight: 9 }
                                    """
                                            .formatted(weight)));
            policy.compare(
                    Stage.RCPT,
                    listed.withRecipient(
                            ALICE, new RecipientLookup.Known(List.of(ALICE), "static")),
                    ACCEPTED);
            assertThat(counts(policy))
                    .isEqualTo(
                            weight < 5
                                    ? List.of()
                                    : List.of("1 rcpt: accept by default -> reject by dnsbl"));
        }
    }

    @Test
    void whatIsAnotherAndNotComparedIsNamed() throws Exception {
        Snapshot live =
                configuration(
                        BOTH,
                        """
                        dnsbl: { threshold: 5, lists: [{ name: a, zone: bl.test, weight: 3 }] }
                        reputation: { spam-traps: [old@example.test] }
                        scanners: { clamav: { address: "127.0.0.1:3310" } }
                        """);
        assertThat(Uncompared.between(live.config(), live.config())).isEmpty();
        Snapshot compared =
                configuration(
                        BOTH.replace("alice@", "ann@"),
                        """
                        dnsbl: { threshold: 7, lists: [{ name: b, zone: bl.test, weight: 9 }] }
                        reputation: { spam-traps: [older@example.test] }
                        scanners: { clamav: { address: "127.0.0.1:3310", on-failure: defer } }
                        policy: { rules: [{ name: no, stage: mail, action: reject }] }
                        """);
        assertThat(Uncompared.between(live.config(), compared.config())).isEmpty();
        Snapshot other =
                configuration(
                        domain("example.test", "alice@example.test", ", quota: { messages: 5 }")
                                + "other.test: { recipients: { http: { url:"
                                + " \"http://127.0.0.1:9/x\" } }, downstream: \"maildir:m\" }\n",
                        """
                        limits: { recipients: 7 }
                        greylisting: { mode: enforce }
                        dnsbl:
                          threshold: 5
                          lists:
                            - { name: a, zone: bl.test, weight: 3, codes: [127.0.0.9] }
                            - { name: b, zone: other.test, weight: 3 }
                        reputation: { slow-by: 9s }
                        scanners:
                          clamav: { address: "127.0.0.1:3310", timeout: 3s }
                          rspamd: { address: "127.0.0.1:11333" }
                        """);
        assertThat(Uncompared.between(live.config(), other.config()))
                .containsExactly(
                        "limits",
                        "recipients of "
                                + other.config().domains().values().stream()
                                        .flatMap(d -> d.recipients().stream())
                                        .filter(RecipientSourceConfig.Remote.class::isInstance)
                                        .map(r -> ((RecipientSourceConfig.Remote) r).name())
                                        .findFirst()
                                        .orElseThrow(),
                        "quota of example.test",
                        "greylisting",
                        "dnsbl list a",
                        "dnsbl list b",
                        "reputation",
                        "scanner rspamd",
                        "scanner clamav");
    }

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
