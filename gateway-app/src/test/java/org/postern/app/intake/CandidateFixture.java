package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
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
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Verdict;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.ManualTimeSource;

/** Configurations to observe, a message of theirs, and what a candidate has counted. */
abstract class CandidateFixture {
    static final InetAddress CLIENT = Ip.parse("192.0.2.1");
    static final Verdict ACCEPTED =
            new Verdict.Accept(PolicyEngine.DEFAULT_RULE, "default.accept", "");
    static final EmailAddress ALICE = EmailAddress.of("alice@example.test");
    static final EmailAddress BOB = EmailAddress.of("bob@other.test");

    static final Facts MAIL =
            Facts.of(CLIENT)
                    .withHelo("mx.sender.test")
                    .withReversePath(ReversePath.of(EmailAddress.of("s@sender.test")));

    @TempDir Path directory;
    final ManualTimeSource time = new ManualTimeSource(Instant.parse("2026-11-22T10:00:00Z"));
    final Metrics metrics = new Metrics();

    @AfterEach
    void close() {
        metrics.close();
    }

    static final String BOTH =
            domain("example.test", "alice@example.test", "")
                    + domain("other.test", "bob@other.test", "");

    Snapshot configuration(String domains, String more) throws IOException {
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

    static String domain(String name, String recipients, String more) {
        return name
                + ": { recipients: { static: ["
                + recipients
                + "] }, downstream: \"maildir:m\""
                + more
                + " }\n";
    }

    CandidatePolicy observing(Snapshot candidate) throws CountryFileException {
        CandidatePolicy policy =
                new CandidatePolicy(
                        metrics, time, read -> read, new CountryDatabases(metrics, time));
        policy.observe(candidate);
        return policy;
    }

    static Facts checked(AuthResult dmarc) {
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

    static List<String> counts(CandidatePolicy policy) {
        return policy.report().orElseThrow().counts().entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .toList();
    }
}
