package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code postern auth} as a person and a script use it, against a real name server. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthCommandTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    private Gateway gateway;
    private byte[] signed;

    @BeforeAll
    void sign(Surroundings around) {
        gateway = around.newGateway("auth"); // its configuration; it is never started
        signed =
                around.dns()
                        .sign(
                                Message.from("someone@pass.test").octets(),
                                DkimKeys.Algorithm.ED25519);
    }

    @AfterAll
    void remove() {
        gateway.close();
    }

    @Test
    void oneMessageIsExplainedStepByStep() {
        Program.Result told = ask("127.0.0.1", "client.pass.test", "someone@pass.test");
        assertThat(told.exitCode()).as(told.all()).isZero();
        assertThat(told.err()).isEmpty();
        assertThat(told.out())
                .contains("SPF: pass", "ip4:127.0.0.0/8", "v=spf1 ip4:127.0.0.0/8 -all")
                .contains("DKIM: one signature", "1. pass (dkim.pass)", "ed25519-sha256")
                .contains("DMARC: pass", "p=reject")
                .contains("Authentication-Results: mx.example.test;");
    }

    @Test
    void whatFailsSaysWhichHalfDidAndWhichRecordSaidSo() {
        Program.Result told =
                gateway.commandWithInput(
                        Message.from("ceo@reject.test").octets(),
                        "auth",
                        "--client-ip",
                        "127.0.0.1",
                        "--helo",
                        "client.pass.test",
                        "--mail-from",
                        "ceo@reject.test",
                        "-");
        assertThat(told.out())
                .contains("SPF: fail", "v=spf1 ip4:192.0.2.25 -all")
                .contains("DKIM: none")
                .contains("DMARC: fail", "dmarc.fail.spf-fail.dkim-none", "v=DMARC1; p=reject")
                .contains("Advice: reject");
    }

    @Test
    void asJsonItIsTheObjectOfTheInterface() {
        Program.Result told = ask("127.0.0.1", "client.pass.test", "someone@pass.test", "--json");
        assertThat(told.lines()).hasSize(1);
        JsonNode answer = JSON.readTree(told.out());
        assertThat(answer.at("/spf/result").asString()).isEqualTo("pass");
        assertThat(answer.at("/spf/identity").asString()).isEqualTo("mailfrom");
        assertThat(answer.at("/spf/mechanism").asString()).isEqualTo("ip4:127.0.0.0/8");
        assertThat(answer.at("/helo_spf/identity").asString()).isEqualTo("helo");
        assertThat(answer.at("/helo_spf/result").asString()).isEqualTo("pass");
        assertThat(answer.at("/iprev/name").asString()).isEqualTo("client.pass.test");
        assertThat(answer.at("/dkim/0/algorithm").asString()).isEqualTo("ed25519-sha256");
        assertThat(answer.at("/dkim/0/aligned").asBoolean()).isTrue();
        assertThat(answer.at("/arc/result").asString()).isEqualTo("none");
        assertThat(answer.at("/dmarc/policy").asString()).isEqualTo("reject");
        assertThat(answer.at("/dmarc/disposition").asString()).isEqualTo("none");
        assertThat(answer.at("/dmarc/reason").asString()).isEqualTo("dmarc.pass.dkim");
        assertThat(answer.at("/authentication_results").asString())
                .startsWith("mx.example.test; spf=pass");
    }

    @Test
    void aBatchAnswersInOrder() {
        String message = Base64.getEncoder().encodeToString(signed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            String from = i % 2 == 0 ? "someone@pass.test" : "someone@none.test";
            lines.append(
                    """
                    {"id":"%d","client_ip":"127.0.0.1","helo":"client.pass.test","mail_from":"%s"%s}
                    """
                            .formatted(
                                    i,
                                    from,
                                    i % 3 == 0 ? "" : ",\"message_b64\":\"" + message + "\""));
        }
        Program.Result told =
                gateway.commandWithInput(
                        lines.toString().getBytes(StandardCharsets.UTF_8), "auth", "--batch");
        assertThat(told.exitCode()).as(told.err()).isZero();
        List<JsonNode> answers = told.lines().stream().map(JSON::readTree).toList();
        assertThat(answers).hasSize(200);
        for (int i = 0; i < 200; i++) {
            JsonNode answer = answers.get(i);
            assertThat(answer.get("id").asString()).isEqualTo(Integer.toString(i));
            assertThat(answer.at("/spf/result").asString()).isEqualTo(i % 2 == 0 ? "pass" : "fail");
            assertThat(answer.at("/dmarc/result").asString())
                    .isEqualTo(i % 3 == 0 ? "none" : "pass");
        }
    }

    @Test
    void anAddressAsOfAConnectionIsJudged() {
        Program.Result told =
                ask(
                        "10.0.0.1",
                        "client.pass.test",
                        "someone@pass.test",
                        "--json",
                        "--as-connection");
        JsonNode answer = JSON.readTree(told.out());
        assertThat(answer.at("/spf/result").asString()).isEqualTo("none");
        assertThat(answer.at("/spf/reason").asString()).isEqualTo("client-address.implausible");
        assertThat(answer.at("/iprev/result").asString()).isEqualTo("none");
        // without the option it is taken as true
        JsonNode stated =
                JSON.readTree(
                        ask("10.0.0.1", "client.pass.test", "someone@pass.test", "--json").out());
        assertThat(stated.at("/spf/result").asString()).isEqualTo("fail");
    }

    @Test
    void aSecondOpinionSaysWhereTheOthersDiffer() {
        Program.Result told =
                ask("127.0.0.1", "client.pass.test", "someone@pass.test", "--second-opinion");
        assertThat(told.exitCode()).as(told.all()).isZero();
        // jDKIM knows no Ed25519
        assertThat(told.out()).contains("jSPF", "jDKIM");
        JsonNode answer =
                JSON.readTree(
                        ask(
                                        "127.0.0.1",
                                        "client.pass.test",
                                        "someone@pass.test",
                                        "--second-opinion",
                                        "--json")
                                .out());
        assertThat(answer.get("second_opinion").valueStream())
                .anySatisfy(one -> {
                    assertThat(one.get("subject").asString()).isEqualTo("spf");
                    assertThat(one.get("agrees").asBoolean()).isTrue();
                })
                .anySatisfy(one -> {
                    assertThat(one.get("subject").asString()).isEqualTo("dkim");
                    assertThat(one.get("agrees").asBoolean()).isFalse();
                    assertThat(one.get("reason").asString()).startsWith("jdkim.");
                });
    }

    @Test
    void noFileAndNoConfigurationAreNeeded(Surroundings around) {
        Program.Result told =
                Program.run(
                        signed,
                        Map.of(),
                        List.of(
                                Peers.ROOT.resolve("postern").toString(),
                                "auth",
                                "--dns",
                                "127.0.0.1:" + around.dns().port(),
                                "--authserv-id",
                                "mx.here.test",
                                "--client-ip",
                                "127.0.0.1",
                                "--helo",
                                "client.pass.test",
                                "--mail-from",
                                "someone@pass.test",
                                "-"));
        assertThat(told.exitCode()).as(told.all()).isZero();
        assertThat(told.out()).contains("SPF: pass", "Authentication-Results: mx.here.test;");
    }

    private Program.Result ask(String client, String helo, String from, String... options) {
        List<String> arguments =
                new java.util.ArrayList<>(
                        List.of(
                                "auth",
                                "--client-ip",
                                client,
                                "--helo",
                                helo,
                                "--mail-from",
                                from));
        arguments.addAll(List.of(options));
        arguments.add("-");
        return gateway.commandWithInput(signed, arguments.toArray(new String[0]));
    }
}
