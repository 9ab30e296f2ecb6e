package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.config.ConditionConfig;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.Place;
import org.postern.core.recipients.RecipientDirectory;
import org.postern.core.recipients.RecipientLookup;

class SubaddressRulesTest extends PolicyFixture {
    private static final EmailAddress DETAILED = EmailAddress.of("alice+x@example.test");

    /** Takes anybody; what stands behind a plus is a detail. */
    private static final RecipientDirectory PLUS =
            new RecipientDirectory() {
                @Override
                public RecipientLookup lookup(EmailAddress address) {
                    return KNOWN;
                }

                @Override
                public Optional<EmailAddress> withoutDetail(EmailAddress address) {
                    return address.equals(DETAILED) ? Optional.of(ALICE) : Optional.empty();
                }

                @Override
                public String name() {
                    return "plus";
                }
            };

    private Facts to(EmailAddress address) {
        return client.withReversePath(SENDER).withRecipient(address, KNOWN, PLUS);
    }

    @Test
    void anEntryOfAMailboxHoldsForItsSubaddresses() throws IOException {
        PolicyEngine denied = with("", "recipient: [alice@example.test]\n");
        assertThat(reply(denied.decide(Stage.RCPT, to(DETAILED)))).startsWith("550 5.7.1");
        assertThat(denied.decide(Stage.RCPT, to(EmailAddress.of("alice-x@example.test"))))
                .isInstanceOf(Verdict.Accept.class);
        PolicyEngine spared =
                with("recipient: [alice@example.test]\n", "recipient: ['@example.test']\n");
        assertThat(spared.decide(Stage.RCPT, to(DETAILED))).isInstanceOf(Verdict.Accept.class);
    }

    @Test
    void anEntryOfASubaddressHoldsForItAlone() throws IOException {
        PolicyEngine denied = with("", "recipient: [alice+x@example.test]\n");
        assertThat(denied.decide(Stage.RCPT, to(DETAILED))).isInstanceOf(Verdict.Reject.class);
        assertThat(denied.decide(Stage.RCPT, to(ALICE))).isInstanceOf(Verdict.Accept.class);
    }

    @Test
    void aConditionOnTheRecipientHoldsForItsSubaddresses() {
        ConditionConfig alice =
                new ConditionConfig.Address(
                        ConditionConfig.AddressOf.RECIPIENT, Set.of(ALICE.key()));
        assertThat(decide(alice, DETAILED)).isInstanceOf(Verdict.Reject.class);
        assertThat(decide(new ConditionConfig.Not(List.of(alice)), DETAILED))
                .isInstanceOf(Verdict.Accept.class);
    }

    private Verdict decide(ConditionConfig condition, EmailAddress to) {
        RuleConfig rule =
                new RuleConfig(
                        "no",
                        RuleConfig.At.RCPT,
                        List.of(condition),
                        RuleConfig.Action.REJECT,
                        RuleConfig.Mode.ENFORCE,
                        null,
                        null,
                        Place.start(directory));
        PolicyConfig policy =
                new PolicyConfig(List.of(rule), PolicyConfig.Guard.OFF, java.util.Map.of(), null);
        return engine(policy, AccessLists.empty(), InstantSource.system())
                .decide(Stage.RCPT, to(to));
    }

    @Test
    void aListOfOnesOwnHasTheSubaddressesOfAMailbox() throws IOException {
        ConditionConfig listed = new ConditionConfig.Listed(Set.of("deny"), Place.start(directory));
        AccessLists lists =
                AccessLists.load(
                        List.of(),
                        List.of(file("deny.yaml", "recipient: [alice@example.test]\n")),
                        InstantSource.system(),
                        new org.postern.core.problem.ProblemCollector());
        assertThat(Conditions.all(List.of(listed), to(DETAILED), lists)).isTrue();
    }
}
