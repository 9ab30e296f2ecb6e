package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.lmtp;
import static org.postern.queue.delivery.Fixtures.request;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.queue.delivery.RecipientOutcome.Delivered;
import org.postern.queue.delivery.RecipientOutcome.Failed;

/**
 * A real Dovecot as LMTP downstream, by TCP and by unix socket. Skipped where Dovecot is not
 * installed or this is not root, which its mail processes need; in CI that is a failure.
 */
class DovecotRelayTest {
    private static final Recipient ANN = Recipient.of(EmailAddress.of("ann@example.test"));
    private static final Recipient BEN = Recipient.of(EmailAddress.of("ben@example.test"));
    private static final Recipient NOBODY = Recipient.of(EmailAddress.of("nobody@example.test"));

    @TempDir static Path directory;
    private static Process dovecot;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        Path program = Path.of("/usr/sbin/dovecot");
        boolean root = "root".equals(System.getProperty("user.name"));
        if (!Files.isExecutable(program) || !Files.exists(Path.of("/usr/lib/dovecot/lmtp"))) {
            missing("Dovecot with LMTP is not installed (Debian: dovecot-lmtpd)");
        }
        if (!root) {
            missing("Dovecot needs root to become the mail user");
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path mail = Files.createDirectories(directory.resolve("mail"));
        Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(
                directory.resolve("users"), "ann@example.test:::::::\nben@example.test:::::::\n");
        Path config = Files.writeString(directory.resolve("dovecot.conf"), configuration());
        dovecot =
                new ProcessBuilder(program.toString(), "-F", "-c", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("out").toFile())
                        .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Files.exists(directory.resolve("lmtp")) || !dovecot.isAlive());
        assertThat(dovecot.isAlive())
                .as(() -> read(directory.resolve("out")) + read(directory.resolve("log")))
                .isTrue();
    }

    private static void missing(String what) {
        if ("true".equals(System.getenv("CI"))) {
            fail(what);
        }
        abort(what);
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String configuration() {
        return """
        protocols = lmtp
        base_dir = DIR/run
        state_dir = DIR/run
        log_path = DIR/log
        listen = 127.0.0.1
        ssl = no
        first_valid_uid = 1
        mail_location = maildir:DIR/mail/%u
        userdb {
          driver = passwd-file
          args = DIR/users
          override_fields = uid=65534 gid=65534 home=DIR/mail/%u
        }
        passdb {
          driver = static
          args = nopassword=y
        }
        service lmtp {
          inet_listener lmtp {
            address = 127.0.0.1
            port = PORT
          }
          unix_listener DIR/lmtp {
            mode = 0666
          }
        }
        service stats {
          unix_listener stats-writer {
            mode = 0666
          }
        }
        """
                .replace("DIR", directory.toString())
                .replace("PORT", Integer.toString(port));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (dovecot != null) {
            dovecot.destroy();
            if (!dovecot.waitFor(10, TimeUnit.SECONDS)) {
                dovecot.destroyForcibly();
            }
        }
    }

    private static List<Path> mailbox(Recipient recipient) throws IOException {
        Path fresh =
                directory.resolve("mail").resolve(recipient.address().toString()).resolve("new");
        if (!Files.exists(fresh)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(fresh)) {
            return files.toList();
        }
    }

    private static void clear() throws IOException {
        for (Recipient r : List.of(ANN, BEN)) {
            for (Path p : mailbox(r)) {
                Files.delete(p);
            }
        }
    }

    @Test
    void eachRecipientOfAMessageIsAnsweredForByTcp() throws Exception {
        clear();
        try (Downstream store = Downstreams.create(lmtp(port, PATIENT), ENVIRONMENT)) {
            for (int i = 0; i < 3; i++) {
                DeliveryReport report = store.deliver(request(Fixtures.MESSAGE, ANN, NOBODY, BEN));
                assertThat(report.outcomes().get(ANN)).isInstanceOf(Delivered.class);
                assertThat(report.outcomes().get(BEN)).isInstanceOf(Delivered.class);
                assertThat(report.outcomes().get(NOBODY))
                        .isInstanceOfSatisfying(
                                Failed.class,
                                f -> assertThat(f.reply().toString()).startsWith("550 5.1.1 "));
            }
            assertThat(store.status().opened()).as("one connection for all").isEqualTo(1);
        }
        assertThat(mailbox(ANN)).hasSize(3);
        assertThat(mailbox(BEN)).hasSize(3);
        assertThat(Files.readString(mailbox(ANN).getFirst()))
                .contains("Return-Path: <sender@example.org>")
                .endsWith("\n\n.dot\n..two\nend\n");
    }

    @Test
    void aLargeMessageArrivesWholeByUnixSocket() throws Exception {
        clear();
        String content = "Subject: big\r\n\r\n" + ".line of text\r\n".repeat(300_000);
        DownstreamConfig config =
                new DownstreamConfig(
                        "store",
                        new Target.LmtpUnix(directory.resolve("lmtp")),
                        Tls.NONE,
                        2,
                        PATIENT);
        try (Downstream store = Downstreams.create(config, ENVIRONMENT)) {
            DeliveryReport report = store.deliver(request(content, ANN));
            assertThat(report.allDelivered()).as(report.toString()).isTrue();
            assertThat(report.peer()).isEqualTo(directory.resolve("lmtp").toString());
        }
        assertThat(Files.readString(mailbox(ANN).getFirst()))
                .endsWith(content.replace("\r\n", "\n"));
    }
}
