package org.postern.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.net.Ip;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The published attacks of espoofer: none of its server cases may pass DMARC for the victim's
 * domain or be let through unmarked, whatever the victim's domain publishes.
 */
class EspooferConformanceTest {
    private static final TestDns DNS =
            TestDns.of()
                    .txt("legitimate.com", "v=spf1 ip4:203.0.113.0/24 -all")
                    .txt("_dmarc.legitimate.com", "v=DMARC1; p=reject")
                    .txt("attack.com", "v=spf1 +all")
                    .txt("33.attack.com", "v=spf1 +all")
                    .txt("any.attack.com", "v=spf1 +all")
                    .txt("helo.attack.com", "v=spf1 +all")
                    .txt("_dmarc.attack.com", "v=DMARC1; p=none");

    @TestFactory
    List<DynamicTest> every_case_is_refused() throws IOException {
        Path folder = ConformanceData.path("from-header/espoofer");
        JsonNode cases =
                JsonMapper.shared().readTree(Files.readAllBytes(folder.resolve("cases.json")));
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode one : cases.get("cases")) {
            String id = one.get("id").asString();
            if (id.startsWith("server_")) {
                tests.add(DynamicTest.dynamicTest(id, () -> refused(folder, one)));
            }
        }
        assertThat(tests).hasSize(19);
        return tests;
    }

    private static void refused(Path folder, JsonNode one) throws IOException {
        String from = one.get("mailfrom").asString().replaceAll("^<|>$", "");
        byte[] message = Files.readAllBytes(folder.resolve(one.get("file").asString()));
        AuthenticationOutcome outcome =
                AuthRun.run(
                        AuthRun.authenticator(DNS),
                        AuthenticationRequest.stated(
                                Ip.parse("198.51.100.7"), one.get("helo").asString(), from),
                        message);
        assertThat(outcome.verdicts().dmarc().result())
                .as("%s: %s", one.get("description"), outcome.authenticationResults())
                .isIn(AuthResult.FAIL, AuthResult.PERMERROR);
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.REJECT);
        assertThat(outcome.authenticationResults())
                .doesNotContain("dmarc=pass")
                .doesNotContain("header.d=legitimate.com")
                .contains("dmarc=" + outcome.verdicts().dmarc().result().word());
    }
}
