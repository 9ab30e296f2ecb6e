package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postern.auth.ConformanceData;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The published DKIM collections. Differences stand in docs/conformance.md. */
class DkimConformanceTest {
    /** OpenDKIM's tests are of 2007, with keys of 1,024 bits and rsa-sha1. */
    private static final DkimSettings WITH_SHA1 =
            new DkimSettings(20, Duration.ofMinutes(5), 1024, List.of(), true);

    /**
     * Where a standard newer than OpenDKIM's test, or one of its options, says otherwise; each with
     * the word that we give. See docs/conformance.md.
     */
    private static final Map<String, String> OPENDKIM_DIFFERENCES =
            Map.of(
                    "t-test58", "none",
                    "t-test66", "fail",
                    "t-test76", "permerror",
                    "t-test102", "policy",
                    "t-test119", "fail",
                    "t-test125", "fail");

    /** A factory that is skipped is not counted anywhere; this test is. */
    @Test
    void theCollectionsAreThere() {
        assertThat(ConformanceData.path("dkim-rfc-vectors")).isDirectory();
        assertThat(ConformanceData.path("dkim-opendkim")).isDirectory();
    }

    @TestFactory
    Stream<DynamicTest> theVectorsOfTheRfcsVerify() throws IOException {
        Path folder = ConformanceData.path("dkim-rfc-vectors");
        JsonNode cases =
                new ObjectMapper().readTree(Files.readString(folder.resolve("cases.json")));
        return StreamSupport.stream(cases.get("cases").spliterator(), false)
                .map(c -> dynamicTest(c.get("file").asString(), () -> vector(folder, c)));
    }

    private static void vector(Path folder, JsonNode node) throws IOException {
        String text =
                Files.readString(
                        folder.resolve(node.get("file").asString()), StandardCharsets.ISO_8859_1);
        TestDns dns = TestDns.of();
        String message = text;
        if (node.has("dns")) {
            node.get("dns").properties().forEach(e -> dns.txt(e.getKey(), e.getValue().asString()));
        } else {
            int blank = text.indexOf("\n\n");
            text.substring(0, blank)
                    .lines()
                    .forEach(l ->
                            dns.txt(
                                    l.substring(0, l.indexOf(' ')),
                                    l.substring(l.indexOf(' ') + 1)));
            message = text.substring(blank + 2).replace("\r\n", "\n").replace("\n", "\r\n");
        }
        Instant now =
                node.has("clock")
                        ? Instant.ofEpochSecond(node.get("clock").asLong())
                        : Instant.parse("2026-11-21T00:00:00Z");
        List<DkimResult> results = DkimRun.verify(dns, message, now);
        for (JsonNode expected : node.get("expect")) {
            assertThat(results)
                    .anySatisfy(r -> {
                        assertThat(r.domain()).isEqualTo(expected.get("d").asString());
                        assertThat(r.result()).isEqualTo(AuthResult.PASS);
                        if (expected.has("s")) {
                            assertThat(r.selector()).isEqualTo(expected.get("s").asString());
                        }
                        if (expected.has("a")) {
                            assertThat(r.algorithm()).isEqualTo(expected.get("a").asString());
                        }
                    });
        }
        assertThat(results).allSatisfy(r -> assertThat(r.result()).isEqualTo(AuthResult.PASS));
    }

    @TestFactory
    Stream<DynamicTest> theTestsOfOpenDkimComeOutAsTheirs() throws IOException {
        Path folder = ConformanceData.path("dkim-opendkim");
        JsonNode root = new ObjectMapper().readTree(Files.readString(folder.resolve("cases.json")));
        TestDns dns = TestDns.of();
        root.get("dns_txt").properties().forEach(e -> dns.txt(e.getKey(), e.getValue().asString()));
        return StreamSupport.stream(root.get("cases").spliterator(), false)
                .map(c ->
                        dynamicTest(
                                c.get("id").asString() + " " + c.get("title").asString(),
                                () -> openDkim(folder, dns, c)));
    }

    private static void openDkim(Path folder, TestDns dns, JsonNode node) throws IOException {
        String id = node.get("id").asString();
        byte[] message =
                Files.readAllBytes(folder.resolve("messages").resolve(node.get("file").asString()));
        DkimSettings settings =
                node.get("options").toString().contains("OPT_MUSTBESIGNED")
                        ? new DkimSettings(20, Duration.ofMinutes(5), 1024, List.of("cc"), true)
                        : WITH_SHA1;
        // before the x= of t-test78, after that of t-test103
        Instant now = Instant.parse("2026-11-21T00:00:00Z");
        for (int step : new int[] {1, 7, 1 << 16}) {
            List<DkimResult> results = DkimRun.verify(dns, message, now, settings, step);
            assertThat(word(results))
                    .as(id + " in blocks of " + step + ": " + results)
                    .isEqualTo(OPENDKIM_DIFFERENCES.getOrDefault(id, expected(node)));
        }
    }

    /** What t-test125 is about, with the body that its message lacks: that of t-test05. */
    @Test
    void withTheBodyThatWasSignedARevokedKeyIsSaidToBeOne() throws IOException {
        Path messages = ConformanceData.path("dkim-opendkim").resolve("messages");
        String revoked =
                Files.readString(messages.resolve("t-test125.eml"), StandardCharsets.ISO_8859_1);
        String whole =
                Files.readString(messages.resolve("t-test05.eml"), StandardCharsets.ISO_8859_1);
        String message =
                revoked.substring(0, revoked.indexOf("\r\n\r\n"))
                        + whole.substring(whole.indexOf("\r\n\r\n"));
        TestDns dns = TestDns.of().txt("emptyp._domainkey.example.com", "v=DKIM1; k=rsa; p=");
        List<DkimResult> results =
                DkimRun.verify(
                        dns,
                        message.getBytes(StandardCharsets.ISO_8859_1),
                        Instant.parse("2026-11-21T00:00:00Z"),
                        WITH_SHA1,
                        1 << 16);
        assertThat(results)
                .singleElement()
                .satisfies(r -> assertThat(r.reason()).isEqualTo("dkim.permerror.key-revoked"));
    }

    /** 67 as published and 6 that a standard overrides: 73 of 73, each explained. */
    @Test
    void everyCaseOfOpenDkimIsCounted() throws IOException {
        Path folder = ConformanceData.path("dkim-opendkim");
        JsonNode cases =
                new ObjectMapper()
                        .readTree(Files.readString(folder.resolve("cases.json")))
                        .get("cases");
        assertThat(cases.size()).isEqualTo(73);
        String page =
                Files.readString(
                        Path.of(System.getProperty("postern.root", ".."))
                                .resolve("docs/conformance.md"));
        for (JsonNode node : cases) {
            String id = node.get("id").asString();
            assertThat(page.contains("| " + id + " | "))
                    .as(id)
                    .isEqualTo(OPENDKIM_DIFFERENCES.containsKey(id));
            if (OPENDKIM_DIFFERENCES.containsKey(id)) {
                assertThat(expected(node)).as(id).isNotEqualTo(OPENDKIM_DIFFERENCES.get(id));
            }
        }
    }

    /** OpenDKIM's status, in the words of RFC 8601. */
    private static String expected(JsonNode node) {
        JsonNode eom = node.get("eom_status");
        String status =
                eom == null || eom.isNull() ? node.get("eoh_status").asString() : eom.asString();
        return switch (status) {
            case "DKIM_STAT_OK" -> "pass";
            case "DKIM_STAT_BADSIG" -> "fail";
            case "DKIM_STAT_NOSIG" -> "none";
            default -> "permerror";
        };
    }

    private static String word(List<DkimResult> results) {
        if (results.isEmpty()) {
            return "none";
        }
        return results.stream()
                .filter(r -> r.result() == AuthResult.PASS)
                .findFirst()
                .orElse(results.getFirst())
                .result()
                .word();
    }
}
