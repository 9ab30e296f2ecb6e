package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.authres.AuthResult;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.EmailAddress;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientDirectory;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.recipients.Recipients;
import org.postern.core.snapshot.Snapshot;

/** What a candidate would have decided otherwise, and what is no disagreement of its. */
class CandidatePolicyTest extends CandidateFixture {
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
                                new RecipientDirectory() {
                                    @Override
                                    public RecipientLookup lookup(EmailAddress address) {
                                        return new RecipientLookup.Known(
                                                List.of(address),
                                                "http",
                                                Handling.of("nowhere", null));
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
}
