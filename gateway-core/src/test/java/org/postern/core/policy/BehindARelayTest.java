package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.ConditionConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

class BehindARelayTest extends PolicyFixture {
    private static final InetAddress ORIGIN = Ip.parse("198.51.100.7");
    private static final String DENIED = "client: [198.51.100.0/24]\n";

    private Facts relayed(InetAddress origin) {
        return client.withReversePath(SENDER)
                .withAuthentication(
                        verdicts(AuthResult.PASS),
                        new Advice(Advice.Action.ACCEPT, "dmarc.pass", "Explained"))
                .withOrigin(origin);
    }

    @Test
    void aDeniedClientBehindATrustedRelayIsHeldAndNotRefused() throws IOException {
        PolicyEngine engine = with("", DENIED);
        assertThat(engine.decide(Stage.DATA, relayed(ORIGIN)))
                .isInstanceOfSatisfying(
                        Verdict.Quarantine.class,
                        held -> {
                            assertThat(held.rule()).isEqualTo("deny-list");
                            assertThat(held.reason()).isEqualTo("list.deny.client");
                            assertThat(held.detail())
                                    .startsWith("behind a trusted relay: ")
                                    .contains("198.51.100.0/24");
                        });
        assertThat(engine.decide(Stage.DATA, relayed(Ip.parse("203.0.113.9"))))
                .isInstanceOf(Verdict.Accept.class);
    }

    @Test
    void anAllowEntryOfTheClientBehindTheRelayPassesByTheDenyLists() throws IOException {
        String author = "authenticated-domain: [spf.example]\n";
        assertThat(with("", author).decide(Stage.DATA, relayed(ORIGIN)))
                .isInstanceOf(Verdict.Reject.class);
        assertThat(with(DENIED, author).decide(Stage.DATA, relayed(ORIGIN)))
                .isInstanceOf(Verdict.Accept.class);
    }

    @Test
    void aConditionOnTheClientHoldsForTheRelayAndForWhomItNames() {
        assertThat(holds("192.0.2.1")).isTrue();
        assertThat(holds("198.51.100.7")).isTrue();
        assertThat(holds("203.0.113.9")).isFalse();
    }

    private boolean holds(String network) {
        return Conditions.all(
                List.of(new ConditionConfig.Client(List.of(Cidr.parse(network)))),
                relayed(ORIGIN),
                AccessLists.empty());
    }

    @Test
    void aMessageWithoutARelayHasOneClient() {
        assertThat(relayed(client.client()).clients()).containsExactly(client.client());
        assertThat(relayed(ORIGIN).ofSession().clients()).containsExactly(client.client());
    }
}
