package org.postern.app.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.app.telemetry.Metrics;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;

/** Whoever has a domain has every name beneath it. */
class RegisteredDomainsTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.7");

    private final Metrics metrics = new Metrics();
    private final Set<Domain> good = new HashSet<>();
    private final Harvesters harvesters =
            new Harvesters(
                    () -> TestSettings.harvest(3, 6, 9),
                    (client, domains) -> domains.stream().anyMatch(good::contains),
                    metrics,
                    new Chronicle(),
                    new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z")));

    @AfterEach
    void close() {
        metrics.close();
    }

    @Test
    void namesBeneathOneRegisteredDomainAreCountedAndKeptOutTogether() {
        for (int i = 0; i < 18; i++) {
            harvesters.unknown(
                    Ip.parse("198.51." + i + ".1"), false, Domain.of("h" + i + ".evil.example"));
        }
        Domain another = Domain.of("another.name.evil.example");
        assertThat(harvesters.mayBeBanned(another)).isTrue();
        assertThat(harvesters.bannedSender(CLIENT, another))
                .hasValueSatisfying(refusal ->
                        assertThat(refusal.reply().toString())
                                .startsWith("451 4.7.0")
                                .contains("from your domain evil.example"));
        assertThat(harvesters.mayBeBanned(Domain.of("other.example"))).isFalse();
        good.add(another);
        assertThat(harvesters.bannedSender(CLIENT, another))
                .as("a name with a good history is spared")
                .isEmpty();
        assertThat(harvesters.letIn(Domain.of("evil.example"), "olga")).hasSize(1);
        assertThat(harvesters.mayBeBanned(another)).isFalse();
    }

    @Test
    void aMessageThatManyNamesOfOneDomainSignedIsCountedOnce() {
        Set<Domain> signers =
                Set.of(
                        Domain.of("a.evil.example"),
                        Domain.of("b.evil.example"),
                        Domain.of("evil.example"));
        harvesters.attribute(CLIENT, signers, 17);
        assertThat(harvesters.bannedSigner(CLIENT, signers)).isEmpty();
        harvesters.attribute(CLIENT, signers, 1);
        assertThat(harvesters.bannedSigner(CLIENT, signers)).isPresent();
    }
}
