package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postern.core.config.ListenerConfig.Tls;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.tls.TestCertificates;
import org.postern.smtp.tls.TlsContexts;

class TlsTest {
    private static TlsContexts contexts(String... names) throws Exception {
        return TlsContexts.load(TestCertificates.config(names));
    }

    private static SSLSocket secure(Socket plain, String name) throws Exception {
        SSLSocket s =
                (SSLSocket)
                        TestCertificates.trustingAny()
                                .getSocketFactory()
                                .createSocket(plain, "127.0.0.1", plain.getPort(), true);
        SSLParameters parameters = s.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        s.setSSLParameters(parameters);
        return s;
    }

    private static String subject(SSLSocket s) throws Exception {
        return s.getSession().getPeerPrincipal().getName();
    }

    /** Up to the moment at which the handshake may begin. */
    private static Socket askForTls(TestGateway gateway) throws IOException {
        TestClient plain = gateway.connect();
        plain.reply();
        plain.send("EHLO client.test");
        assertThat(plain.reply()).anyMatch(l -> l.endsWith("STARTTLS"));
        plain.send("STARTTLS");
        assertThat(plain.line()).startsWith("220 2.0.0");
        return plain.socket();
    }

    @Test
    void startTlsLeadsToAnEncryptedSessionThatForgetsThePlainOne() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.STARTTLS, contexts("ec"))) {
            try (SSLSocket s = secure(askForTls(gateway), "mx.example.test");
                    TestClient c = TestClient.on(s)) {
                c.send("MAIL FROM:<a@client.test>");
                assertThat(c.line()).startsWith("503 5.5.1");
                c.send("EHLO client.test");
                assertThat(c.reply()).noneMatch(l -> l.endsWith("STARTTLS"));
                c.send("STARTTLS");
                assertThat(c.line()).startsWith("503 5.5.1");
                c.send("QUIT");
                assertThat(c.line()).startsWith("221");
            }
            ClientConnection seen = gateway.handler.clients.getFirst();
            assertThat(seen.protocol()).isEqualTo("ESMTPS");
            assertThat(seen.tls().orElseThrow().version()).isEqualTo("TLSv1.3");
            assertThat(seen.tls().orElseThrow().serverName()).contains("mx.example.test");
            assertThat(seen.tls().orElseThrow().clientSubject()).isEmpty();
        }
    }

    @Test
    void plainTextInjectedBehindStartTlsIsDiscarded() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.STARTTLS, contexts("ec"))) {
            TestClient plain = gateway.connect();
            plain.reply();
            plain.send("EHLO client.test");
            plain.reply();
            plain.send("STARTTLS", "EHLO injected.test", "MAIL FROM:<injected@client.test>");
            assertThat(plain.line()).startsWith("220 2.0.0");
            try (SSLSocket s = secure(plain.socket(), "mx.example.test");
                    TestClient c = TestClient.on(s)) {
                c.send("NOOP", "RCPT TO:<alice@example.test>");
                assertThat(c.line()).startsWith("250 2.0.0 OK");
                assertThat(c.line()).startsWith("503 5.5.1");
            }
        }
    }

    @Test
    void implicitTlsBeginsAtOnce() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts("ec"));
                SSLSocket s = secure(gateway.connect().socket(), "mx.example.test");
                TestClient c = TestClient.on(s)) {
            assertThat(c.line()).startsWith("220 ");
            c.send("EHLO client.test");
            assertThat(c.reply()).noneMatch(l -> l.endsWith("STARTTLS"));
        }
    }

    @Test
    void theNameAskedForChoosesTheCertificate() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts("ec", "other", "wild"))) {
            for (String[] pair :
                    new String[][] {
                        {"mx.example.test", "CN=mx.example.test"},
                        {"other.example.test", "CN=other.example.test"},
                        {"any.wild.test", "CN=*.wild.test"},
                        {"two.levels.wild.test", "CN=mx.example.test"},
                        {"unknown.test", "CN=mx.example.test"}
                    }) {
                try (SSLSocket s = secure(gateway.connect().socket(), pair[0])) {
                    s.startHandshake();
                    assertThat(subject(s)).as(pair[0]).isEqualTo(pair[1]);
                }
            }
        }
    }

    @Test
    void ecdsaAndRsaStandSideBySide() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts("ec", "rsa"))) {
            for (String[] pair :
                    new String[][] {
                        {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "EC"},
                        {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "RSA"}
                    }) {
                try (SSLSocket s = secure(gateway.connect().socket(), "mx.example.test")) {
                    s.setEnabledProtocols(new String[] {"TLSv1.2"});
                    s.setEnabledCipherSuites(new String[] {pair[0]});
                    s.startHandshake();
                    assertThat(s.getSession().getProtocol()).isEqualTo("TLSv1.2");
                    Certificate leaf = s.getSession().getPeerCertificates()[0];
                    assertThat(leaf.getPublicKey().getAlgorithm()).isEqualTo(pair[1]);
                }
            }
        }
    }

    @Test
    void aClientCertificateIsRecordedNotJudged() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        String pem = Files.readString(TestCertificates.key("client"));
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        try (InputStream in = Files.newInputStream(TestCertificates.chain("client"))) {
            store.setKeyEntry(
                    "client",
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)),
                    new char[0],
                    new Certificate[] {
                        CertificateFactory.getInstance("X.509").generateCertificate(in)
                    });
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts("ec"));
                Socket plain = gateway.connect().socket();
                Socket s =
                        TestCertificates.trustingAny(keys.getKeyManagers())
                                .getSocketFactory()
                                .createSocket(plain, "127.0.0.1", plain.getPort(), true);
                TestClient c = TestClient.on(s)) {
            assertThat(c.line()).startsWith("220 ");
            assertThat(gateway.handler.clients.getFirst().tls().orElseThrow().clientSubject())
                    .contains("CN=client.example.test");
        }
    }

    @Test
    void aHandshakeThatIsNoneEndsTheSession() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts("ec"));
                TestClient c = gateway.connect()) {
            c.send("EHLO plain.test");
            Awaitility.await().until(() -> gateway.counts.ends(SessionEnd.TLS) == 1);
            assertThat(gateway.handler.clients).isEmpty();
        }
    }

    @Test
    void oldProtocolVersionsAreRefused() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts("ec"));
                Socket s = gateway.connect().socket()) {
            // a ClientHello of TLS 1.1 (0x0302) with one suite, no extensions
            byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 2 + 2 + 2];
            hello[0] = 22;
            hello[1] = 3;
            hello[2] = 1;
            hello[4] = (byte) (hello.length - 5);
            hello[5] = 1;
            hello[8] = (byte) (hello.length - 9);
            hello[9] = 3;
            hello[10] = 2;
            hello[9 + 34 + 2] = 2;
            hello[9 + 34 + 3] = (byte) 0xc0;
            hello[9 + 34 + 4] = 0x0a;
            hello[9 + 34 + 5] = 1;
            s.getOutputStream().write(hello);
            assertThat(s.getInputStream().read()).isEqualTo(21); // an alert, not a ServerHello
            Awaitility.await().until(() -> gateway.counts.ends(SessionEnd.TLS) == 1);
        }
    }

    @Test
    void renewedCertificatesAreShownToTheNextClient() throws Exception {
        TlsContexts contexts = contexts("ec");
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts)) {
            contexts.become(TlsContexts.load(TestCertificates.config("other")));
            try (SSLSocket s = secure(gateway.connect().socket(), "mx.example.test")) {
                s.startHandshake();
                assertThat(subject(s)).isEqualTo("CN=other.example.test");
            }
        }
    }

    @Test
    void aStopTellsEncryptedSessionsToo() throws Exception {
        try (TestGateway gateway = TestGateway.tls(Tls.IMPLICIT, contexts("ec"));
                SSLSocket s = secure(gateway.connect().socket(), "mx.example.test");
                TestClient c = TestClient.on(s)) {
            assertThat(c.line()).startsWith("220 ");
            gateway.listeners().stop(java.time.Duration.ofSeconds(5));
            assertThat(c.line()).startsWith("421 4.3.2");
        }
    }
}
