package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Content and name servers that want to cost much. Each test bounds the work: the time of the
 * reply, and the questions asked. The gateway's own limit on headers is lifted, so that all of it
 * reaches the evaluators.
 */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileContentTest {
    /** Of an empty body, relaxed: not that of {@link Message#from}. */
    private static final String OTHER_HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("hostile");
        gateway.configure(
                gateway.configuration()
                        .replace("limits: {", "limits: { header-bytes: 0, recipients: 1000, "));
        gateway.start();
    }

    @AfterAll
    void stop() {
        assertThat(gateway.program().output()).doesNotContain("Exception", "\tat ", "defect");
        gateway.close();
    }

    @Test
    void fiveHundredSignatures(Surroundings around) {
        String signatures =
                IntStream.range(0, 500)
                        .mapToObj(i -> signature(i + ".hostile.test"))
                        .collect(Collectors.joining());
        String results = accepted(around, signatures);
        assertThat(results.split("dkim=", -1)).hasSize(22);
        assertThat(results).contains("dkim=policy reason=dkim.policy.too-many-signatures");
    }

    @Test
    void aHundredThousandHeaderFields(Surroundings around) {
        assertThat(accepted(around, "X-A: b\r\n".repeat(100_000))).contains("spf=pass");
    }

    @Test
    void aHeaderFieldOfTwoMegabytes() {
        // more than is kept for reading: nothing can be said of an author that may stand behind
        assertThat(reply("X-A: " + ("b".repeat(900) + "\r\n ").repeat(2_300) + "\r\n"))
                .startsWith("550 5.7.1 ")
                .contains("header");
    }

    @Test
    void tenThousandFromAddresses() {
        String addresses =
                IntStream.range(0, 10_000)
                        .mapToObj(i -> "a@" + i + ".hostile.test")
                        .collect(Collectors.joining(",\r\n "));
        Message plain = Message.from("someone@pass.test");
        String reply =
                send(
                        "someone@pass.test",
                        plain.text().replace("From: someone@pass.test", "From: " + addresses));
        assertThat(reply).startsWith("550 5.7.1 ").contains("dubious-from");
    }

    @Test
    void tenThousandFromFields() {
        assertThat(reply("From: someone@pass.test\r\n".repeat(10_000)))
                .startsWith("550 5.7.1 ")
                .contains("dubious-from");
    }

    @Test
    void aTextRecordOfSixtyKilobytes(Surroundings around) {
        assertThat(acceptedFrom(around, "someone@big.hostile.test")).contains("spf=pass");
        assertThat(accepted(around, signature("big.hostile.test"))).contains("dkim=fail");
    }

    @ParameterizedTest
    @CsvSource({
        "loop.hostile.test, spf=temperror",
        "wide.hostile.test, spf=permerror",
        "void.hostile.test, spf=permerror",
    })
    void recordsThatWouldAskForEver(String domain, String expected) {
        double before = questions();
        Program.Result told =
                gateway.command(
                        "auth",
                        "--json",
                        "--client-ip",
                        "198.51.100.7",
                        "--helo",
                        "client.pass.test",
                        "--mail-from",
                        "a@" + domain);
        assertThat(told.out()).contains(expected);
        String reply = send("a@" + domain, Message.from("a@" + domain).text());
        assertThat(reply).matches("(?s)(250|451) .*");
        assertThat(questions() - before).isLessThan(80);
    }

    @ParameterizedTest
    @EnumSource
    void aResolverThatLiesHangsOrTruncatesEndsInTemperrorAndInTime(
            BadResolver.Manner manner, Surroundings around) {
        try (BadResolver resolver = BadResolver.start(manner);
                Gateway other = around.newGateway("resolver")) {
            UnaryOperator<String> edit =
                    yaml ->
                            yaml.replace(
                                            "127.0.0.1:" + around.dns().port(),
                                            "127.0.0.1:" + resolver.port())
                                    + "authentication: { deadline: 3s }\n";
            other.configure(edit.apply(other.configuration()));
            other.start();
            Message message = Message.from("someone@pass.test");
            byte[] signed = around.dns().sign(message.octets(), DkimKeys.Algorithm.RSA);
            Instant begin = Instant.now();
            String reply =
                    SmtpClient.send(
                            other.smtpPort(),
                            "someone@pass.test",
                            List.of("alice@example.test"),
                            signed);
            // the envelope's deadline and the content's, and room for a busy machine
            assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(15));
            assertThat(reply).startsWith("451 4.7.0 ").contains("dmarc.temperror");
            assertThat(resolver.questions()).isBetween(1, 60);
            assertThat(other.program().output()).doesNotContain("Exception", "\tat ");
        }
    }

    private static String signature(String domain) {
        return """
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=s;
         h=from:to:subject; bh=%s; b=AAAA
        """
                .formatted(domain, OTHER_HASH)
                .replace("\n", "\r\n");
    }

    private double questions() {
        return gateway.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("postern_dns_queries_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                .sum();
    }

    private String accepted(Surroundings around, String fields) {
        Message message = Message.from("someone@pass.test");
        assertThat(send("someone@pass.test", fields + message.text())).startsWith("250 2.");
        return stored(around, message);
    }

    private String acceptedFrom(Surroundings around, String from) {
        Message message = Message.from(from);
        assertThat(send(from, message.text())).startsWith("250 2.");
        return stored(around, message);
    }

    private static String stored(Surroundings around, Message message) {
        return Message.fields(
                        around.dovecot().awaitMessage("alice@example.test", message.id()),
                        "Authentication-Results")
                .getFirst();
    }

    private String reply(String fields) {
        return send("someone@pass.test", fields + Message.from("someone@pass.test").text());
    }

    private String send(String from, String text) {
        return SmtpClient.send(
                gateway.smtpPort(),
                from,
                List.of("alice@example.test"),
                new Message("", text).octets());
    }
}
