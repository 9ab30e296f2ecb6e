package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.request;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.config.DownstreamConfig.Trust;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.Domain;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryDns.MailExchangers;
import org.postern.queue.delivery.DeliveryDns.Tlsa;
import org.postern.queue.delivery.DeliveryDns.TlsaRecord;

/** STARTTLS and smtps, and whom they trust. */
class TlsRelayTest {
    private static final String HOST = "store.example.net";

    @TempDir static Path directory;
    private static TestCertificates certificates;
    private static SSLContext context;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new TestCertificates(directory, HOST);
        context = certificates.serverContext();
    }

    /** A name resolves to this machine, and the TLSA records are these. */
    private static DeliveryEnvironment environment(Tlsa tlsa) {
        return new DeliveryEnvironment(
                ENVIRONMENT.hostname(),
                TimeSource.system(),
                host -> List.of(InetAddress.ofLiteral("127.0.0.1")),
                new DeliveryDns() {
                    @Override
                    public MailExchangers mailExchangers(Domain domain) {
                        return new MailExchangers.NoRecord();
                    }

                    @Override
                    public Tlsa tlsa(String host, int port) {
                        return host.equals(HOST) ? tlsa : new Tlsa.None();
                    }
                });
    }

    private static final DeliveryEnvironment PLAIN_DNS = environment(new Tlsa.None());

    private static DownstreamConfig config(
            String host, int port, boolean implicit, Tls tls, Trust trust) {
        return new DownstreamConfig(
                "relay",
                new Target.Smtp(host, port, implicit),
                tls,
                2,
                PATIENT,
                trust,
                false,
                false);
    }

    private static void startTls(FakeServer.Peer peer) throws IOException {
        SSLSocket tls =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(peer.socket(), null, peer.socket().getPort(), true);
        tls.setUseClientMode(false);
        tls.startHandshake();
        peer.continueIn(tls);
    }

    private static FakeServer offering(String... extensions) throws IOException {
        return new FakeServer(peer -> {
            peer.greet("STARTTLS", "PIPELINING");
            String next = peer.hear();
            if (next.equals("STARTTLS")) {
                peer.say("220 2.0.0 go on");
                startTls(peer);
                peer.hear();
                peer.say("250-fake");
                for (String e : extensions) {
                    peer.say("250-" + e);
                }
                peer.say("250 PIPELINING");
                peer.serve(false);
            } else {
                peer.say("250 2.1.0 ok");
                peer.serve(false);
            }
        });
    }

    private static DeliveryReport deliver(
            FakeServer server, Tls tls, Trust trust, DeliveryEnvironment environment)
            throws InterruptedException {
        try (Downstream relay =
                Downstreams.create(config(HOST, server.port(), false, tls, trust), environment)) {
            return relay.deliver(request(MESSAGE, ANN));
        }
    }

    @Test
    void ownAuthorityAndTheRightNameAreTrusted() throws Exception {
        try (FakeServer server = offering()) {
            DeliveryReport report =
                    deliver(server, Tls.REQUIRED, new Trust.CaFile(certificates.ca), PLAIN_DNS);
            assertThat(report.allDelivered()).as(report.toString()).isTrue();
            assertThat(report.tls()).startsWith("TLSv1.3 TLS_");
            assertThat(server.commands)
                    .startsWith("EHLO mx.example.net", "STARTTLS", "EHLO mx.example.net");
        }
    }

    @Test
    void theRightAuthorityWithTheWrongNameIsNot() throws Exception {
        try (FakeServer server = offering();
                Downstream relay =
                        Downstreams.create(
                                config(
                                        "other.example.net",
                                        server.port(),
                                        false,
                                        Tls.REQUIRED,
                                        new Trust.CaFile(certificates.ca)),
                                PLAIN_DNS)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(report.trouble()).isEqualTo(Step.TLS);
            assertThat(report.outcomes().get(ANN).reply().toString())
                    .startsWith("451 4.7.5 TLS with other.example.net[127.0.0.1]")
                    .contains("No subject alternative DNS name matching other.example.net");
        }
    }

    @Test
    void anUnknownAuthorityIsNotTrustedWhereTlsIsRequired() throws Exception {
        try (FakeServer server = offering()) {
            DeliveryReport report =
                    deliver(server, Tls.REQUIRED, new Trust.SystemRoots(), PLAIN_DNS);
            assertThat(report.outcomes().get(ANN)).isInstanceOf(RecipientOutcome.Deferred.class);
            assertThat(report.trouble()).isEqualTo(Step.TLS);
            assertThat(server.messages).isEmpty();
        }
    }

    @Test
    void opportunisticTlsTakesAnyCertificate() throws Exception {
        try (FakeServer server = offering()) {
            DeliveryReport report =
                    deliver(server, Tls.OPPORTUNISTIC, new Trust.SystemRoots(), PLAIN_DNS);
            assertThat(report.allDelivered()).isTrue();
            assertThat(report.tls()).isNotNull();
        }
    }

    @Test
    void opportunisticTlsThatBreaksGoesOnInPlainText() throws Exception {
        try (FakeServer server =
                new FakeServer(peer -> {
                    peer.greet("STARTTLS");
                    if (peer.number == 1) {
                        peer.answer("220 2.0.0 go on");
                        peer.say("this is no handshake");
                        return;
                    }
                    peer.serve(false);
                })) {
            DeliveryReport report =
                    deliver(server, Tls.OPPORTUNISTIC, new Trust.SystemRoots(), PLAIN_DNS);
            assertThat(report.allDelivered()).as(report.toString()).isTrue();
            assertThat(report.tls()).isNull();
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void requiredTlsThatIsNotOfferedDefers() throws Exception {
        try (FakeServer server =
                new FakeServer(peer -> {
                    peer.greet();
                    peer.serve(false);
                })) {
            DeliveryReport report =
                    deliver(server, Tls.REQUIRED, new Trust.SystemRoots(), PLAIN_DNS);
            assertThat(report.outcomes().get(ANN).reply().toString())
                    .startsWith("451 4.7.4 ")
                    .endsWith("offers no TLS, which is required");
        }
    }

    @Test
    void plainTextSlippedInAfterStarttlsIsNoticed() throws Exception {
        try (FakeServer server =
                new FakeServer(peer -> {
                    peer.greet("STARTTLS");
                    peer.hear();
                    peer.sayRaw("220 go on\r\n250 injected\r\n".getBytes(US_ASCII));
                    peer.hang();
                })) {
            DeliveryReport report =
                    deliver(server, Tls.REQUIRED, new Trust.SystemRoots(), PLAIN_DNS);
            assertThat(report.outcomes().get(ANN).reply().toString())
                    .contains("sent plain text after STARTTLS");
        }
    }

    @Test
    void aPinnedKeyIsTrustedWhateverItsNameAndAuthority() throws Exception {
        X509Certificate certificate =
                (X509Certificate) Certificates.read(certificates.server).getFirst();
        String pin = Certificates.digest("SHA-256", certificate.getPublicKey().getEncoded());
        try (FakeServer server = offering()) {
            assertThat(
                            deliver(server, Tls.REQUIRED, new Trust.Pins(List.of(pin)), PLAIN_DNS)
                                    .allDelivered())
                    .isTrue();
            DeliveryReport other =
                    deliver(
                            server,
                            Tls.REQUIRED,
                            new Trust.Pins(List.of("00".repeat(32))),
                            PLAIN_DNS);
            assertThat(other.outcomes().get(ANN).reply().toString())
                    .contains("its key is not pinned; its SHA-256 is " + pin);
        }
    }

    @Test
    void smtpsBeginsWithTls() throws Exception {
        try (FakeServer server =
                        new FakeServer(peer -> {
                            startTls(peer);
                            peer.greet("PIPELINING");
                            peer.serve(false);
                        });
                Downstream relay =
                        Downstreams.create(
                                config(
                                        HOST,
                                        server.port(),
                                        true,
                                        Tls.REQUIRED,
                                        new Trust.CaFile(certificates.ca)),
                                PLAIN_DNS)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(report.allDelivered()).as(report.toString()).isTrue();
            assertThat(report.tls()).isNotNull();
        }
    }

    @Test
    void daneTrustsTheServersOwnKey() throws Exception {
        X509Certificate certificate =
                (X509Certificate) Certificates.read(certificates.server).getFirst();
        String key = Certificates.digest("SHA-256", certificate.getPublicKey().getEncoded());
        assertThat(withDane(new TlsaRecord(3, 1, 1, key)).allDelivered()).isTrue();
    }

    @Test
    void daneTrustsAnAuthorityOfTheChain() throws Exception {
        byte[] ca = Certificates.read(certificates.ca).getFirst().getEncoded();
        DeliveryReport report =
                withDane(new TlsaRecord(2, 0, 2, Certificates.digest("SHA-512", ca)));
        assertThat(report.allDelivered()).as(report.toString()).isTrue();
    }

    @Test
    void daneRefusesWhatNoRecordNames() throws Exception {
        DeliveryReport report = withDane(new TlsaRecord(3, 1, 1, "00".repeat(32)));
        assertThat(report.trouble()).isEqualTo(Step.TLS);
        assertThat(report.outcomes().get(ANN).reply().toString())
                .contains("no TLSA record matches its certificate");
    }

    @Test
    void recordsThatNobodyCanUseStillDemandTls() throws Exception {
        DeliveryReport report = withDane(new TlsaRecord(1, 1, 1, "00".repeat(32)));
        assertThat(report.allDelivered()).isTrue();
        assertThat(report.tls()).isNotNull();
    }

    @Test
    void whenTlsaRecordsCannotBeHadNothingIsSent() throws Exception {
        try (FakeServer server = offering()) {
            DeliveryReport report =
                    deliver(
                            server,
                            Tls.OPPORTUNISTIC,
                            new Trust.Dane(),
                            environment(new Tlsa.Unavailable("servfail")));
            assertThat(report.outcomes().get(ANN).reply().toString())
                    .isEqualTo("451 4.7.5 TLSA records of " + HOST + " cannot be had: servfail");
            assertThat(server.connections()).isZero();
        }
    }

    private static DeliveryReport withDane(TlsaRecord record) throws Exception {
        try (FakeServer server = offering()) {
            return deliver(
                    server,
                    Tls.OPPORTUNISTIC,
                    new Trust.Dane(),
                    environment(new Tlsa.Secure(List.of(record))));
        }
    }

    @Test
    void aCaFileThatCannotBeReadDefersWithItsName() throws Exception {
        try (FakeServer server = offering()) {
            DeliveryReport report =
                    deliver(
                            server,
                            Tls.REQUIRED,
                            new Trust.CaFile(directory.resolve("none.pem")),
                            PLAIN_DNS);
            assertThat(report.outcomes().get(ANN).reply().toString())
                    .startsWith("451 4.7.5 ca-file of downstream relay cannot be used")
                    .contains("none.pem");
        }
    }

    @Test
    void requiretlsGoesOnlyToWhoPromisesItAndIsVerified() throws Exception {
        Envelope envelope =
                new Envelope(
                        ReversePath.Null.INSTANCE,
                        List.of(ANN),
                        BodyType.SEVEN_BIT,
                        false,
                        true,
                        null,
                        null);
        Trust ca = new Trust.CaFile(certificates.ca);
        try (FakeServer promising = offering("REQUIRETLS");
                FakeServer silent = offering();
                Downstream good =
                        Downstreams.create(
                                config(HOST, promising.port(), false, Tls.REQUIRED, ca),
                                PLAIN_DNS);
                Downstream bad =
                        Downstreams.create(
                                config(HOST, silent.port(), false, Tls.REQUIRED, ca), PLAIN_DNS)) {
            assertThat(good.deliver(request(envelope, MESSAGE.getBytes(US_ASCII))).allDelivered())
                    .isTrue();
            assertThat(promising.commands).contains("MAIL FROM:<> REQUIRETLS");
            assertThat(
                            bad.deliver(request(envelope, MESSAGE.getBytes(US_ASCII)))
                                    .outcomes()
                                    .get(ANN)
                                    .reply()
                                    .toString())
                    .startsWith("550 5.7.30 ");
        }
    }
}
