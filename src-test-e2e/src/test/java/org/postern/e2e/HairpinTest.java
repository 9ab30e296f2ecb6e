package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The first morning of the story: a balancer is put in front, nobody tells the gateway, and all
 * mail comes from an address that no sender has. SPF is not asked about it and does not fail on it,
 * the reason says what is wrong, and a metric and a log line say so before a user does.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HairpinTest {
    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("hairpin");
        String told = gateway.configuration();
        gateway.configure(told.replace("networks: { public: [127.0.0.0/8] }\n", ""));
        assertThat(gateway.configuration()).isNotEqualTo(told);
        gateway.start();
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @Test
    void spfAndIprevAreNoneWithTheReasonAndNeverFail(Surroundings around) {
        // by its SPF record none.test sends from elsewhere only
        Message message = Message.from("someone@none.test");
        assertThat(send("someone@none.test", message)).startsWith("250 2.");
        String stored = around.dovecot().awaitMessage("alice@example.test", message.id());
        assertThat(Message.fields(stored, "Authentication-Results").getFirst())
                .contains(
                        "spf=none reason=client-address.implausible",
                        "iprev=none reason=client-address.implausible")
                .doesNotContain("spf=fail", "spf=pass", "dmarc=fail");
    }

    @Test
    void mailOfADomainThatRefusesFailuresWaitsAndIsToldWhy() {
        assertThat(send("someone@pass.test", Message.from("someone@pass.test")))
                .startsWith("451 4.7.0 ")
                .contains("dmarc.temperror.spf-implausible.dkim-none");
    }

    @Test
    void whatIsSignedPassesAllTheSame(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        Message signed = message.as(around.dns().sign(message.octets(), DkimKeys.Algorithm.RSA));
        assertThat(send("someone@pass.test", signed)).startsWith("250 2.");
        String stored = around.dovecot().awaitMessage("alice@example.test", message.id());
        assertThat(Message.fields(stored, "Authentication-Results").getFirst())
                .contains("spf=none", "dkim=pass", "dmarc=pass reason=dmarc.pass.dkim");
    }

    @Test
    void aMetricAndALineInTheLogSaySo() {
        for (int i = 0; i < 40; i++) {
            assertThat(send("someone@plain.test", Message.from("someone@plain.test")))
                    .startsWith("250 2.");
        }
        gateway.awaitConsole("messages have an implausible client address");
        gateway.awaitConsole("messages come from 127.0.0.1");
        assertThat(gateway.program().output()).contains("list it under networks");
        String metrics = gateway.get("/metrics").body();
        assertThat(value(metrics, "postern_client_implausible_share")).isEqualTo(1);
        assertThat(value(metrics, "postern_client_top_share")).isEqualTo(1);
        assertThat(
                        value(
                                metrics,
                                "postern_auth_results_total\\{method=\"spf\","
                                        + "reason=\"client-address.implausible\",result=\"none\"}"))
                .isGreaterThanOrEqualTo(40);
    }

    @Test
    void theCommandExplainsIt(Surroundings around) {
        Program.Result told =
                gateway.commandWithInput(
                        Message.from("someone@pass.test").octets(),
                        "auth",
                        "--as-connection",
                        "--client-ip",
                        "10.1.2.3",
                        "--helo",
                        "client.pass.test",
                        "--mail-from",
                        "someone@pass.test",
                        "-");
        assertThat(told.exitCode()).as(told.all()).isZero();
        assertThat(told.out())
                .contains("10.1.2.3", "client-address.implausible", "networks")
                .contains("Advice: defer");
    }

    private static double value(String metrics, String series) {
        Matcher matcher = Pattern.compile("(?m)^" + series + " ([0-9.E]+)$").matcher(metrics);
        assertThat(matcher.find()).as(series).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    private String send(String from, Message message) {
        return SmtpClient.send(
                gateway.smtpPort(), from, List.of("alice@example.test"), message.octets());
    }
}
