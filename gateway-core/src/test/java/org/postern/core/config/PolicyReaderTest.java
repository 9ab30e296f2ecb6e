package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.core.authres.AuthResult;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;

class PolicyReaderTest {
    @TempDir Path directory;

    private LoadResult load(String yaml) throws IOException {
        return SampleConfig.load(directory, yaml);
    }

    private List<String> problems(String yaml) throws IOException {
        return SampleConfig.problems(directory, yaml);
    }

    @Test
    void everyConditionIsRead() throws IOException {
        LoadResult result =
                load(
                        """
                        policy:
                          rules:
                            - name: at-data
                              stage: data
                              when:
                                client: [192.0.2.0/24]
                                tls: true
                                helo: mx.example
                                null-sender: false
                                sender: ["@a.example", B@c.example]
                                sender-domain: .a.example
                                reverse-name: r.example
                                author-domain: x.example
                                authenticated-domain: y.example
                                spf: [fail, softfail]
                                helo-spf: none
                                iprev: fail
                                dkim: pass
                                arc: none
                                dmarc: [fail]
                                reason: dmarc.fail
                                size-over: 10MB
                                not: { client: 192.0.2.7 }
                              action: quarantine
                              mode: observe
                              expires: 2026-12-31
                            - name: at-rcpt
                              stage: rcpt
                              when: { recipient: a@example.net, recipient-domain: example.net }
                              action: defer
                              reply: Not today
                        """);
        assertThat(result).as("%s", result).isInstanceOf(LoadResult.Loaded.class);
        List<RuleConfig> rules = ((LoadResult.Loaded) result).config().policy().rules();
        assertThat(rules.get(0).conditions())
                .hasSize(18)
                .contains(
                        new ConditionConfig.Client(List.of(Cidr.parse("192.0.2.0/24"))),
                        new ConditionConfig.Encrypted(true),
                        new ConditionConfig.NullSender(false),
                        new ConditionConfig.Address(
                                ConditionConfig.AddressOf.SENDER,
                                Set.of("@a.example", "b@c.example")),
                        new ConditionConfig.DomainName(
                                ConditionConfig.DomainOf.SENDER,
                                List.of(
                                        new ConditionConfig.DomainPattern(
                                                Domain.of("a.example"), true))),
                        new ConditionConfig.Result(
                                ConditionConfig.Method.SPF,
                                Set.of(AuthResult.FAIL, AuthResult.SOFTFAIL)),
                        new ConditionConfig.Reason(List.of("dmarc.fail")),
                        new ConditionConfig.SizeOver(10L << 20),
                        new ConditionConfig.Not(
                                List.of(
                                        new ConditionConfig.Client(
                                                List.of(Cidr.parse("192.0.2.7"))))));
        assertThat(rules.get(0).mode()).isEqualTo(RuleConfig.Mode.OBSERVE);
        assertThat(rules.get(0).expires()).isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(rules.get(1).at()).isEqualTo(RuleConfig.At.RCPT);
        assertThat(rules.get(1).mode()).isEqualTo(RuleConfig.Mode.ENFORCE);
        assertThat(rules.get(1).reply()).isEqualTo("Not today");
    }

    @Test
    void everyProblemOfARuleIsToldAtOnce() throws IOException {
        assertThat(
                        problems(
                                """
                                policy:
                                  rules:
                                    - name: Bad Name
                                      stage: connect
                                      when: { dmarc: fail, sender: a@b.example, colour: red, recipient: x@y.example }
                                      action: defer
                                    - name: dmarc-reject
                                      stage: later
                                      action: drop
                                    - name: twice
                                      stage: mail
                                      action: tag
                                    - name: twice
                                      stage: data
                                      when: { dmarc: bad, client: 1.2.3.4/5, not: {}, reason: ["X Y", dmarc.fial, policy.x] }
                                      action: accept
                                      mode: maybe
                                      reply: ok
                                      expires: soon
                                """))
                .containsExactly(
                        "3:13: policy.rules[].name must be a name of up to 40 small letters, digits"
                                + " and hyphens, such as hold-invoices, found Bad Name",
                        "5:22: dmarc is known from stage data on; this rule's stage is connect",
                        "5:36: sender is known from stage mail on; this rule's stage is connect",
                        "5:49: unknown key colour in policy.rules.when; known are client,"
                                + " country, list, known-good, unknown-recipients-over, tls,"
                                + " null-sender, sender, recipient, helo, sender-domain,"
                                + " recipient-domain, reverse-name, author-domain,"
                                + " authenticated-domain, spf, helo-spf, iprev, dkim, arc, dmarc,"
                                + " reason, size-over, dnsbl, dnsbl-score-over, scan,"
                                + " spam-score-over, not",
                        "5:73: recipient can be asked at stage rcpt alone: a message has many",
                        "7:13: policy.rules[].name must not be the name of a built-in rule:"
                                + " dmarc-reject",
                        "8:14: policy.rules[].stage must be one of connect, helo, mail, rcpt, data,"
                                + " found later",
                        "9:15: policy.rules[].action must be one of accept, tag, quarantine,"
                                + " reject, defer, found drop",
                        "12:15: a message can be tagged or quarantined at stage data alone",
                        "13:13: rule twice stands already in line 17",
                        "15:22: policy.rules[].when.dmarc must be one of none, pass, fail,"
                                + " softfail, policy, neutral, temperror, permerror, found bad",
                        "15:35: policy.rules[].when.client must be a network: address has bits set"
                                + " beyond its prefix; did you mean 0.0.0.0/5?",
                        "15:51: not needs at least one condition",
                        "15:64: policy.rules[].when.reason must be a reason code or its beginning"
                                + " up to a dot, such as dmarc.fail, found X Y",
                        "15:71: policy.rules[].when.reason must be a reason of authentication"
                                + " (docs/reasons.md), there is no dmarc.fial; did you mean"
                                + " dmarc.fail?",
                        "15:83: policy.rules[].when.reason must be a reason of authentication"
                                + " (docs/reasons.md), there is no policy.x",
                        "17:13: policy.rules[].mode must be one of observe, enforce, found maybe",
                        "18:14: reply goes with reject and defer alone",
                        "19:16: policy.rules[].expires must be a day such as 2026-12-31 (to its"
                                + " end, UTC) or a time such as 2026-12-31T12:00:00Z, found soon");
    }

    @Test
    void aNameIsOneRuleInAllSections() throws IOException {
        String yaml =
                """
                hostname: mx1.example.net
                data: data
                listeners: [{ address: 127.0.0.1, port: 2525 }]
                policy:
                  sets:
                    careful:
                      - { name: strict, stage: data, action: tag }
                  rules:
                    - { name: strict, stage: data, action: quarantine }
                domains:
                  example.net:
                    recipients: { static: [alice@example.net] }
                    downstream: lmtp://127.0.0.1:24
                    policy: { rules: [{ name: strict, stage: rcpt, action: defer }] }
                """;
        assertThat(SampleConfig.problemsOfWhole(directory, yaml))
                .containsExactly(
                        "9:15: rule strict stands already in line 7, in policy.sets.careful:"
                                + " replies, journal and metrics name a rule by its name alone, so"
                                + " one name is one rule everywhere",
                        "14:31: rule strict stands already in line 7, in policy.sets.careful:"
                                + " replies, journal and metrics name a rule by its name alone, so"
                                + " one name is one rule everywhere");
    }

    @Test
    void aRuleThatTwoDomainsBringInByAnAliasIsOneRule() throws IOException {
        String yaml =
                """
                hostname: mx1.example.net
                data: data
                listeners: [{ address: 127.0.0.1, port: 2525 }]
                domains:
                  example.net:
                    recipients: { static: [alice@example.net] }
                    downstream: lmtp://127.0.0.1:24
                    policy: &own { rules: [{ name: strict, stage: rcpt, action: defer }] }
                  example.org:
                    recipients: { static: [alice@example.org] }
                    downstream: lmtp://127.0.0.1:24
                    policy: *own
                """;
        assertThat(SampleConfig.whole(directory, yaml)).isInstanceOf(LoadResult.Loaded.class);
    }

    @ParameterizedTest
    @EnumSource(BuiltInRule.class)
    void noRuleMayTakeTheNameOfABuiltInOne(BuiltInRule rule) throws IOException {
        assertThat(
                        problems(
                                """
                                policy:
                                  rules:
                                    - { name: %s, stage: rcpt, action: reject }
                                """
                                        .formatted(rule.ruleName())))
                .singleElement()
                .asString()
                .contains("must not be the name of a built-in rule: " + rule.ruleName());
    }

    @Test
    void aRuleWhoseConditionsAreCommentedOutIsNoRuleForEverybody() throws IOException {
        assertThat(
                        problems(
                                """
                                policy:
                                  rules:
                                    - name: block-bad
                                      stage: mail
                                      action: reject
                                      when:
                                        # sender-domain: bad.example
                                    - { name: empty, stage: mail, action: reject, when: {} }
                                    - { name: nobody, stage: mail, action: reject, when: { sender-domain: [] } }
                                    - { name: all, stage: mail, action: reject, when: { not: { client: [] } } }
                                    - { name: meant, stage: mail, action: reject }
                                """))
                .containsExactly(
                        "6:12: when has no condition; a rule for everybody has no when",
                        "8:57: when has no condition; a rule for everybody has no when",
                        "9:75: sender-domain names nothing: no message could meet it, and every"
                                + " one its not",
                        "10:72: client names nothing: no message could meet it, and every one its"
                                + " not");
    }

    @Test
    void whatARuleAsksForHasToBeConfigured() throws IOException {
        assertThat(
                        problems(
                                """
                                policy:
                                  country-database: nowhere.mmdb
                                  rules:
                                    - { name: a, stage: mail, action: reject, when: { country: [ch, UK, X] } }
                                    - { name: b, stage: mail, action: reject, when: { list: partners } }
                                    - { name: c, stage: mail, action: reject, when: { not: { list: [allow, others] } } }
                                lists:
                                  named:
                                    partners: []
                                    deny: lists/d.yaml
                                    "Bad Name": lists/x.yaml
                                """))
                .containsExactly(
                        "2:21: no such file: " + directory.resolve("nowhere.mmdb"),
                        "4:69: policy.rules[].when.country must be a country's two letters such as"
                                + " DE (ISO 3166-1), found UK; did you mean GB?",
                        "4:73: policy.rules[].when.country must be a country's two letters such as"
                                + " DE (ISO 3166-1), found X",
                        "6:68: there is no list others in lists.named; allow and deny are those of"
                                + " lists.allow and lists.deny",
                        "9:15: list partners names no file",
                        "10:5: deny is the name of the lists of lists.deny",
                        "11:5: the name of a list must be up to 40 small letters, digits and"
                                + " hyphens, found Bad Name");
    }

    @Test
    void aRuleAboutACountryNeedsADatabase() throws IOException {
        assertThat(
                        problems(
                                """
                                    policy: { rules: [{ name: a, stage: rcpt, action: reject, when: { country: SE } }] }
                                policy:
                                  rules:
                                    - { name: c, stage: mail, action: reject, when: { not: { country: ch } } }
                                  sets:
                                    strict:
                                      - { name: b, stage: rcpt, action: reject, when: { country: [DE] } }
                                """))
                .containsExactly(
                        "1:80: country needs a database: name one under policy.country-database",
                        "4:71: country needs a database: name one under policy.country-database",
                        "7:66: country needs a database: name one under policy.country-database");
    }

    @Test
    void theGuardIsNoSettingOfOneDomain() throws IOException {
        assertThat(
                        problems(
                                """
                                domains:
                                  example.net:
                                    recipients: { static: [] }
                                    downstream: maildir:m
                                """))
                .containsExactly("1:1: key domains stands twice in this mapping; keep one");
        assertThat(problems("    policy: { guard: observe }\n"))
                .containsExactly(
                        "1:15: unknown key guard in domains.example.test.policy; known are rules");
    }

    @Test
    void rulesThatAreNoListAreTold() throws IOException {
        assertThat(problems("policy: { rules: { name: x } }\n"))
                .containsExactly("1:18: policy.rules must be a list of rules, found a mapping");
    }

    @Test
    void aSectionWithoutRulesIsNoPolicy() throws IOException {
        assertThat(((LoadResult.Loaded) load("policy:\n")).config().policy())
                .isEqualTo(PolicyConfig.NONE);
        assertThat(((LoadResult.Loaded) load("policy: { rules: }\n")).config().policy())
                .isEqualTo(PolicyConfig.NONE);
    }
}
