package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.LoadResult;
import org.postern.core.lists.AccessLists;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.time.ManualTimeSource;

/** Rules as operators write them. */
class ConfiguredRulesTest extends PolicyFixture {
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
        return engine(((LoadResult.Loaded) result).config().policy(), AccessLists.empty(), time);
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
                builtIn(AccessLists.empty())
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
                    reason: dkim.fail                             | false
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    authenticated-domain: signer.example          | false
                    not: { authenticated-domain: signer.example } | true
                    authenticated-domain: spf.example             | true
                    dkim: pass                                    | true
                    reason: dkim.pass.partial-body                | true
                    """)
    void aSignatureOverAPartOfTheBodyPassesAndAuthenticatesNobody(String condition, boolean holds)
            throws IOException {
        PolicyEngine engine =
                rules(
                        "- { name: r, stage: data, when: { "
                                + condition
                                + " }, action: quarantine }");
        Facts part =
                client.withReversePath(SENDER)
                        .withAuthentication(
                                verdicts(AuthResult.FAIL, 1),
                                new Advice(Advice.Action.ACCEPT, "dmarc.fail", "Explained"));
        assertThat(engine.decide(Stage.DATA, part) instanceof Verdict.Quarantine).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    author-domain: one.example                         | true
                    author-domain: two.example                         | true
                    author-domain: [.example.org, two.example]         | true
                    author-domain: three.example                       | false
                    not: { author-domain: one.example }                | false
                    not: { author-domain: two.example }                | false
                    not: { author-domain: three.example }              | true
                    """)
    void aConditionOnTheAuthorIsAskedOfEachAuthor(String condition, boolean holds)
            throws IOException {
        PolicyEngine engine =
                rules(
                        "- { name: r, stage: data, when: { "
                                + condition
                                + " }, action: quarantine }");
        Verdict verdict = engine.decide(Stage.DATA, written("one.example", "two.example"));
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

    /** Such a message has SPF and DKIM passing, of domains that are not the author's. */
    @ParameterizedTest
    @CsvSource({"reception.md, no-forged-board", "configuration.md, hold-invoices"})
    void theSampleRulesAgainstForgeryHoldWhoForgesWithAPassOfHisOwn(String page, String rule)
            throws IOException {
        String text = Files.readString(Path.of("..", "docs", page));
        Matcher when =
                Pattern.compile("name: " + rule + "\\W.*?when: (\\{.*? \\} \\})", Pattern.DOTALL)
                        .matcher(text);
        assertThat(when.find()).isTrue();
        PolicyEngine engine =
                rules(
                        "- { name: sample, stage: data, action: quarantine, when: "
                                + when.group(1)
                                        .replaceAll(
                                                "author-domain: [^,]+",
                                                "author-domain: author.example")
                                + " }");
        assertThat(data(engine, AuthResult.FAIL, Advice.Action.ACCEPT, "dmarc.fail.x").rule())
                .isEqualTo("sample");
        assertThat(data(engine, AuthResult.PASS, Advice.Action.ACCEPT, "dmarc.pass.dkim").rule())
                .isNotEqualTo("sample");
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
}
