package org.postern.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command without a DNS server: port 1 of the loopback refuses at once. */
class AuthCommandTest {
    private static final String MESSAGE =
            "From: Alice <alice@example.org>\r\nSubject: x\r\n\r\nHello\r\n";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    @TempDir Path folder;

    @Test
    void one_message_is_explained_in_words() throws IOException {
        Path file = Files.writeString(folder.resolve("message.eml"), MESSAGE);
        int code =
                run("", "--client-ip", "192.0.2.1", "--helo", "mail.example.org", file.toString());
        assertThat(code).isZero();
        assertThat(text())
                .contains("It came from 192.0.2.1, which called itself mail.example.org")
                .contains("SPF: temperror")
                .contains("DKIM: none (dkim.none)")
                .contains("Advice: defer")
                .contains("Authentication-Results: mx.example.net;");
    }

    @Test
    void with_json_the_names_are_those_of_the_interface() throws IOException {
        int code =
                run(
                        MESSAGE,
                        "--json",
                        "--client-ip",
                        "192.0.2.1",
                        "--helo",
                        "mail.example.org",
                        "--mail-from",
                        "alice@example.org",
                        "-");
        assertThat(code).isZero();
        JsonNode answer = JsonMapper.shared().readTree(text());
        assertThat(answer.propertyNames())
                .contains("spf", "helo_spf", "iprev", "dkim", "arc", "dmarc")
                .contains("authentication_results");
        assertThat(answer.get("spf").propertyNames())
                .contains("result", "identity", "domain", "mechanism", "reason", "explanation")
                .contains("trace");
        assertThat(answer.get("dmarc").propertyNames())
                .contains("result", "author_domain", "policy_domain", "org_domain", "policy")
                .contains("disposition", "aligned_by", "reason");
        assertThat(answer.get("dmarc").get("author_domain").asString()).isEqualTo("example.org");
    }

    @Test
    void a_batch_answers_in_order_and_survives_bad_lines() throws IOException {
        String base64 =
                Base64.getEncoder().encodeToString(MESSAGE.getBytes(StandardCharsets.UTF_8));
        StringBuilder in = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            in.append("{\"id\":\"" + i + "\",\"client_ip\":\"192.0.2.1\",\"helo\":\"h.example\",")
                    .append("\"mail_from\":\"a@b.example\",")
                    .append("\"message_b64\":\"" + base64 + "\"}\n");
        }
        in.append("no json\n\n[1]\n{\"id\":\"a\"}\n{\"id\":\"b\",\"client_ip\":\"x\"}\n")
                .append("{\"id\":\"c\",\"client_ip\":\"192.0.2.1\",\"message_b64\":\"=\"}\n")
                .append("{\"id\":\"d\",\"client_ip\":\"192.0.2.1\",\"now\":\"noon\"}\n")
                .append("{\"id\":7,\"client_ip\":\"192.0.2.1\",\"helo\":\"h.example\"}\n")
                .append("{\"id\":\"e\",\"client_ip\":\"10.0.0.1\",\"mail_from\":\"\"}");
        int code = run(in.toString(), "--batch");
        assertThat(code).isEqualTo(1);
        List<JsonNode> answers = new ArrayList<>();
        text().lines().forEach(line -> answers.add(JsonMapper.shared().readTree(line)));
        assertThat(answers).hasSize(108);
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).get("id").asString()).isEqualTo(String.valueOf(i));
            assertThat(answers.get(i).has("spf")).isTrue();
        }
        assertThat(answers.get(100).get("error").asString()).startsWith("line 101: not JSON");
        assertThat(answers.get(101).get("error").asString())
                .isEqualTo("line 103: not a JSON object");
        assertThat(answers.get(102).get("id").asString()).isEqualTo("a");
        for (int i = 102; i < 106; i++) {
            assertThat(answers.get(i).has("error")).isTrue();
        }
        assertThat(answers.get(106).get("id").asString()).isEqualTo("7");
        assertThat(answers.get(106).get("dmarc").get("reason").asString())
                .isEqualTo("dmarc.not-run");
        assertThat(answers.get(107).get("spf").get("reason").asString()).startsWith("spf.");
    }

    @Test
    void an_address_as_of_a_connection_may_be_implausible() throws IOException {
        int code =
                run(
                        MESSAGE,
                        "--json",
                        "--as-connection",
                        "--client-ip",
                        "10.0.0.1",
                        "--mail-from",
                        "alice@example.org",
                        "-");
        assertThat(code).isZero();
        assertThat(JsonMapper.shared().readTree(text()).get("spf").get("reason").asString())
                .isEqualTo("client-address.implausible");
    }

    @Test
    void a_configuration_where_it_usually_lies_that_has_errors_is_said_not_to_be_used()
            throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/postern.yaml"), "hostname: mx.example.net\nx: 1\n");
        String before = System.setProperty("postern.home", home.toString());
        try {
            int code = run(MESSAGE, "--json", "--client-ip", "192.0.2.1", "-");
            assertThat(code).isZero();
        } finally {
            if (before == null) {
                System.clearProperty("postern.home");
            } else {
                System.setProperty("postern.home", before);
            }
        }
        assertThat(err.toString())
                .contains("config/postern.yaml has errors and is not used")
                .contains("postern.yaml:2:")
                .contains("Checking without a configuration instead: the resolvers of --dns");
        assertThat(text()).startsWith("{\"spf\"");
    }

    @Test
    void a_configuration_named_that_has_errors_is_wrong_usage() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "hostname: mx.example.net\n");
        assertThat(run("", "--config", file.toString(), "--client-ip", "192.0.2.1")).isEqualTo(2);
        assertThat(err.toString()).contains("bad.yaml");
    }

    @Test
    void the_addresses_of_our_listeners_are_our_own_as_of_a_connection() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("postern.yaml"),
                        """
                        hostname: mx.example.net
                        data: /tmp/nothing
                        listeners: [{ address: 192.0.2.77, port: 2525 }]
                        domains:
                          example.net:
                            recipients: { static: [a@example.net] }
                            downstream: lmtp://127.0.0.1:24
                        """);
        int code =
                run(
                        MESSAGE,
                        "--json",
                        "--as-connection",
                        "--config",
                        file.toString(),
                        "--client-ip",
                        "192.0.2.77",
                        "-");
        assertThat(code).as(err.toString()).isZero();
        assertThat(JsonMapper.shared().readTree(text()).get("client").get("explanation").asString())
                .contains("our own address");
    }

    @Test
    void wrong_usage_is_exit_code_2() {
        assertThat(run("")).isEqualTo(2);
        assertThat(err.toString()).contains("--client-ip");
        assertThat(run("", "--client-ip", "nowhere")).isEqualTo(2);
        assertThat(run("", "--batch", "--now", "noon")).isEqualTo(2);
    }

    private int run(String in, String... args) {
        CommandLine line =
                new CommandLine(
                        new AuthCommand(
                                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                                out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of("--authserv-id", "mx.example.net"));
        all.addAll(List.of("--dns", "127.0.0.1:1"));
        all.addAll(List.of(args));
        return line.execute(all.toArray(new String[0]));
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
