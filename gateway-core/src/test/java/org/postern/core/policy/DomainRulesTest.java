package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.reputation.Standing;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.TestSnapshots;

/** Rules of single domains, and rules about what the past says, from the file to the verdict. */
class DomainRulesTest {
    private static final EmailAddress STRICT = EmailAddress.of("a@strict.test");
    private static final EmailAddress LAX = EmailAddress.of("a@lax.test");

    @TempDir Path directory;

    private final Facts client =
            Facts.of(Ip.parse("192.0.2.1"))
                    .withHelo("mx.sender.example")
                    .withReversePath(ReversePath.of(EmailAddress.of("s@sender.example")));

    private SnapshotResult read(String ofStrict, String ofAll) throws Exception {
        return TestSnapshots.read(
                directory,
                """
                domains:
                  strict.test:
                    recipients: { accept-all: true }
                    downstream: maildir:mail
                    policy: { rules: [%s] }
                  lax.test:
                    recipients: { accept-all: true }
                    downstream: maildir:mail
                policy: { rules: [%s] }
                """
                        .formatted(ofStrict, ofAll));
    }

    private Snapshot loaded(String ofStrict, String ofAll) throws Exception {
        return TestSnapshots.loaded(read(ofStrict, ofAll));
    }

    private Verdict rcpt(Snapshot snapshot, EmailAddress to, Facts facts) {
        return snapshot.policy()
                .decide(
                        Stage.RCPT,
                        facts.withRecipient(
                                to, new RecipientLookup.Known(List.of(to), "accept-all")));
    }

    @Test
    void aRuleOfADomainHoldsForItsRecipientsAndComesBeforeTheOthers() throws Exception {
        Snapshot snapshot =
                loaded(
                        "{ name: tls-only, stage: rcpt, when: { tls: false }, action: reject }",
                        "{ name: open, stage: rcpt, action: accept }");
        assertThat(rcpt(snapshot, STRICT, client).rule()).isEqualTo("tls-only");
        assertThat(rcpt(snapshot, STRICT, client.withTls(true)).rule()).isEqualTo("open");
        assertThat(rcpt(snapshot, LAX, client).rule()).isEqualTo("open");
        assertThat(snapshot.policy().ruleNames()).contains("tls-only", "open", "default");
    }

    @Test
    void atDataItHoldsWhereEveryRecipientIsOfTheDomain() throws Exception {
        Snapshot snapshot = loaded("{ name: hold-all, stage: data, action: quarantine }", "");
        PolicyEngine policy = snapshot.policy();
        assertThat(
                        policy.evaluate(
                                        Stage.DATA,
                                        client,
                                        new Audience(Domain.of("strict.test"), null))
                                .verdict())
                .isInstanceOf(Verdict.Quarantine.class);
        assertThat(
                        policy.evaluate(
                                        Stage.DATA,
                                        client,
                                        new Audience(Domain.of("lax.test"), null))
                                .verdict())
                .isInstanceOf(Verdict.Accept.class);
        assertThat(policy.evaluate(Stage.DATA, client, Audience.ANYBODY).verdict())
                .isInstanceOf(Verdict.Accept.class);
        assertThat(snapshot.config().domains().get(Domain.of("strict.test")).policy())
                .matches(p -> p.decidesAtData());
    }

    @Test
    void aDomainsRuleBeforeAnyRecipientIsKnownIsAnError() throws Exception {
        assertThat(read("{ name: early, stage: helo, action: reject }", ""))
                .isInstanceOfSatisfying(
                        SnapshotResult.Refused.class,
                        r ->
                                assertThat(r.problems().toString())
                                        .contains(
                                                "early of a domain must have stage rcpt or data"));
    }

    @Test
    void rulesCanAskWhatThePastSays() throws Exception {
        Snapshot snapshot =
                loaded(
                        "",
                        "{ name: harvester, stage: rcpt, action: defer, when: {"
                                + " unknown-recipients-over: 5, not: { known-good: true } } },"
                                + " { name: newcomer, stage: rcpt, action: accept,"
                                + " when: { known-good: false } }");
        assertThat(rcpt(snapshot, LAX, client.withStanding(new Standing(false, 6))).rule())
                .isEqualTo("harvester");
        assertThat(rcpt(snapshot, LAX, client.withStanding(new Standing(true, 6))).rule())
                .isEqualTo("default");
        assertThat(rcpt(snapshot, LAX, client.withStanding(new Standing(false, 5))).rule())
                .isEqualTo("newcomer");
        assertThat(rcpt(snapshot, LAX, client).rule())
                .as("what nobody has asked meets no condition")
                .isEqualTo("default");
    }
}
