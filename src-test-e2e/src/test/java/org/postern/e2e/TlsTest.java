package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** STARTTLS and implicit TLS as OpenSSL sees them, and a message through both. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
    private final int implicitPort = Ports.free();
    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("tls");
        Certificates.ecdsa(gateway.folder(), "ec", "mx.example.test");
        Certificates.rsa(gateway.folder(), "rsa", "mx.example.test");
        Certificates.ecdsa(gateway.folder(), "other", "mx.other.test");
        Certificates.rsa(gateway.folder(), "client", "client.pass.test");
        gateway.configureSections(
                """
                listeners:
                  - { address: 127.0.0.1, port: %d }
                  - { address: 127.0.0.1, port: %d, tls: implicit }
                tls:
                  certificates:
                    - { chain: ec-chain.pem, key: ec-key.pem }
                    - { chain: rsa-chain.pem, key: rsa-key.pem }
                    - { chain: other-chain.pem, key: other-key.pem }
                """
                        .formatted(gateway.smtpPort(), implicitPort));
        gateway.start();
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    /** What {@code openssl s_client} prints of a session that says what is given. */
    private Program.Result openssl(boolean implicit, String said, String... options) {
        List<String> command = new ArrayList<>(List.of(Peers.path("openssl"), "s_client"));
        if (!implicit) {
            command.addAll(List.of("-starttls", "smtp", "-name", "client.pass.test"));
        }
        int port = implicit ? implicitPort : gateway.smtpPort();
        command.addAll(List.of("-connect", "127.0.0.1:" + port, "-crlf", "-ign_eof"));
        command.addAll(List.of(options));
        return Program.run(said.getBytes(StandardCharsets.US_ASCII), Map.of(), command);
    }

    @ParameterizedTest
    @CsvSource({
        "false, -tls1_2, TLSv1.2",
        "false, -tls1_3, TLSv1.3",
        "true, -tls1_2, TLSv1.2",
        "true, -tls1_3, TLSv1.3"
    })
    void bothVersionsAreTakenByStarttlsAndImplicitly(
            boolean implicit, String option, String version) {
        Program.Result result =
                openssl(implicit, "QUIT\n", option, "-servername", "mx.example.test");
        assertThat(result.out())
                .contains("CN = mx.example.test")
                .contains("New, " + version)
                .contains("221 2.0.0 ");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOlderVersionIsRefusedByUsAndNotByTheClient(boolean implicit) {
        Program.Result result =
                openssl(implicit, "QUIT\n", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.err()).contains("alert protocol version");
        assertThat(result.out()).doesNotContain("221 2.0.0 ");
    }

    @ParameterizedTest
    @CsvSource({
        "ECDSA+SHA256, mx.example.test, id-ecPublicKey",
        "RSA-PSS+SHA256, mx.example.test, rsaEncryption",
        "ECDSA+SHA256, mx.other.test, id-ecPublicKey",
    })
    void theCertificateIsThatOfTheNameAskedForAndOfAKindTheClientKnows(
            String algorithm, String name, String kind) {
        Program.Result result =
                openssl(false, "QUIT\n", "-sigalgs", algorithm, "-servername", name, "-showcerts");
        assertThat(result.out()).contains("0 s:CN = " + name).contains("PKEY: " + kind);
    }

    @Test
    void anUnknownNameAndNoNameGetTheFirstCertificate() {
        assertThat(openssl(true, "QUIT\n", "-noservername").out()).contains("CN = mx.example.test");
        assertThat(openssl(true, "QUIT\n", "-servername", "mx.nowhere.test").out())
                .contains("CN = mx.example.test");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageIsDeliveredWithVersionAndCipherInReceived(boolean implicit, Surroundings around) {
        Message message = Message.from("someone@pass.test");
        assertThat(openssl(implicit, session(message), "-tls1_3").out())
                .contains("250 2.0.0 Ok: queued as ");
        assertThat(received(around, message))
                .contains("with ESMTPS id ")
                .containsPattern("\\(using TLSv1\\.3 with cipher TLS_[A-Z0-9_]+\\)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theClientsCertificateIsInReceivedAndSaidNotToBeVerified(
            boolean implicit, Surroundings around) {
        Message message = Message.from("someone@pass.test");
        Path folder = gateway.folder();
        assertThat(
                        openssl(
                                        implicit,
                                        session(message),
                                        "-cert",
                                        folder.resolve("client-chain.pem").toString(),
                                        "-key",
                                        folder.resolve("client-key.pem").toString())
                                .out())
                .contains("250 2.0.0 Ok: queued as ");
        assertThat(received(around, message))
                .contains("with ESMTPS id ")
                .contains("; client certificate (not verified) \"CN=client.pass.test\")");
    }

    /** A whole session, with LF line ends as OpenSSL takes them. */
    private static String session(Message message) {
        return String.join(
                        "\n",
                        "EHLO client.pass.test",
                        "MAIL FROM:<someone@pass.test>",
                        "RCPT TO:<alice@example.test>",
                        "DATA",
                        message.text().replace("\r\n.", "\r\n..").replace("\r\n", "\n") + ".",
                        "QUIT")
                + "\n";
    }

    private static String received(Surroundings around, Message message) {
        String stored = around.dovecot().awaitMessage("alice@example.test", message.id());
        return Message.fields(stored, "Received").stream()
                .filter(f -> f.contains("by mx.example.test"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(stored));
    }

    @Test
    void theExpiryOfTheFirstCertificateToEndIsAMetric() {
        long now = java.time.Instant.now().getEpochSecond();
        double expiry =
                gateway.get("/metrics")
                        .body()
                        .lines()
                        .filter(l ->
                                l.startsWith("postern_tls_certificate_expiry_timestamp_seconds"))
                        .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' '))))
                        .findFirst()
                        .orElseThrow();
        assertThat(expiry).isBetween(now + 86_400.0, now + 2 * 86_400.0 + 60);
    }

    @Test
    void aRenewedCertificateIsShownAfterAReloadAndABadOneIsRefused(Surroundings around)
            throws Exception {
        try (Gateway own = around.newGateway("renewal")) {
            Certificates.ecdsa(own.folder(), "mx", "old.example.test");
            own.configureSections(
                            "tls: { certificates: [{ chain: mx-chain.pem, key: mx-key.pem }] }\n")
                    .start();
            assertThat(shown(own)).contains("CN = old.example.test");
            Certificates.ecdsa(own.folder(), "mx", "new.example.test");
            assertThat(own.command("reload").exitCode()).isZero();
            assertThat(shown(own)).contains("CN = new.example.test");
            Files.writeString(own.folder().resolve("mx-chain.pem"), "no certificate");
            assertThat(own.command("reload").exitCode()).isNotZero();
            assertThat(shown(own)).contains("CN = new.example.test");
        }
    }

    @Test
    void aReloadThatIsRefusedForAnotherReasonBringsNoCertificateIntoUse(Surroundings around) {
        String people = "bob@example.test\n".concat(people(40));
        try (Gateway own = around.newGateway("refused")) {
            own.configure(own.configuration().replace("lists/recipients.yaml", "lists/people"));
            own.file("lists/people", people).start();
            assertThat(shown(own)).doesNotContain("BEGIN CERTIFICATE");
            Certificates.ecdsa(own.folder(), "mx", "mx.example.test");
            own.configureSections(
                    "tls: { certificates: [{ chain: mx-chain.pem, key: mx-key.pem }] }\n");
            own.file("lists/people", people(20));
            Program.Result refused = own.command("reload");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(shown(own)).doesNotContain("BEGIN CERTIFICATE");
            assertThat(own.command("status").out())
                    .contains("REFUSED at ", "of 41 recipients are gone");
            own.file("lists/people", people);
            assertThat(own.command("reload").exitCode()).isZero();
            assertThat(shown(own)).contains("BEGIN CERTIFICATE");
            assertThat(own.command("status").out()).doesNotContain("REFUSED");
        }
    }

    private static String people(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "p" + i + "@example.test\n")
                .collect(Collectors.joining());
    }

    private static String shown(Gateway gateway) {
        return Program.run(
                        "QUIT\n".getBytes(StandardCharsets.US_ASCII),
                        Map.of(),
                        List.of(
                                Peers.path("openssl"),
                                "s_client",
                                "-starttls",
                                "smtp",
                                "-connect",
                                "127.0.0.1:" + gateway.smtpPort()))
                .out();
    }
}
