package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** STARTTLS as OpenSSL sees it. */
@WithPeers
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
    private Gateway gateway;

    @BeforeAll
    void start(Surroundings around) {
        gateway = around.newGateway("tls");
        Path key = gateway.folder().resolve("key.pem");
        Path chain = gateway.folder().resolve("chain.pem");
        Program.Result openssl =
                Program.run(
                        new byte[0],
                        Map.of(),
                        List.of(
                                Peers.path("openssl"),
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=mx.example.test",
                                "-addext",
                                "subjectAltName=DNS:mx.example.test",
                                "-keyout",
                                key.toString(),
                                "-out",
                                chain.toString()));
        assertThat(openssl.exitCode()).as(openssl.all()).isZero();
        gateway.configure(
                gateway.configuration()
                        + "tls: { certificates: [{ chain: chain.pem, key: key.pem }] }\n");
        gateway.start();
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    @Test
    void theCertificateIsTheConfiguredOneAndOldVersionsAreRefused() {
        assertThat(handshake("-tls1_2").out()).contains("CN = mx.example.test");
        assertThat(handshake("-tls1_1").out()).doesNotContain("CN = mx.example.test");
    }

    private Program.Result handshake(String version) {
        return Program.run(
                "QUIT\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                Map.of(),
                List.of(
                        Peers.path("openssl"),
                        "s_client",
                        "-starttls",
                        "smtp",
                        "-connect",
                        "127.0.0.1:" + gateway.smtpPort(),
                        version));
    }
}
