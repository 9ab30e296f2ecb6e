package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * DANE with real parts: a zone signed by ldns, served by NSD, validated by Unbound, whose answers
 * carry the AD bit; and a Postfix whose key the TLSA record names.
 */
@WithPeers
class DaneTest {
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Path folder = Surroundings.newFolder("dane");

    @BeforeEach
    void parts() {
        assumeTrue(System.getProperty("user.name").equals("root"), "Postfix needs root");
        for (String program : List.of("postfix", "unbound", "ldns-signzone")) {
            assumeTrue(Peers.find(program).isPresent(), "install what has " + program);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        Surroundings.delete(folder);
    }

    private String sh(String command) {
        return Program.shell(folder, command);
    }

    private Program start(String name, String... command) {
        Program program = Program.start(folder.resolve(name), Map.of(), List.of(command));
        open.add(program);
        return program;
    }

    /** A validating resolver for a signed zone "localhost" with this TLSA record. */
    private int resolver(int smtpPort, String tlsa) throws IOException {
        Files.writeString(
                folder.resolve("localhost.zone"),
                """
                $ORIGIN localhost.
                $TTL 60
                @ IN SOA ns.localhost. hostmaster.localhost. 1 3600 600 86400 60
                @ IN NS ns.localhost.
                @ IN A 127.0.0.1
                ns IN A 127.0.0.1
                _%d._tcp IN TLSA 3 1 1 %s
                """
                        .formatted(smtpPort, tlsa));
        String key = sh("ldns-keygen -a ECDSAP256SHA256 -k localhost").strip();
        sh("ldns-signzone -f signed.zone localhost.zone " + key);
        int nsd = Ports.free();
        Files.writeString(
                folder.resolve("nsd.conf"),
                """
                server:
                  ip-address: 127.0.0.1@%1$d
                  do-ip6: no
                  username: ""
                  chroot: ""
                  pidfile: ""
                  zonesdir: "%2$s"
                  xfrdfile: ""
                  zonelistfile: "%2$s/zone.list"
                  logfile: "%2$s/nsd.log"
                  server-count: 1
                remote-control:
                  control-enable: no
                zone:
                  name: "localhost"
                  zonefile: "signed.zone"
                """
                        .formatted(nsd, folder));
        start("nsd.out", Peers.path("nsd"), "-d", "-c", folder.resolve("nsd.conf").toString());
        int port = Ports.free();
        Files.writeString(
                folder.resolve("unbound.conf"),
                """
                server:
                  interface: 127.0.0.1@%1$d
                  do-ip6: no
                  username: ""
                  chroot: ""
                  directory: "%2$s"
                  pidfile: ""
                  use-syslog: no
                  do-daemonize: no
                  do-not-query-localhost: no
                  module-config: "validator iterator"
                  trust-anchor-file: "%2$s/%3$s.ds"
                  local-zone: "localhost." nodefault
                stub-zone:
                  name: "localhost"
                  stub-addr: 127.0.0.1@%4$d
                remote-control:
                  control-enable: no
                """
                        .formatted(port, folder, key, nsd));
        start(
                "unbound.out",
                Peers.path("unbound"),
                "-d",
                "-c",
                folder.resolve("unbound.conf").toString());
        await("Unbound says that its answer is authentic")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .until(() ->
                        Program.run(
                                        new byte[0],
                                        Map.of(),
                                        List.of(
                                                "dig",
                                                "@127.0.0.1",
                                                "-p",
                                                Integer.toString(port),
                                                "+adflag",
                                                "+tries=1",
                                                "+time=2",
                                                "_" + smtpPort + "._tcp.localhost",
                                                "TLSA"))
                                .out()
                                .contains(" ad;"));
        return port;
    }

    private PostfixServer postfix() {
        sh(
                "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2"
                        + " -subj /CN=nobody.example");
        PostfixServer postfix =
                PostfixServer.start(
                        Surroundings.newFolder("postfix"),
                        "smtpd_tls_security_level = may",
                        "smtpd_tls_received_header = yes",
                        "smtpd_tls_cert_file = " + folder.resolve("cert.pem"),
                        "smtpd_tls_key_file = " + folder.resolve("key.pem"));
        open.add(postfix);
        return postfix;
    }

    private String keyDigest() {
        return sh("openssl x509 -in cert.pem -noout -pubkey | openssl pkey -pubin -outform"
                        + " der | sha256sum")
                .substring(0, 64);
    }

    private Gateway gateway(Surroundings around, int smtpPort, int dnsPort) {
        Gateway gateway = around.newGateway("dane");
        gateway.configure(
                Gateway.configuration(gateway, dnsPort, "store")
                        .replace(
                                "domains:\n",
                                "downstreams:\n  store: { uri: \"smtp://localhost:"
                                        + smtpPort
                                        + "\", dane: true }\ndomains:\n")
                        .replace("networks:", "authentication: { enabled: false }\nnetworks:"));
        gateway.start();
        open.add(gateway);
        return gateway;
    }

    @Test
    void aKeyThatTheSignedRecordNamesIsTrustedWhateverItsCertificateSays(Surroundings around)
            throws Exception {
        PostfixServer postfix = postfix();
        Gateway gateway = gateway(around, postfix.port(), resolver(postfix.port(), keyDigest()));
        Message message = Message.from("someone@pass.test");
        assertThat(SmtpClient.send(gateway, message)).startsWith("250");
        assertThat(postfix.awaitMessage("alice", message.id())).contains("(using TLSv1.3");
    }

    @Test
    void anotherKeyThanTheSignedRecordsDefers(Surroundings around) throws Exception {
        PostfixServer postfix = postfix();
        Gateway gateway =
                gateway(around, postfix.port(), resolver(postfix.port(), "ab".repeat(32)));
        assertThat(SmtpClient.send(gateway, Message.from("someone@pass.test"))).startsWith("250");
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> gateway.command("queue", "list").out().contains("4.7."));
        assertThat(postfix.box("alice")).isEmpty();
    }
}
