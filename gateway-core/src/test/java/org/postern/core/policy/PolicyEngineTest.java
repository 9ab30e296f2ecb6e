package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.ReversePath;
import org.postern.core.recipients.RecipientLookup;

/** What is decided without one line of policy. */
class PolicyEngineTest extends PolicyFixture {
    @ParameterizedTest
    @EnumSource(Stage.class)
    void whatNoRuleSpeaksAgainstIsAccepted(Stage stage) {
        Facts facts = client.withReversePath(ReversePath.Null.INSTANCE).withRecipient(ALICE, KNOWN);
        assertThat(builtIn(AccessLists.empty()).decide(stage, facts))
                .isEqualTo(new Verdict.Accept("default", "default.accept", ""));
    }

    @Test
    void whoASpamTrapListedComesBackAndWhoAPersonListedIsRefused() throws IOException {
        String entry = "client: [{ entry: 192.0.2.1, owner: %s, expires: 2099-01-01T00:00:00Z }]\n";
        Verdict trapped = with("", entry.formatted("spam-trap")).decide(Stage.CONNECT, client);
        assertThat(trapped.rule()).isEqualTo("deny-list");
        assertThat(reply(trapped))
                .isEqualTo(
                        "421 4.7.1 Your address is on a local list until 2099-01-01T00:00:00Z"
                                + " (deny-list)");
        assertThat(reply(with("", entry.formatted("jo")).decide(Stage.CONNECT, client)))
                .startsWith("554 ");
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
    void aSignatureOverAPartOfTheBodyIsOnNoList() throws IOException {
        String signer = "authenticated-domain: [signer.example]\n";
        PolicyEngine denied = with("", signer);
        PolicyEngine allowed = with(signer, "author-domain: [author.example]\n");
        Facts mail = client.withReversePath(SENDER);
        Advice accept = new Advice(Advice.Action.ACCEPT, "dmarc.pass", "Explained");
        Facts whole = mail.withAuthentication(verdicts(AuthResult.PASS, 0), accept);
        Facts part = mail.withAuthentication(verdicts(AuthResult.PASS, 1), accept);
        assertThat(denied.decide(Stage.DATA, whole).reason())
                .isEqualTo("list.deny.authenticated-domain");
        assertThat(denied.decide(Stage.DATA, part)).isInstanceOf(Verdict.Accept.class);
        assertThat(allowed.decide(Stage.DATA, whole)).isInstanceOf(Verdict.Accept.class);
        assertThat(allowed.decide(Stage.DATA, part).reason()).isEqualTo("list.deny.author-domain");
    }

    @Test
    void aDenyEntryHoldsForAnyOfTheAuthorsAndAnAllowEntryForAllOfThemOnly() throws IOException {
        String bad = "author-domain: [bad.example]\n";
        PolicyEngine denied = with("", bad);
        for (String[] authors :
                new String[][] {{"bad.example", "ok.example"}, {"ok.example", "bad.example"}}) {
            assertThat(denied.decide(Stage.DATA, written(authors)).reason())
                    .isEqualTo("list.deny.author-domain");
            assertThat(
                            with("author-domain: [ok.example]\n", bad)
                                    .decide(Stage.DATA, written(authors))
                                    .reason())
                    .as("nobody lends another his allow entry")
                    .isEqualTo("list.deny.author-domain");
            assertThat(
                            with("author-domain: [bad.example]\n", bad)
                                    .decide(Stage.DATA, written(authors))
                                    .reason())
                    .as("nor does his own help him in other company")
                    .isEqualTo("list.deny.author-domain");
            assertThat(
                            with("author-domain: [bad.example, ok.example]\n", bad)
                                    .decide(Stage.DATA, written(authors)))
                    .isInstanceOf(Verdict.Accept.class);
        }
        assertThat(denied.decide(Stage.DATA, written("ok.example", "good.example")))
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
        assertThat(builtIn(AccessLists.empty()).ruleNames())
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
}
