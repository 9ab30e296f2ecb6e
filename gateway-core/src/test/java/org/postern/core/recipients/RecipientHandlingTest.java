package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.policy.Audience;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.TestSnapshots;

/** What single recipients ask for, in a whole configuration. */
class RecipientHandlingTest {
    @TempDir Path directory;

    private final Facts facts =
            Facts.of(Ip.parse("192.0.2.1"))
                    .withReversePath(ReversePath.of(EmailAddress.of("s@sender.example")));

    private SnapshotResult read(String recipients, String policy) throws Exception {
        Files.writeString(directory.resolve("r.yaml"), recipients);
        return TestSnapshots.read(
                directory,
                """
                downstreams: { west: "maildir:west" }
                domains:
                  example.test:
                    recipients: { file: r.yaml }
                    downstream: maildir:mail
                    policy: { rules: [{ name: of-domain, stage: rcpt, action: accept }] }
                policy:
                  rules: [{ name: of-all, stage: data, action: tag }]
                  sets: %s
                """
                        .formatted(policy));
    }

    private Snapshot loaded(String recipients, String policy) throws Exception {
        return TestSnapshots.loaded(read(recipients, policy));
    }

    private Verdict rcpt(Snapshot snapshot, String to) {
        EmailAddress address = EmailAddress.of(to);
        return snapshot.policy()
                .decide(
                        Stage.RCPT,
                        facts.withRecipient(address, snapshot.recipients().lookup(address)));
    }

    @Test
    void rulesThatARecipientAsksForComeBeforeThoseOfItsDomain() throws Exception {
        Snapshot snapshot =
                loaded(
                        """
                        recipients:
                          - postmaster
                          - alice
                          - { address: bob, policy: strict, downstream: west }
                        aliases: { info: [alice, bob], root: alice }
                        """,
                        "{ strict: [{ name: tls-only, stage: rcpt, when: { tls: false }, action:"
                                + " reject }, { name: hold, stage: data, action: quarantine }] }");
        assertThat(rcpt(snapshot, "alice@example.test").rule()).isEqualTo("of-domain");
        assertThat(rcpt(snapshot, "root@example.test").rule()).isEqualTo("of-domain");
        assertThat(rcpt(snapshot, "bob@example.test").rule()).isEqualTo("tls-only");
        assertThat(rcpt(snapshot, "info@example.test").rule())
                .as("no way round the rules by an alias")
                .isEqualTo("tls-only");
        assertThat(rcpt(snapshot, "nobody@example.test").rule()).isEqualTo("unknown-recipient");
        Audience bob = new Audience(null, "strict");
        assertThat(snapshot.policy().evaluate(Stage.DATA, facts, bob).verdict().rule())
                .isEqualTo("hold");
        assertThat(snapshot.policy().evaluate(Stage.DATA, facts, Audience.ANYBODY).verdict().rule())
                .isEqualTo("of-all");
        assertThat(snapshot.recipients().handling(EmailAddress.of("bob@example.test")))
                .contains(new Handling("west", "strict"));
        assertThat(snapshot.config().policy().decidesAtData("strict")).isTrue();
        assertThat(snapshot.config().policy().decidesAtData(null)).isFalse();
    }

    @Test
    void whatIsNotThereIsAnErrorOfTheFileAndOfTheRulesAtOnce() throws Exception {
        assertThat(
                        read(
                                "- { address: postmaster, downstream: east, policy: lax }\n",
                                "{ strict: [{ name: early, stage: helo, action: reject }], Bad: []"
                                        + ", list: { name: x } }"))
                .isInstanceOfSatisfying(
                        SnapshotResult.Refused.class,
                        r ->
                                assertThat(r.problems().toString())
                                        .contains(
                                                "rule early of a set must have stage rcpt or data",
                                                "the name of a set of rules must be a name of up"
                                                        + " to 40 small letters",
                                                "policy.sets.list must be a list of rules"));
        assertThat(read("- { address: postmaster, downstream: east, policy: lax }\n", "{ }"))
                .isInstanceOfSatisfying(
                        SnapshotResult.Refused.class,
                        r ->
                                assertThat(r.problems().toString())
                                        .contains(
                                                "r.yaml:1:38: no downstream is called east;"
                                                        + " downstreams has maildir:mail, west",
                                                "r.yaml:1:52: no set of rules is called lax;"
                                                        + " policy.sets names none"));
    }
}
