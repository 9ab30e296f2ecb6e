package org.postern.auth.spf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postern.auth.ConformanceData;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.TestDns;
import org.postern.auth.dns.WireDns;
import org.postern.core.authres.SpfResult;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

/**
 * The SPF project's suite for RFC 7208. Further suites in its format can be named by {@code
 * -Dpostern.spf.suites=FILE,FILE}.
 */
class SpfConformanceTest {
    private static Path suite() {
        return ConformanceData.path("spf-rfc7208/rfc7208-tests.yml");
    }

    @Test
    void theWholeSuiteIsThere() throws Exception {
        assertThat(SpfSuite.read(suite())).hasSize(203);
    }

    @TestFactory
    List<DynamicTest> everyCaseOfTheSuiteHasItsResult() throws Exception {
        List<DynamicTest> tests = new ArrayList<>(tests(suite()));
        String more = System.getProperty("postern.spf.suites", "");
        for (String file : more.isEmpty() ? new String[0] : more.split(",", -1)) {
            tests.addAll(tests(Path.of(file)));
        }
        return tests;
    }

    private static List<DynamicTest> tests(Path file) throws Exception {
        return SpfSuite.read(file).stream()
                .map(c ->
                        DynamicTest.dynamicTest(
                                file.getFileName() + " " + c.name(), () -> run(c, c.dns())))
                .toList();
    }

    @TestFactory
    List<DynamicTest> everyCaseHasTheSameResultOverTheWire() throws Exception {
        return SpfSuite.read(suite()).stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> runOverTheWire(c)))
                .toList();
    }

    private static void runOverTheWire(SpfSuite.Case c) throws IOException {
        try (WireDns dns = new WireDns(c.dns())) {
            run(c, dns.client());
        }
    }

    private static void run(SpfSuite.Case c, DnsClient dns) {
        SpfEvaluator spf = new SpfEvaluator(dns, TimeSource.system(), "receiver.example");
        SpfResult result =
                spf.check(
                        SpfRequest.mailFrom(Ip.parse(c.host()), c.helo(), c.mailFrom()),
                        TestDns.budget());
        String trace = String.join("\n", result.trace());
        assertThat(c.results()).as(trace).contains(result.result().word());
        if (c.explanation().equals("DEFAULT")) {
            assertThat(result.explanation()).as(trace).isNull();
        } else if (!c.explanation().isEmpty()) {
            assertThat(result.explanation()).as(trace).isEqualTo(c.explanation());
        }
        assertThat(result.reason()).startsWith("spf." + result.result().word());
        assertThat(result.lookups()).isLessThanOrEqualTo(10);
    }
}
