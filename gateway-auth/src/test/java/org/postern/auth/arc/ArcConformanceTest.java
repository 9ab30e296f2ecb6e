package org.postern.auth.arc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postern.auth.ConformanceData;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dkim.SigningKey;
import org.postern.auth.dkim.TagList;
import org.postern.auth.dns.TestDns;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.ArcResult;
import org.postern.core.mail.Domain;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** ValiMail's collection for ARC: 171 validations, 17 seals. */
class ArcConformanceTest {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    @Test
    void theCollectionIsThere() {
        assertThat(ConformanceData.path("arc-valimail")).isDirectory();
    }

    @TestFactory
    Stream<DynamicNode> chainsAreValidated() throws IOException {
        return scenarios("arc-draft-validation-tests.yml")
                .map(scenario -> {
                    TestDns dns = dns(scenario);
                    return dynamicContainer(
                            String.valueOf(scenario.get("description")).strip(),
                            map(scenario, "tests").entrySet().stream()
                                    .map(e ->
                                            dynamicTest(
                                                    e.getKey(),
                                                    () -> validate(dns, asMap(e.getValue())))));
                });
    }

    private static void validate(TestDns dns, Map<String, Object> test) {
        ArcResult result =
                ArcRun.validate(dns, crlf(text(test, "message")), NOW, DkimSettings.DEFAULT);
        String cv = text(test, "cv").toLowerCase(Locale.ROOT);
        // the suite leaves cv empty where the newest seal says cv=fail: no set may be added
        assertThat(result.result().word())
                .as(result.toString())
                .isEqualTo(cv.isEmpty() ? "fail" : cv);
        if (cv.isEmpty()) {
            assertThat(result.reason()).isIn("arc.fail.sealed-as-fail", "arc.fail.cv");
        }
    }

    @TestFactory
    Stream<DynamicNode> setsAreAdded() throws IOException {
        return scenarios("arc-draft-sign-tests.yml")
                .map(scenario -> {
                    TestDns dns = dns(scenario);
                    SigningKey key =
                            SigningKey.ofPem(
                                    Domain.of(text(scenario, "domain")),
                                    text(scenario, "sel"),
                                    text(scenario, "privatekey"));
                    return dynamicContainer(
                            text(scenario, "description").strip(),
                            map(scenario, "tests").entrySet().stream()
                                    .map(e ->
                                            dynamicTest(
                                                    e.getKey(),
                                                    () -> seal(dns, key, asMap(e.getValue())))));
                });
    }

    private static void seal(TestDns dns, SigningKey key, Map<String, Object> test)
            throws Exception {
        byte[] message = crlf(text(test, "message"));
        ArcSealer sealer = new ArcSealer(key, List.of(text(test, "sig-headers").split(":")));
        Instant now = Instant.ofEpochSecond(Long.parseLong(text(test, "t")));
        String set =
                ArcRun.seal(
                                dns,
                                message,
                                now,
                                DkimSettings.DEFAULT,
                                sealer,
                                results(message, text(test, "srv-id")))
                        .orElse("");
        if (text(test, "AS").isBlank()) {
            assertThat(set).isEmpty();
            return;
        }
        HeaderSection added = section((set + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(added.fields())
                .extracting(HeaderField::name)
                .containsExactly("arc-seal", "arc-message-signature", "arc-authentication-results");
        assertTags(added.field(0), text(test, "AS"));
        assertTags(added.field(1), text(test, "AMS"));
        assertThat(compact(added.field(2).value())).isEqualTo(compact(text(test, "AAR")));
    }

    private static void assertTags(HeaderField field, String expected) throws Exception {
        TagList ours = TagList.parse(field.rawValue());
        TagList theirs = TagList.parse(expected.strip());
        assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
        for (String name : ours.names()) {
            assertThat(ours.compact(name))
                    .as(name + "= of " + field.raw())
                    .isEqualTo(theirs.compact(name));
        }
    }

    /** What the trusted Authentication-Results of the message say, as one (RFC 8617, 4.1.1). */
    private static String results(byte[] message, String authservId) {
        List<String> parts = new ArrayList<>();
        parts.add(authservId);
        for (HeaderField field : section(message).fields("authentication-results")) {
            String value = field.value().strip();
            if (value.startsWith(authservId + ";")) {
                parts.add(value.substring(authservId.length() + 1).strip());
            }
        }
        return String.join("; ", parts);
    }

    private static HeaderSection section(byte[] message) {
        HeaderReader reader = new HeaderReader();
        reader.accept(message, 0, message.length);
        return reader.finish();
    }

    private static Stream<Map<String, Object>> scenarios(String file) throws IOException {
        Path path = ConformanceData.path("arc-valimail").resolve(file);
        List<Map<String, Object>> found = new ArrayList<>();
        // YAML 1.2 forbids an indented empty line right after a |; the collection has some
        String yaml = Files.readString(path).replaceAll("\\|[ ]*\n[ ]+\n", "|\n\n");
        for (Object document :
                new Load(LoadSettings.builder().setAllowDuplicateKeys(true).build())
                        .loadAllFromString(yaml)) {
            if (document != null) {
                found.add(asMap(document));
            }
        }
        return found.stream();
    }

    private static TestDns dns(Map<String, Object> scenario) {
        TestDns dns = TestDns.of();
        map(scenario, "txt-records").forEach((name, txt) -> dns.txt(name, String.valueOf(txt)));
        return dns;
    }

    private static Map<String, Object> map(Map<String, Object> node, String key) {
        Object value = node.get(key);
        return value == null ? Map.of() : asMap(value);
    }

    @SuppressWarnings("unchecked") // the collection's YAML has string keys throughout
    private static Map<String, Object> asMap(Object value) {
        return (Map<String, Object>) value;
    }

    private static String text(Map<String, Object> node, String key) {
        Object value = node.get(key);
        return value == null ? "" : String.valueOf(value);
    }

    private static byte[] crlf(String text) {
        return text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String compact(String text) {
        return text.replaceAll("\\s+", "");
    }
}
