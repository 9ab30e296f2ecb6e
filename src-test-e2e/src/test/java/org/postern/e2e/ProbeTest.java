package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** The probe against a real Dovecot: what must arrive, what must be refused, and what failed. */
@WithPeers
class ProbeTest {
    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(50)).pollInterval(Duration.ofMillis(200));
    }

    private static final String GOOD =
            "postern_probe_messages_total{leg=\"%s\",outcome=\"good\",step=\"done\"}";

    private static double metric(Gateway gateway, String series) {
        Matcher m =
                Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$")
                        .matcher(gateway.get("/metrics").body());
        return m.find() ? Double.parseDouble(m.group(1)) : -1;
    }

    @Test
    void withoutTheSectionNothingIsProbed(Surroundings around) {
        assertThat(around.gateway().get("/metrics").body()).doesNotContain("postern_probe");
    }

    @Test
    void everyMessageOfARoundIsFollowedToItsEndAndAFailureSaysWhichStep(Surroundings around) {
        try (Gateway gateway = around.newGateway("probe")) {
            String before = gateway.configuration().replaceAll("(?m)^reputation:.*\n", "");
            gateway.file(
                    "lists/recipients.yaml",
                    "- postmaster@example.test\n- probe@example.test\n- alice@example.test\n");
            gateway.file("password", "any\n");
            String probe =
                    """
                    # whoever else sent what the probe sends would be banned after three
                    reputation: { slow-after: 1, hang-up-after: 2, ban-after: 3 }
                    probe:
                      every: 5s
                      timeout: 20s
                      address: "127.0.0.1:%d"
                      recipient: probe@example.test
                      sender: someone@pass.test
                      expect: [spf=pass, dmarc=pass]
                      forged-author: someone@reject.test
                      imap: { url: "imap://127.0.0.1:%d", user: probe@example.test, password: { file: password } }
                    """
                            .formatted(gateway.smtpPort(), around.dovecot().imapPort());
            gateway.configure(before + probe);
            gateway.start();
            soon().until(() -> metric(gateway, GOOD.formatted("unknown")) >= 5);
            assertThat(metric(gateway, GOOD.formatted("good"))).isGreaterThanOrEqualTo(2);
            assertThat(metric(gateway, GOOD.formatted("forged"))).isGreaterThanOrEqualTo(2);
            String metrics = gateway.get("/metrics").body();
            assertThat(metrics)
                    .doesNotContain("outcome=\"failed\",step=")
                    .containsPattern(
                            "postern_probe_seconds_bucket\\{leg=\"good\",le=\"10.0\"} [1-9]")
                    .contains("\npostern_client_top_share 0.0")
                    .contains("\npostern_client_implausible_share 0.0");
            assertThat(metric(gateway, "postern_probe_last_success_timestamp_seconds"))
                    .isGreaterThan(System.currentTimeMillis() / 1000.0 - 60);
            // what has arrived is deleted: of the messages so far at most the last is still there
            assertThat(around.dovecot().inbox("probe@example.test")).hasSizeLessThan(2);

            gateway.configure(before + probe.replace("spf=pass,", "spf=fail,"));
            assertThat(gateway.command("reload").exitCode()).isZero();
            gateway.awaitConsole("good message failed at step verdict: expected spf=fail");
            soon().until(() -> gateway.command("status").out().contains("PosternProbeFails since"));

            gateway.configure(before + probe.replace(" user: probe", " user: alice"));
            assertThat(gateway.command("reload").exitCode()).isZero();
            soon().until(() ->
                    metric(
                                    gateway,
                                    "postern_probe_messages_total{leg=\"good\",outcome=\"failed\","
                                            + "step=\"mailbox\"}")
                            >= 1);

            gateway.configure(before + probe);
            assertThat(gateway.command("reload").exitCode()).isZero();
            gateway.awaitConsole("the probe is as it must be again");
            soon().until(() -> !gateway.command("status").out().contains("PosternProbeFails"));
        }
    }

    @Test
    void withoutAMailboxItIsFollowedToTheDownstreamAndADeadOneIsTheStepDelivery(
            Surroundings around) {
        try (Gateway gateway = around.newGateway("probe-dead")) {
            gateway.configure(
                    gateway.configuration()
                                    .replaceFirst(
                                            "lmtp://127.0.0.1:\\d+",
                                            "lmtp://127.0.0.1:" + Ports.dead())
                            + "probe: { every: 5s, timeout: 2s, recipient: alice@example.test }\n");
            gateway.start();
            gateway.awaitConsole("good message failed at step delivery: in the queue as");
            assertThat(metric(gateway, GOOD.formatted("unknown"))).isGreaterThanOrEqualTo(1);
            assertThat(metric(gateway, "postern_probe_last_success_timestamp_seconds")).isZero();
        }
    }
}
