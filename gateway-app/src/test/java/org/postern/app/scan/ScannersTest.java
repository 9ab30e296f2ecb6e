package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.LoadResult;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.scan.ScanResult;
import org.postern.core.time.TimeSource;

/** Scanners that answer well, badly, half, too much or not at all. */
class ScannersTest {
    private static final String MESSAGE = "Subject: x\r\n\r\nhello\r\n";

    @TempDir Path folder;

    private final Metrics metrics = new Metrics();
    private final List<IOException> hungUp = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        metrics.close();
    }

    /** What a scanner does with a connection. */
    private interface Behaviour {
        void serve(Socket socket) throws IOException, InterruptedException;
    }

    private PosternConfig config(String scanner, int port, String more) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("postern.yaml"),
                        """
                        hostname: mx1.example.net
                        data: data
                        listeners: [{ address: 127.0.0.1, port: 25 }]
                        domains:
                          example.net:
                            recipients: { static: [] }
                            downstream: lmtp://127.0.0.1:24
                        scanners: { %s: { address: "127.0.0.1:%d"%s } }
                        """
                                .formatted(scanner, port, more));
        LoadResult result = ConfigLoader.load(file);
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        return ((LoadResult.Loaded) result).config();
    }

    private ScanResult scan(String scanner, String more, Behaviour behaviour) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(() -> {
                        try (Socket socket = server.accept()) {
                            behaviour.serve(socket);
                        } catch (IOException e) {
                            hungUp.add(e); // which some of these tests want
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    });
            Scanners scanners =
                    new Scanners(
                            config(scanner, server.getLocalPort(), more),
                            metrics,
                            TimeSource.system());
            try (Scanners.Scan scan = scanners.begin(request(MESSAGE))) {
                List<ScanResult> results = scan.results();
                assertThat(results).hasSize(1);
                return results.getFirst();
            }
        }
    }

    private static ScanRequest request(String message) {
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        MessageSource source =
                new MessageSource() {
                    @Override
                    public long size() {
                        return octets.length;
                    }

                    @Override
                    public InputStream open() {
                        return new ByteArrayInputStream(octets);
                    }
                };
        return new ScanRequest(
                source,
                new QueueId(1),
                Ip.parse("192.0.2.1"),
                null,
                "evil\r\nSettings: {}",
                ReversePath.of(EmailAddress.of("a@s.example")),
                List.of(EmailAddress.of("b@example.net")));
    }

    /** Reads until the whole of a message has come. */
    private static String read(Socket socket, String end) throws IOException {
        StringBuilder heard = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (heard.indexOf(end) < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("ended");
            }
            heard.append((char) octet);
        }
        return heard.toString();
    }

    private static Behaviour answering(String answer) {
        return socket -> {
            read(socket, "hello\r\n");
            OutputStream out = socket.getOutputStream();
            out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        };
    }

    private static String http(String json) {
        return "HTTP/1.0 200 OK\r\nContent-Length: " + json.length() + "\r\n\r\n" + json;
    }

    @ParameterizedTest
    @CsvSource({
        "no action,       CLEAN",
        "greylist,        CLEAN",
        "add header,      SPAM",
        "rewrite subject, SPAM",
        "soft reject,     SOFT_REJECT",
        "reject,          REJECT",
    })
    void rspamdsActionsBecomeOutcomes(String action, ScanResult.Outcome outcome)
            throws IOException {
        ScanResult result =
                scan(
                        "rspamd",
                        "",
                        answering(
                                http(
                                        "{\"score\":7.25,\"required_score\":15,\"action\":\""
                                                + action
                                                + "\",\"symbols\":{\"A\":{\"score\":1.5}}}")));
        assertThat(result)
                .isEqualTo(
                        new ScanResult(
                                ScanResult.Scanner.RSPAMD,
                                outcome,
                                7.25,
                                15,
                                List.of("A=1.50"),
                                action));
    }

    @Test
    void nothingOfAClientsBecomesAFieldForRspamd() throws IOException {
        StringBuilder heard = new StringBuilder();
        scan(
                "rspamd",
                "",
                socket -> {
                    heard.append(read(socket, "hello\r\n"));
                    socket.getOutputStream()
                            .write(
                                    http("{\"score\":0,\"action\":\"no action\"}")
                                            .getBytes(StandardCharsets.US_ASCII));
                });
        assertThat(heard.toString())
                .startsWith("POST /checkv2 HTTP/1.0\r\nContent-Length: 21\r\n")
                .contains(
                        "IP: 192.0.2.1\r\n",
                        "Helo: evil??Settings: {}\r\n",
                        "From: a@s.example\r\n",
                        "Rcpt: b@example.net\r\n")
                .endsWith("\r\n\r\n" + MESSAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.0 200 OK\\r\\nContent-Length: 50\\r\\n\\r\\n{\"score\":1 | half an answer",
                "HTTP/1.0 200 OK\\r\\n | half an answer",
                "HTTP/1.0 500 Broken\\r\\n\\r\\n{} | it said: HTTP/1.0 500 Broken",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"score\":1 | no JSON",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"score\":1} | without action and score",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"error\":\"busy\"} | it said: busy",
            })
    void whatIsNoAnswerOfRspamdIsAFailure(String answer, String detail) throws IOException {
        ScanResult result =
                scan("rspamd", "", answering(answer.replace("\\r", "\r").replace("\\n", "\n")));
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).contains(detail);
    }

    @ParameterizedTest
    @CsvSource({
        "stream: OK,                                    CLEAN",
        "stream: Eicar-Test-Signature FOUND,            INFECTED",
        "INSTREAM size limit exceeded. ERROR,           TOO_LARGE",
        "stream: Can't allocate memory ERROR,           FAILED",
        "'',                                            FAILED",
    })
    void clamdsLineBecomesAnOutcome(String line, ScanResult.Outcome outcome) throws IOException {
        assertThat(scan("clamav", "", answering(line + "\0")).outcome()).isEqualTo(outcome);
    }

    @Test
    void halfALineOfClamdIsAFailureAndNoAcquittal() throws IOException {
        ScanResult result = scan("clamav", "", answering("stream: OK"));
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).contains("half an answer");
    }

    @ParameterizedTest
    @CsvSource({"rspamd", "clamav"})
    void aScannerThatHangsCostsItsTimeoutAndNoMore(String scanner) throws IOException {
        ScanResult result =
                scan(
                        scanner,
                        ", timeout: 200ms",
                        socket -> {
                            read(socket, "hello\r\n");
                            // says nothing, and hears when the gateway hangs up
                            while (socket.getInputStream().read() >= 0) {
                                Thread.onSpinWait();
                            }
                        });
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).isEqualTo("no answer within 200 ms");
    }

    @ParameterizedTest
    @CsvSource({"rspamd", "clamav"})
    void anEndlessAnswerIsCutAndAFailure(String scanner) throws IOException {
        ScanResult result =
                scan(
                        scanner,
                        "",
                        socket -> {
                            read(socket, "hello\r\n");
                            byte[] block = new byte[65_536];
                            while (true) {
                                socket.getOutputStream().write(block);
                            }
                        });
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).contains("more than 1048576 octets");
    }

    @Test
    void aScannerThatIsNotThereIsAFailure() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        Scanners scanners = new Scanners(config("clamav", port, ""), metrics, TimeSource.system());
        try (Scanners.Scan scan = scanners.begin(request(MESSAGE))) {
            assertThat(scan.results().getFirst().outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        }
        assertThat(scanners.states().getFirst().well()).isFalse();
    }

    @Test
    void aLargerMessageIsNotScannedAndThatIsNoFailure() throws IOException {
        ScanResult result = scan("clamav", ", size-limit: 20B", socket -> {});
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.TOO_LARGE);
    }

    @Test
    void theFieldsAreThoseThatFiltersKnow() {
        assertThat(
                        ScanFields.of(
                                List.of(
                                        new ScanResult(
                                                ScanResult.Scanner.RSPAMD,
                                                ScanResult.Outcome.SPAM,
                                                7.25,
                                                15,
                                                List.of("A=1.50", "B=5.75"),
                                                "add header"),
                                        new ScanResult(
                                                ScanResult.Scanner.CLAMAV,
                                                ScanResult.Outcome.INFECTED,
                                                0,
                                                0,
                                                List.of("Eicar"),
                                                "Eicar")),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        X-Spam: Yes
                        X-Spam-Status: Yes, score=7.25 required=15.00 tests=[A=1.50, B=5.75]
                        X-Spamd-Result: default: True [7.25 / 15.00];
                        \tA(1.50)[];
                        \tB(5.75)[]
                        X-Spamd-Bar: +++++++
                        X-Rspamd-Action: add header
                        X-Spam-Score: 7.25
                        X-Spam-Level: *******
                        X-Virus-Scanned: clamav at mx.example.net
                        X-Virus-Status: Infected (Eicar)
                        """
                                .replace("\n", "\r\n"));
    }
}
