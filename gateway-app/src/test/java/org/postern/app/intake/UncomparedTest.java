package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.snapshot.Snapshot;

/** What another configuration says that no comparison sees. */
class UncomparedTest extends CandidateFixture {
    @Test
    void whatIsAnotherAndNotComparedIsNamed() throws Exception {
        Snapshot live =
                configuration(
                        BOTH,
                        """
                        dnsbl: { threshold: 5, lists: [{ name: a, zone: bl.test, weight: 3 }] }
                        reputation: { spam-traps: [old@example.test] }
                        scanners: { clamav: { address: "127.0.0.1:3310" } }
                        """);
        assertThat(Uncompared.between(live.config(), live.config())).isEmpty();
        Snapshot compared =
                configuration(
                        BOTH.replace("alice@", "ann@"),
                        """
                        dnsbl: { threshold: 7, lists: [{ name: b, zone: bl.test, weight: 9 }] }
                        reputation: { spam-traps: [older@example.test] }
                        scanners: { clamav: { address: "127.0.0.1:3310", on-failure: defer } }
                        policy: { rules: [{ name: no, stage: mail, action: reject }] }
                        """);
        assertThat(Uncompared.between(live.config(), compared.config())).isEmpty();
        Snapshot other =
                configuration(
                        domain("example.test", "alice@example.test", ", quota: { messages: 5 }")
                                + "other.test: { recipients: { http: { url:"
                                + " \"http://127.0.0.1:9/x\" } }, downstream: \"maildir:m\" }\n",
                        """
                        limits: { recipients: 7 }
                        greylisting: { mode: enforce }
                        dnsbl:
                          threshold: 5
                          lists:
                            - { name: a, zone: bl.test, weight: 3, codes: [127.0.0.9] }
                            - { name: b, zone: other.test, weight: 3 }
                        reputation: { slow-by: 9s }
                        scanners:
                          clamav: { address: "127.0.0.1:3310", timeout: 3s }
                          rspamd: { address: "127.0.0.1:11333" }
                        """);
        assertThat(Uncompared.between(live.config(), other.config()))
                .containsExactly(
                        "limits",
                        "recipients of "
                                + other.config().domains().values().stream()
                                        .flatMap(d -> d.recipients().stream())
                                        .filter(RecipientSourceConfig.Remote.class::isInstance)
                                        .map(r -> ((RecipientSourceConfig.Remote) r).name())
                                        .findFirst()
                                        .orElseThrow(),
                        "quota of example.test",
                        "greylisting",
                        "dnsbl list a",
                        "dnsbl list b",
                        "reputation",
                        "scanner rspamd",
                        "scanner clamav");
    }
}
