package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.core.authres.Advice;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.CodePattern;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.FileReference;
import org.postern.core.config.LoadResult;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.time.ManualTimeSource;
import org.postern.core.time.TimeSource;

class PolicyEngineTest {
    private static final EmailAddress ALICE = EmailAddress.of("alice@example.test");
    private static final ReversePath SENDER = ReversePath.of(EmailAddress.of("s@sender.example"));
    private static final RecipientLookup KNOWN =
            new RecipientLookup.Known(List.of(ALICE), "static");

    @TempDir Path directory;

    private final Facts client = Facts.of(Ip.parse("192.0.2.1")).withHelo("mx.sender.example");

    private PolicyEngine with(String allow, String deny) throws IOException {
        ProblemCollector problems = new ProblemCollector();
        AccessLists lists =
                AccessLists.load(
                        List.of(file("allow.yaml", allow)),
                        List.of(file("deny.yaml", deny)),
                        TimeSource.system(),
                        problems);
        assertThat(problems.toProblems().all()).isEmpty();
        return PolicyEngine.builtIn(lists);
    }

    private FileReference file(String name, String content) throws IOException {
        Path path = directory.resolve(name);
        Files.writeString(path, content);
        return new FileReference(path, path, Place.start(path));
    }

    private static String reply(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Reject r -> r.reply().toString();
            case Verdict.Defer d -> d.reply().toString();
            case Verdict.Accept a -> "accept";
            case Verdict.Tag t -> t.field() + ": " + t.value();
            case Verdict.Quarantine q -> "quarantine";
        };
    }

    private Verdict rcpt(RecipientLookup lookup) {
        return PolicyEngine.builtIn(AccessLists.empty())
                .decide(Stage.RCPT, client.withReversePath(SENDER).withRecipient(ALICE, lookup));
    }

    private static Verdicts verdicts(AuthResult dmarc) {
        return new Verdicts(
                SpfResult.notRun(AuthResult.PASS, SpfResult.Identity.MAILFROM, "spf.example", "x"),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "h.example", "x"),
                new IprevResult(AuthResult.PASS, "client.example", "iprev.pass"),
                List.of(
                        new DkimResult(
                                AuthResult.PASS,
                                "signer.example",
                                "s",
                                "rsa-sha256",
                                2048,
                                null,
                                null,
                                false,
                                0,
                                true,
                                "dkim.pass",
                                null)),
                ArcResult.NONE,
                new DmarcResult(
                        dmarc,
                        "author.example",
                        "author.example",
                        "author.example",
                        DmarcResult.Policy.REJECT,
                        DmarcResult.Policy.REJECT,
                        List.of(),
                        "dmarc.fail.spf-none.dkim-none",
                        List.of()));
    }

    private Verdict data(
            PolicyEngine engine, AuthResult dmarc, Advice.Action action, String reason) {
        return engine.decide(
                Stage.DATA,
                client.withReversePath(SENDER)
                        .withAuthentication(
                                verdicts(dmarc), new Advice(action, reason, "Explained")));
    }

    private Verdict data(AuthResult dmarc, Advice.Action action, String reason) {
        return data(PolicyEngine.builtIn(AccessLists.empty()), dmarc, action, reason);
    }

    @ParameterizedTest
    @EnumSource(Stage.class)
    void whatNoRuleSpeaksAgainstIsAccepted(Stage stage) {
        Facts facts = client.withReversePath(ReversePath.Null.INSTANCE).withRecipient(ALICE, KNOWN);
        assertThat(PolicyEngine.builtIn(AccessLists.empty()).decide(stage, facts))
                .isEqualTo(new Verdict.Accept("default", "default.accept", ""));
    }

    @Test
    void aForeignDomainIsNoRelay() {
        Verdict verdict = rcpt(RecipientLookup.NotHosted.INSTANCE);
        assertThat(verdict.rule()).isEqualTo("foreign-domain");
        assertThat(reply(verdict))
                .isEqualTo(
                        "550 5.7.1 Relaying denied: that domain is not handled here"
                                + " (foreign-domain)");
    }

    @Test
    void anUnknownRecipientIsRefusedAtOnce() {
        Verdict verdict = rcpt(RecipientLookup.Unknown.INSTANCE);
        assertThat(verdict.reason()).isEqualTo("recipient.unknown");
        assertThat(reply(verdict))
                .isEqualTo("550 5.1.1 No such recipient here (unknown-recipient)");
    }

    @Test
    void aDirectoryThatIsAwayNeverTurnsIntoARejection() {
        Verdict verdict = rcpt(new RecipientLookup.Unavailable("ldap: timed out"));
        assertThat(verdict).isInstanceOf(Verdict.Defer.class);
        assertThat(verdict.detail()).isEqualTo("ldap: timed out");
        assertThat(reply(verdict)).startsWith("451 4.3.0 ");
    }

    @Test
    void aDeniedClientIsRefusedInPlaceOfTheGreeting() throws IOException {
        Verdict verdict = with("", "client: [192.0.2.0/24]\n").decide(Stage.CONNECT, client);
        assertThat(verdict.rule()).isEqualTo("deny-list");
        assertThat(verdict.reason()).isEqualTo("list.deny.client");
        assertThat(verdict.detail())
                .isEqualTo("client 192.0.2.0/24 (" + directory.resolve("deny.yaml") + ":1)");
        assertThat(reply(verdict)).startsWith("554 Your address is on a local list (deny-list)");
    }

    @Test
    void eachThingIsLookedUpAtTheStageThatLearnsIt() throws IOException {
        PolicyEngine engine =
                with(
                        "",
                        """
                        helo: [mx.sender.example]
                        sender: [s@sender.example]
                        recipient: [alice@example.test]
                        author-domain: [author.example]
                        """);
        Facts mail = client.withReversePath(SENDER);
        assertThat(engine.decide(Stage.CONNECT, client).disposition())
                .isEqualTo(Disposition.ACCEPT);
        assertThat(engine.decide(Stage.HELO, client).reason()).isEqualTo("list.deny.helo");
        assertThat(engine.decide(Stage.MAIL, mail).reason()).isEqualTo("list.deny.sender");
        assertThat(engine.decide(Stage.RCPT, mail.withRecipient(ALICE, KNOWN)).reason())
                .isEqualTo("list.deny.recipient");
        assertThat(data(engine, AuthResult.PASS, Advice.Action.ACCEPT, "dmarc.pass").reason())
                .isEqualTo("list.deny.author-domain");
    }

    @Test
    void aDeniedSenderIsRefusedAtMailByAddressOrDomain() throws IOException {
        Facts mail = client.withReversePath(SENDER);
        assertThat(reply(with("", "sender-domain: [.example]\n").decide(Stage.MAIL, mail)))
                .startsWith("550 5.7.1 The sender is on a local list");
        assertThat(
                        with("", "sender-domain: [.example]\n")
                                .decide(
                                        Stage.MAIL,
                                        client.withReversePath(ReversePath.Null.INSTANCE)))
                .isInstanceOf(Verdict.Accept.class);
    }

    @Test
    void anAllowedClientPassesByEveryDenyEntry() throws IOException {
        PolicyEngine engine =
                with(
                        "client: [192.0.2.1]\n",
                        "{client: [192.0.2.0/24], sender: ['@sender.example'], recipient:"
                                + " [alice@example.test]}");
        Facts rcpt = client.withReversePath(SENDER).withRecipient(ALICE, KNOWN);
        for (Stage stage : Stage.values()) {
            assertThat(engine.decide(stage, rcpt)).isInstanceOf(Verdict.Accept.class);
        }
    }

    @Test
    void anAllowEntryOpensNeitherRelayingNorDmarc() throws IOException {
        PolicyEngine engine = with("{client: [192.0.2.1], sender: [s@sender.example]}", "");
        Facts mail = client.withReversePath(SENDER);
        assertThat(
                        engine.decide(
                                        Stage.RCPT,
                                        mail.withRecipient(
                                                ALICE, RecipientLookup.NotHosted.INSTANCE))
                                .rule())
                .isEqualTo("foreign-domain");
        assertThat(
                        engine.decide(
                                        Stage.RCPT,
                                        mail.withRecipient(ALICE, RecipientLookup.Unknown.INSTANCE))
                                .rule())
                .isEqualTo("unknown-recipient");
        assertThat(data(engine, AuthResult.FAIL, Advice.Action.REJECT, "dmarc.fail.x").rule())
                .isEqualTo("dmarc-reject");
    }

    @Test
    void authenticatedNamesAreLookedUpOnlyWhereTheyPassed() throws IOException {
        for (String name : List.of("signer.example", "spf.example")) {
            assertThat(
                            data(
                                            with("", "authenticated-domain: [" + name + "]\n"),
                                            AuthResult.PASS,
                                            Advice.Action.ACCEPT,
                                            "x")
                                    .reason())
                    .isEqualTo("list.deny.authenticated-domain");
        }
        assertThat(
                        data(
                                        with("", "reverse-name: [client.example]\n"),
                                        AuthResult.PASS,
                                        Advice.Action.ACCEPT,
                                        "x")
                                .reason())
                .isEqualTo("list.deny.reverse-name");
        assertThat(
                        data(
                                with("", "authenticated-domain: [h.example]\n"),
                                AuthResult.PASS,
                                Advice.Action.ACCEPT,
                                "x"))
                .isInstanceOf(Verdict.Accept.class);
    }

    @Test
    void aDmarcRejectIsFollowedByANamedRule() {
        Verdict verdict =
                data(AuthResult.FAIL, Advice.Action.REJECT, "dmarc.fail.spf-fail.dkim-none");
        assertThat(verdict.rule()).isEqualTo("dmarc-reject");
        assertThat(verdict.reason()).isEqualTo("dmarc.fail.spf-fail.dkim-none");
        assertThat(reply(verdict)).isEqualTo("550 5.7.1 Explained (dmarc-reject)");
    }

    @Test
    void aDubiousFromIsAnotherRuleThanADmarcFailure() {
        Verdict verdict = data(AuthResult.PERMERROR, Advice.Action.REJECT, "from.dubious");
        assertThat(verdict.rule()).isEqualTo("dubious-from");
        assertThat(reply(verdict)).isEqualTo("550 5.7.1 Explained (dubious-from)");
    }

    @Test
    void whatCouldNotBeKnownIsDeferred() {
        Verdict verdict = data(AuthResult.TEMPERROR, Advice.Action.DEFER, "dmarc.temperror.dns");
        assertThat(verdict.rule()).isEqualTo("authentication-defer");
        assertThat(reply(verdict)).isEqualTo("451 4.7.0 Explained (authentication-defer)");
    }

    @Test
    void quarantineMarksTheMessage() {
        Verdict verdict = data(AuthResult.FAIL, Advice.Action.QUARANTINE, "dmarc.fail.a.b");
        assertThat(verdict.disposition()).isEqualTo(Disposition.TAG);
        assertThat(reply(verdict))
                .isEqualTo(
                        "X-Postern-Policy: quarantine; rule=dmarc-quarantine;"
                                + " reason=dmarc.fail.a.b");
    }

    @Test
    void anOverrideIsAcceptedForAReasonOfItsOwn() {
        Verdict verdict = data(AuthResult.FAIL, Advice.Action.ACCEPT, "dmarc.override.trusted-arc");
        assertThat(verdict.disposition()).isEqualTo(Disposition.ACCEPT);
        assertThat(verdict.rule()).isEqualTo("dmarc-override");
        assertThat(verdict.reason()).isEqualTo("dmarc.override.trusted-arc");
        assertThat(data(AuthResult.FAIL, Advice.Action.ACCEPT, "dmarc.fail.a.b").rule())
                .isEqualTo("default");
    }

    @Test
    void anAddressLiteralInHeloStandsInNoList() throws IOException {
        PolicyEngine engine = with("", "helo: [.example]\n");
        assertThat(engine.decide(Stage.HELO, client.withHelo("[192.0.2.1]")))
                .isInstanceOf(Verdict.Accept.class);
    }

    @Test
    void theNamesOfTheRulesAreABoundedSet() {
        assertThat(PolicyEngine.builtIn(AccessLists.empty()).ruleNames())
                .containsExactly(
                        "authentication-defer",
                        "default",
                        "deny-list",
                        "directory-unavailable",
                        "dmarc-override",
                        "dmarc-quarantine",
                        "dmarc-reject",
                        "dubious-from",
                        "foreign-domain",
                        "unknown-recipient");
    }

    private final ManualTimeSource time =
            new ManualTimeSource(java.time.Instant.parse("2026-11-21T10:00:00Z"));

    private PolicyEngine rules(String yaml) throws IOException {
        Path file = directory.resolve("postern.yaml");
        Files.writeString(
                file,
                """
                hostname: mx1.example.net
                data: /var/lib/postern
                listeners: [{ address: 127.0.0.1, port: 25 }]
                domains: { example.net: { recipients: { static: [] }, downstream: "lmtp://h:24" } }
                policy:
                  rules:
                """
                        + yaml.indent(4));
        LoadResult result = ConfigLoader.load(file);
        assertThat(result).as("%s", result).isInstanceOf(LoadResult.Loaded.class);
        return PolicyEngine.of(
                ((LoadResult.Loaded) result).config().policy(), AccessLists.empty(), time);
    }

    @Test
    void aRuleThatOnlyObservesJustNowIsToldAndDecidesNothing() {
        Facts facts =
                client.withReversePath(SENDER)
                        .withAuthentication(
                                verdicts(AuthResult.FAIL),
                                new Advice(
                                        Advice.Action.REJECT,
                                        "dmarc.fail.spf-fail.dkim-none",
                                        "Explained"));
        Evaluation evaluation =
                PolicyEngine.builtIn(AccessLists.empty())
                        .evaluate(Stage.DATA, facts, Audience.ANYBODY, "dmarc-reject"::equals);
        assertThat(evaluation.verdict().disposition()).isEqualTo(Disposition.ACCEPT);
        assertThat(evaluation.observed())
                .singleElement()
                .extracting(Verdict::rule)
                .isEqualTo("dmarc-reject");
    }

    private Facts message(AuthResult dmarc) {
        return client.withReversePath(SENDER)
                .withSize(2_000)
                .withAuthentication(
                        verdicts(dmarc),
                        new Advice(Advice.Action.ACCEPT, "dmarc.pass.dkim", "Explained"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    client: 192.0.2.0/28                          | true
                    client: [198.51.100.1, 192.0.2.2]             | false
                    tls: false                                    | true
                    tls: true                                     | false
                    helo: .sender.example                         | true
                    helo: sender.example                          | false
                    null-sender: false                            | true
                    null-sender: true                             | false
                    sender: S@Sender.example                      | true
                    sender: '@sender.example'                     | true
                    sender: x@sender.example                      | false
                    sender-domain: sender.example                 | true
                    reverse-name: .example                        | true
                    author-domain: author.example                 | true
                    author-domain: .b.example                     | false
                    authenticated-domain: spf.example             | true
                    authenticated-domain: signer.example          | true
                    authenticated-domain: author.example          | false
                    spf: pass                                     | true
                    spf: [fail, none]                             | false
                    helo-spf: none                                | true
                    iprev: pass                                   | true
                    dkim: [fail, pass]                            | true
                    dkim: none                                    | false
                    arc: none                                     | true
                    dmarc: [pass]                                 | true
                    dmarc: fail                                   | false
                    reason: dmarc.fail.spf-none                   | true
                    reason: dkim.pass                             | true
                    reason: dkim                                  | true
                    reason: dki                                   | false
                    size-over: 1999                               | true
                    size-over: 2000                               | false
                    not: { spf: pass }                            | false
                    not: { spf: pass, dmarc: fail }               | true
                    not: { not: { spf: pass } }                   | true
                    """)
    void aConditionHoldsOrNot(String condition, boolean holds) throws IOException {
        PolicyEngine engine =
                rules(
                        "- { name: r, stage: data, when: { "
                                + condition
                                + " }, action: quarantine }");
        Verdict verdict = engine.decide(Stage.DATA, message(AuthResult.PASS));
        assertThat(verdict instanceof Verdict.Quarantine).isEqualTo(holds);
    }

    @Test
    void everyConditionOfARuleMustHoldAndTheFirstRuleDecides() throws IOException {
        PolicyEngine engine =
                rules(
                        """
                        - { name: one, stage: data, when: { spf: pass, dmarc: none }, action: reject }
                        - { name: two, stage: data, when: { spf: pass, dmarc: pass }, action: tag }
                        - { name: three, stage: data, action: reject }
                        """);
        assertThat(reply(engine.decide(Stage.DATA, message(AuthResult.PASS))))
                .isEqualTo("X-Postern-Policy: tag; rule=two; reason=policy.two");
        assertThat(engine.decide(Stage.DATA, message(AuthResult.NEUTRAL)).rule())
                .isEqualTo("three");
    }

    @Test
    void aRuleThatObservesIsNamedAndDoesNothing() throws IOException {
        PolicyEngine engine =
                rules(
                        """
                        - { name: look, stage: data, action: reject, mode: observe }
                        - { name: peek, stage: data, action: quarantine, mode: observe }
                        - { name: never, stage: data, when: { dmarc: none }, action: tag, mode: observe }
                        """);
        Evaluation evaluation = engine.evaluate(Stage.DATA, message(AuthResult.PASS));
        assertThat(evaluation.verdict()).isInstanceOf(Verdict.Accept.class);
        assertThat(evaluation.observed())
                .extracting(Verdict::rule, Verdict::disposition)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("look", Disposition.REJECT),
                        org.assertj.core.groups.Tuple.tuple("peek", Disposition.QUARANTINE));
    }

    @Test
    void aRuleEndsAtItsTime() throws IOException {
        PolicyEngine engine =
                rules("- { name: r, stage: mail, action: reject, expires: 2026-11-21T11:00:00Z }");
        Facts mail = client.withReversePath(SENDER);
        assertThat(engine.decide(Stage.MAIL, mail).rule()).isEqualTo("r");
        time.advance(java.time.Duration.ofHours(1));
        assertThat(engine.decide(Stage.MAIL, mail).rule()).isEqualTo("default");
    }

    @Test
    void noRuleOpensARelayOrMakesARecipientExist() throws IOException {
        PolicyEngine engine = rules("- { name: all, stage: rcpt, action: accept }");
        Facts mail = client.withReversePath(SENDER);
        assertThat(
                        engine.decide(
                                        Stage.RCPT,
                                        mail.withRecipient(
                                                ALICE, RecipientLookup.NotHosted.INSTANCE))
                                .rule())
                .isEqualTo("foreign-domain");
        assertThat(
                        engine.decide(
                                        Stage.RCPT,
                                        mail.withRecipient(ALICE, RecipientLookup.Unknown.INSTANCE))
                                .rule())
                .isEqualTo("unknown-recipient");
        assertThat(engine.decide(Stage.RCPT, mail.withRecipient(ALICE, KNOWN)).rule())
                .isEqualTo("all");
    }

    @Test
    void anAcceptingRuleComesBeforeDmarc() throws IOException {
        PolicyEngine engine =
                rules(
                        "- { name: scanner, stage: data, when: { client: 192.0.2.1 }, action:"
                                + " accept }");
        assertThat(data(engine, AuthResult.FAIL, Advice.Action.REJECT, "dmarc.fail.x").rule())
                .isEqualTo("scanner");
    }

    @Test
    void aRuleAnswersInItsOwnWordsWithItsName() throws IOException {
        PolicyEngine engine =
                rules(
                        """
                        - { name: c, stage: connect, action: reject }
                        - { name: h, stage: helo, action: defer }
                        - { name: m, stage: mail, action: defer, reply: Come back on Monday }
                        - { name: r, stage: rcpt, action: reject }
                        """);
        Facts rcpt = client.withReversePath(SENDER).withRecipient(ALICE, KNOWN);
        assertThat(reply(engine.decide(Stage.CONNECT, rcpt)))
                .isEqualTo("554 Refused by local policy (c)");
        assertThat(reply(engine.decide(Stage.HELO, rcpt)))
                .isEqualTo("451 Not taken now by local policy; try again later (h)");
        assertThat(reply(engine.decide(Stage.MAIL, rcpt)))
                .isEqualTo("451 4.7.1 Come back on Monday (m)");
        assertThat(reply(engine.decide(Stage.RCPT, rcpt)))
                .isEqualTo("550 5.7.1 Refused by local policy (r)");
        assertThat(engine.ruleNames()).contains("c", "h", "m", "r");
    }

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
                List.of());
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
