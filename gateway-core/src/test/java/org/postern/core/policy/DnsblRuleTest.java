package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.CodePattern;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientLookup;

/** DNS lists in the decision. */
class DnsblRuleTest extends PolicyFixture {
    private static PolicyEngine dnsbl(RuleConfig.Mode mode, AccessLists lists) {
        return PolicyEngine.of(
                PolicyConfig.NONE,
                Map.of(),
                new DnsblConfig(
                        5,
                        mode,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        List.of(
                                new DnsListConfig(
                                        "zen",
                                        Domain.of("zen.example"),
                                        Set.of(Subject.CLIENT),
                                        5,
                                        List.of(CodePattern.ANY),
                                        true),
                                new DnsListConfig(
                                        "known",
                                        Domain.of("known.example"),
                                        Set.of(Subject.CLIENT),
                                        -3,
                                        List.of(CodePattern.ANY),
                                        true))),
                List.of(),
                lists,
                InstantSource.system());
    }

    private static DnsblVerdict listed(int weight, Subject subject) {
        return new DnsblVerdict(
                List.of(
                        new DnsblHit(
                                "zen",
                                "zen.example",
                                subject,
                                "192.0.2.1",
                                weight,
                                "127.0.0.2",
                                "See https://zen.example")),
                List.of(),
                0);
    }

    private Facts rcptFacts(String recipient, DnsblVerdict verdict) {
        EmailAddress address = EmailAddress.of(recipient);
        return client.withReversePath(SENDER)
                .withDnsbl(verdict)
                .withRecipient(address, new RecipientLookup.Known(List.of(address), "static"));
    }

    @Test
    void aClientWhoseListsReachTheThresholdIsRefusedWithTheListAndItsText() {
        PolicyEngine engine = dnsbl(RuleConfig.Mode.ENFORCE, AccessLists.empty());
        Verdict verdict =
                engine.decide(
                        Stage.RCPT, rcptFacts("alice@example.test", listed(5, Subject.CLIENT)));
        assertThat(verdict.rule()).isEqualTo("dnsbl");
        assertThat(verdict.reason()).isEqualTo("dnsbl.client");
        assertThat(reply(verdict))
                .isEqualTo(
                        "550 5.7.1 192.0.2.1 is listed by zen.example: See https://zen.example"
                                + " (dnsbl)");
        assertThat(
                        engine.decide(
                                        Stage.RCPT,
                                        rcptFacts("alice@example.test", listed(4, Subject.CLIENT)))
                                .rule())
                .isEqualTo("default");
    }

    @Test
    void whereAnAllowListThatMatteredDoesNotAnswerNobodyIsRefusedForGood() {
        PolicyEngine engine = dnsbl(RuleConfig.Mode.ENFORCE, AccessLists.empty());
        DnsblVerdict silent =
                new DnsblVerdict(listed(5, Subject.CLIENT).hits(), List.of("known"), 3);
        Verdict verdict = engine.decide(Stage.RCPT, rcptFacts("alice@example.test", silent));
        assertThat(verdict.reason()).isEqualTo("dnsbl.unknown");
        assertThat(reply(verdict))
                .isEqualTo(
                        "451 4.7.1 192.0.2.1 is listed by zen.example, and a list that may speak"
                                + " for it does not answer: please try again later (dnsbl)");
        DnsblVerdict heavy =
                new DnsblVerdict(listed(8, Subject.CLIENT).hits(), List.of("known"), 3);
        assertThat(reply(engine.decide(Stage.RCPT, rcptFacts("alice@example.test", heavy))))
                .as("it would not have mattered")
                .startsWith("550 ");
    }

    @Test
    void thePostmasterHearsFromWhoIsListed() {
        assertThat(
                        dnsbl(RuleConfig.Mode.ENFORCE, AccessLists.empty())
                                .decide(
                                        Stage.RCPT,
                                        rcptFacts(
                                                "Postmaster@example.test",
                                                listed(9, Subject.CLIENT)))
                                .rule())
                .isEqualTo("default");
    }

    @Test
    void anObservedListRefusesNobodyAndIsCounted() {
        Evaluation evaluation =
                dnsbl(RuleConfig.Mode.OBSERVE, AccessLists.empty())
                        .evaluate(
                                Stage.RCPT,
                                rcptFacts("alice@example.test", listed(5, Subject.CLIENT)));
        assertThat(evaluation.verdict().rule()).isEqualTo("default");
        assertThat(evaluation.observed()).extracting(Verdict::rule).containsExactly("dnsbl");
    }

    @Test
    void afterTheContentOnlyTheAuthorsDomainIsNews() {
        PolicyEngine engine = dnsbl(RuleConfig.Mode.ENFORCE, AccessLists.empty());
        Facts facts =
                client.withReversePath(SENDER)
                        .withAuthentication(
                                verdicts(AuthResult.PASS),
                                new Advice(Advice.Action.ACCEPT, "dmarc.pass", "Explained"));
        assertThat(engine.decide(Stage.DATA, facts.withDnsbl(listed(5, Subject.CLIENT))).rule())
                .isEqualTo("default");
        assertThat(engine.decide(Stage.DATA, facts.withDnsbl(listed(5, Subject.AUTHOR))).reason())
                .isEqualTo("dnsbl.author");
    }
}
