package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.TrueClient;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.LoadResult;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.scan.FieldChanges;
import org.postern.core.scan.ScanResult;
import org.postern.core.time.TimeSource;
import org.postern.smtp.session.TlsDetails;

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
        return config(scanner, "127.0.0.1:" + port, more);
    }

    private PosternConfig config(String scanner, String address, String more) throws IOException {
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
                        scanners: { %s: { address: "%s"%s } }
                        """
                                .formatted(scanner, address, more));
        LoadResult result = ConfigLoader.load(file);
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        return ((LoadResult.Loaded) result).config();
    }

    private ScanResult scan(String scanner, String more, Behaviour behaviour) throws IOException {
        return scan(scanner, more, MESSAGE, behaviour);
    }

    private ScanResult scan(String scanner, String more, String message, Behaviour behaviour)
            throws IOException {
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
            try (Scanners.Scan scan = scanners.begin(request(message))) {
                List<ScanResult> results = scan.results();
                assertThat(results).hasSize(1);
                return results.getFirst();
            }
        }
    }

    private static ScanRequest request(String message) {
        return request(message, patience -> Optional.of("mx.s.example"));
    }

    private static ScanRequest request(
            String message, Function<Duration, Optional<String>> clientName) {
        return request(message, "192.0.2.1", clientName);
    }

    private static ScanRequest request(
            String message, String client, Function<Duration, Optional<String>> clientName) {
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
                new TrueClient(Ip.parse(client), "evil\r\nSettings: {}", clientName),
                new TlsDetails(
                        "TLSv1.3", "TLS_AES_128_GCM_SHA256", Optional.empty(), Optional.empty()),
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
        "discard,         REJECT",
        "quarantine,      QUARANTINE",
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
                        "Hostname: mx.s.example\r\n",
                        "TLS-Version: TLSv1.3\r\nTLS-Cipher: TLS_AES_128_GCM_SHA256\r\n",
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
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"action\":\"reject\",\"score\":1e999} | beyond all",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"action\":\"reject\",\"score\":\"9\"} | without"
                        + " action",
                "HTTP/1.0 200 OK\\r\\n\\r\\n[] | without action and score",
                "HTTP/1.0 200 OK\\r\\n\\r\\n | without action and score",
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
        "1: stream: OK,                                 FAILED",
        "UNKNOWN COMMAND,                               FAILED",
        "stream: OK|stream: OK,                         CLEAN",
        "stream: OK|stream: Some.Worm FOUND,            INFECTED",
        "stream: Some.Worm FOUND|stream: OK,            INFECTED",
        "stream: OK|stream: Can't open file ERROR,      FAILED",
        "'',                                            FAILED",
    })
    void clamdsLineBecomesAnOutcome(String line, ScanResult.Outcome outcome) throws IOException {
        assertThat(scan("clamav", "", answering(line.replace('|', '\n') + "\0")).outcome())
                .isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"clamav,INSTREAM size limit exceeded. ERROR", "rspamd,HTTP/1.1 413 Too large"})
    void aScannerThatAnswersBeforeItHasHeardAllIsHeard(String scanner, String line)
            throws IOException {
        String end = scanner.equals("clamav") ? "\0" : "\r\n\r\n";
        ScanResult result =
                scan(
                        scanner,
                        "",
                        "Subject: x\r\n\r\n" + "hello\r\n".repeat(2_000_000),
                        socket -> {
                            read(socket, "hello\r\n");
                            socket.getOutputStream()
                                    .write((line + end).getBytes(StandardCharsets.US_ASCII));
                            // and closes with most of the message unread, which resets
                        });
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.TOO_LARGE);
    }

    @Test
    void aVirusIsOneWhateverItsNameIs() throws IOException {
        ScanResult result =
                scan(
                        "clamav",
                        "",
                        answering("stream: " + "Long.".repeat(60) + "\u00e4\t FOUND\n\0"));
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.INFECTED);
        assertThat(result.names()).containsExactly("Long.".repeat(40));
        ScanResult several =
                scan("clamav", "", answering("stream: A FOUND\nstream: B FOUND\nx: C FOUND\n\0"));
        assertThat(several.names()).containsExactly("A", "B", "x: C");
        assertThat(several.detail()).isEqualTo("A, B, x: C");
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
    void anAnswerThatDripsEndsWithTheTimeout(String scanner) throws IOException {
        String answer = scanner.equals("rspamd") ? http("{\"score\":0}") : "stream: OK\0";
        ScanResult result =
                scan(
                        scanner,
                        ", timeout: 300ms",
                        socket -> {
                            read(socket, "hello\r\n");
                            byte[] octets = answer.getBytes(StandardCharsets.US_ASCII);
                            for (int i = 0; i < octets.length - 1; i++) {
                                socket.getOutputStream().write(octets[i]);
                            }
                            while (socket.getInputStream().read() >= 0) {
                                Thread.onSpinWait(); // until the gateway hangs up
                            }
                        });
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).isEqualTo("no answer within 300 ms");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"score\":1,\"action\":\"custom thing\",\"symbols\":[1,2]} | CLEAN",
                "{\"score\":1,\"action\":\"add header\",\"symbols\":{\"A\":\"x\",\"B\":null}} |"
                        + " SPAM",
                "{\"score\":1,\"action\":\"reject\",\"milter\":\"quarantine\",\"messages\":[]} |"
                        + " REJECT",
                "{\"score\":1,\"action\":\"soft reject\",\"messages\":{\"smtp_message\":{}}} |"
                        + " SOFT_REJECT",
                "{\"score\":1,\"action\":\"no"
                        + " action\",\"milter\":{\"add_headers\":[],\"remove_headers\":7}} | CLEAN",
                "{\"score\":null,\"action\":\"reject\"} | FAILED",
                "{\"score\":1,\"action\":true} | FAILED",
                "{\"score\":1,\"action\":\"reject\"} trailing | FAILED",
            })
    void whatIsOfTheWrongTypeIsPassedOverOrNoAnswer(String json, ScanResult.Outcome outcome)
            throws IOException {
        assertThat(scan("rspamd", "", answering(http(json))).outcome()).isEqualTo(outcome);
    }

    @Test
    void jsonThatIsNestedWithoutEndIsNoAnswer() throws IOException {
        ScanResult result =
                scan(
                        "rspamd",
                        "",
                        answering(
                                http(
                                        "{\"score\":1,\"action\":\"reject\",\"symbols\":"
                                                + "[".repeat(200_000)
                                                + "]".repeat(200_000)
                                                + "}")));
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).startsWith("no JSON: ").contains("nesting");
    }

    @Test
    void ofTooManySymbolsThoseThatWeighMostAreKept() throws IOException {
        StringBuilder symbols = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            symbols.append("\"LIGHT_%d\":{\"score\":0.1},".formatted(i));
        }
        ScanResult result =
                scan(
                        "rspamd",
                        "",
                        answering(
                                http(
                                        "{\"score\":1,\"action\":\"reject\",\"symbols\":{"
                                                + symbols
                                                + "\"HEAVY\":{\"score\":9},\"GOOD\":{\"score\":-5}}}")));
        assertThat(result.names())
                .hasSize(60)
                .startsWith("LIGHT_0=0.10")
                .endsWith("HEAVY=9.00", "GOOD=-5.00");
    }

    @ParameterizedTest
    @CsvSource({"rspamd", "clamav"})
    void aScannerMayListenAtAUnixSocket(String scanner) throws IOException {
        Path socket = folder.resolve("s.sock");
        String answer =
                scanner.equals("rspamd")
                        ? http("{\"score\":0,\"action\":\"no action\"}")
                        : "stream: OK\0";
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofVirtual()
                    .start(() -> {
                        try (SocketChannel client = server.accept()) {
                            StringBuilder heard = new StringBuilder();
                            ByteBuffer block = ByteBuffer.allocate(1_024);
                            while (heard.indexOf("hello\r\n") < 0 && client.read(block) >= 0) {
                                heard.append(StandardCharsets.ISO_8859_1.decode(block.flip()));
                                block.clear();
                            }
                            client.write(StandardCharsets.US_ASCII.encode(answer));
                        } catch (IOException e) {
                            hungUp.add(e);
                        }
                    });
            PosternConfig config = config(scanner, "unix:" + socket, "");
            Scanners scanners = new Scanners(config, metrics, TimeSource.system());
            try (Scanners.Scan scan = scanners.begin(request(MESSAGE))) {
                assertThat(scan.results().getFirst().outcome()).isEqualTo(ScanResult.Outcome.CLEAN);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true,TOO_LARGE,max_message", "false,FAILED,hung up without an answer"})
    void rspamdThatHangsUpOnTheLengthAloneAndIsWellTakesNoSuchMessage(
            boolean well, ScanResult.Outcome outcome, String detail) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(() -> {
                        while (true) {
                            try (Socket socket = server.accept()) {
                                String head = read(socket, "\r\n\r\n");
                                if (well && head.startsWith("GET /ping ")) {
                                    socket.getOutputStream()
                                            .write(
                                                    "HTTP/1.1 200 OK\r\n\r\npong\r\n"
                                                            .getBytes(StandardCharsets.US_ASCII));
                                }
                            } catch (IOException e) {
                                hungUp.add(e); // the test is over
                                return;
                            }
                        }
                    });
            Scanners scanners =
                    new Scanners(
                            config("rspamd", server.getLocalPort(), ""),
                            metrics,
                            TimeSource.system());
            // the message is in the head's wake, and is read so that nothing is reset
            try (Scanners.Scan scan = scanners.begin(request(""))) {
                ScanResult result = scan.results().getFirst();
                assertThat(result.outcome()).isEqualTo(outcome);
                assertThat(result.detail()).contains(detail);
            }
        }
    }

    @Test
    void whoWaitedForAPlaceInVainDoesNotMakeAScannerSeemHung() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Scanners scanners =
                    new Scanners(
                            config(
                                    "clamav",
                                    server.getLocalPort(),
                                    ", timeout: 500ms, connections: 1"),
                            metrics,
                            TimeSource.system());
            try (Scanners.Scan holdsThePlace = scanners.begin(request(MESSAGE));
                    Socket served = server.accept();
                    Scanners.Scan waits = scanners.begin(request(MESSAGE))) {
                read(served, "hello\r\n");
                assertThat(waits.results().getFirst().detail())
                        .isEqualTo("all its connections are busy");
                assertThat(holdsThePlace.results().getFirst().detail())
                        .startsWith("no answer within");
            }
        }
    }

    @Test
    void oneNetworkHasHalfOfThePlacesAndWaitsForItselfAlone() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress())) {
            Scanners scanners =
                    new Scanners(
                            config(
                                    "clamav",
                                    server.getLocalPort(),
                                    ", timeout: 1s, connections: 3"),
                            metrics,
                            TimeSource.system());
            try (Scanners.Scan one = scanners.begin(request(MESSAGE));
                    Scanners.Scan two = scanners.begin(request(MESSAGE));
                    Socket first = server.accept();
                    Socket second = server.accept();
                    Scanners.Scan three = scanners.begin(request(MESSAGE));
                    Scanners.Scan other =
                            scanners.begin(
                                    request(MESSAGE, "198.51.100.1", p -> Optional.empty()));
                    Socket others = server.accept()) {
                assertThat(scanners.inUse(ScanResult.Scanner.CLAMAV)).isEqualTo(3);
                read(others, "hello\r\n");
                others.getOutputStream().write("stream: OK\0".getBytes(StandardCharsets.US_ASCII));
                assertThat(other.results().getFirst().outcome())
                        .isEqualTo(ScanResult.Outcome.CLEAN);
                ScanResult itsOwn = three.results().getFirst();
                assertThat(itsOwn.outcome()).isEqualTo(ScanResult.Outcome.SOFT_REJECT);
                assertThat(itsOwn.message()).startsWith("Too many messages from your network");
                assertThat(ScanFields.of(List.of(itsOwn), List.of(), "mx"))
                        .isEqualTo("X-Virus-Status: Not scanned (soft-reject)\r\n");
                assertThat(first.isConnected() && second.isConnected()).isTrue();
                assertThat(one.results()).hasSize(1);
                assertThat(two.results()).hasSize(1);
            }
        }
    }

    @Test
    void whoHasNotBeenAskedIsNotCalledWellAndAReloadForgetsNothingOfHim() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        PosternConfig config = config("clamav", port, "");
        Scanners scanners = new Scanners(config, metrics, TimeSource.system());
        assertThat(scanners.states().getFirst().detail()).isEqualTo("not asked yet");
        try (Scanners.Scan scan = scanners.begin(request(MESSAGE))) {
            assertThat(scan.results()).hasSize(1);
        }
        assertThat(scanners.states().getFirst().detail())
                .startsWith("FAILS: it cannot be reached")
                .endsWith(", at 127.0.0.1:" + port);
        assertThat(
                        new Scanners(config, scanners, metrics, TimeSource.system())
                                .states()
                                .getFirst()
                                .well())
                .isFalse();
        assertThat(
                        new Scanners(
                                        config("clamav", port, ", connections: 7"),
                                        scanners,
                                        metrics,
                                        TimeSource.system())
                                .states()
                                .getFirst()
                                .detail())
                .isEqualTo("not asked yet");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rspamd | HTTP/1.1 200 OK\\r\\n\\r\\npong\\r\\n | ''",
                "clamav | PONG\\0 | ''",
                "rspamd | PONG\\0 | what listens there is no rspamd",
                "clamav | HTTP/1.1 400 Bad\\r\\n | what listens there is no clamav",
            })
    void aPingTellsWhetherWhatListensThereIsTheScanner(String scanner, String said, String wrong)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual()
                    .start(() -> {
                        try (Socket socket = server.accept()) {
                            read(socket, scanner.equals("rspamd") ? "\r\n\r\n" : "zPING\0");
                            socket.getOutputStream()
                                    .write(
                                            said.replace("\\r", "\r")
                                                    .replace("\\n", "\n")
                                                    .replace("\\0", "\0")
                                                    .getBytes(StandardCharsets.US_ASCII));
                        } catch (IOException e) {
                            hungUp.add(e);
                        }
                    });
            PosternConfig config = config(scanner, server.getLocalPort(), "");
            assertThat(
                            Scanners.ping(config.scanners().getFirst(), Duration.ofSeconds(5))
                                    .orElse(""))
                    .isEqualTo(wrong);
        }
        PosternConfig gone = config(scanner, "unix:" + folder.resolve("no.sock"), "");
        assertThat(Scanners.ping(gone.scanners().getFirst(), Duration.ofSeconds(5)))
                .hasValueSatisfying(w -> assertThat(w).contains("cannot be reached", "no.sock"));
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
                            byte[] block = "x".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
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
    void whoseNameIsLongInComingHoldsNoPlaceMeanwhile() throws Exception {
        CountDownLatch asked = new CountDownLatch(3);
        CountDownLatch named = new CountDownLatch(1);
        List<Duration> patience = new CopyOnWriteArrayList<>();
        Function<Duration, Optional<String>> slow =
                longest -> {
                    patience.add(longest);
                    asked.countDown();
                    try {
                        named.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Optional.empty();
                };
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            List<String> heard = new CopyOnWriteArrayList<>();
            Thread.ofVirtual()
                    .start(() -> {
                        while (true) {
                            try (Socket socket = server.accept()) {
                                heard.add(read(socket, "hello\r\n"));
                                socket.getOutputStream()
                                        .write(
                                                http("{\"score\":0,\"action\":\"no action\"}")
                                                        .getBytes(StandardCharsets.US_ASCII));
                            } catch (IOException e) {
                                hungUp.add(e); // the test is over
                                return;
                            }
                        }
                    });
            Scanners scanners =
                    new Scanners(
                            config("rspamd", server.getLocalPort(), ", connections: 1"),
                            metrics,
                            TimeSource.system());
            try (Scanners.Scan first = scanners.begin(request(MESSAGE, slow));
                    Scanners.Scan second = scanners.begin(request(MESSAGE, slow));
                    Scanners.Scan third = scanners.begin(request(MESSAGE, slow))) {
                assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
                try (Scanners.Scan others = scanners.begin(request(MESSAGE))) {
                    assertThat(others.results().getFirst().outcome())
                            .isEqualTo(ScanResult.Outcome.CLEAN);
                }
                assertThat(heard).singleElement().asString().contains("Hostname: mx.s.example\r\n");
                named.countDown();
                for (Scanners.Scan scan : List.of(first, second, third)) {
                    assertThat(scan.results().getFirst().outcome())
                            .isEqualTo(ScanResult.Outcome.CLEAN);
                }
                assertThat(heard).hasSize(4).filteredOn(h -> h.contains("Hostname:")).hasSize(1);
            }
        }
        assertThat(patience).hasSize(3).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void theWaitForANameIsAShareOfAShortTimeout() throws IOException {
        List<Duration> patience = new CopyOnWriteArrayList<>();
        Scanners scanners =
                new Scanners(config("rspamd", 1, ", timeout: 400ms"), metrics, TimeSource.system());
        try (Scanners.Scan scan =
                scanners.begin(
                        request(
                                MESSAGE,
                                longest -> {
                                    patience.add(longest);
                                    return Optional.empty();
                                }))) {
            assertThat(scan.results()).hasSize(1);
        }
        assertThat(patience).containsExactly(Duration.ofMillis(100));
    }

    @Test
    void behindAScannerThatHangsNobodyWaitsForAPlace() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Scanners scanners =
                    new Scanners(
                            config(
                                    "clamav",
                                    server.getLocalPort(),
                                    ", timeout: 1s, connections: 1"),
                            metrics,
                            TimeSource.system());
            server.setSoTimeout(10_000);
            try (Scanners.Scan first = scanners.begin(request(MESSAGE))) {
                assertThat(first.results().getFirst().detail()).startsWith("no answer within");
            }
            // its place comes back when its own thread has noticed; who comes before has none
            await().until(() -> scanners.inUse(ScanResult.Scanner.CLAMAV) == 0);
            try (Scanners.Scan holdsThePlace = scanners.begin(request(MESSAGE))) {
                server.accept(); // of the first
                server.accept(); // and of the second, which has the place now
                try (Scanners.Scan next = scanners.begin(request(MESSAGE))) {
                    assertThat(next.results().getFirst().detail())
                            .isEqualTo("all its connections wait for an answer that does not come");
                }
                assertThat(holdsThePlace.results().getFirst().detail())
                        .startsWith("no answer within");
            }
        }
    }

    @Test
    void whatRspamdsModulesWantDoneToTheHeaderAndSaidToTheSenderIsKept() throws IOException {
        ScanResult result =
                scan(
                        "rspamd",
                        "",
                        answering(
                                http(
                                        """
                                        {"action":"soft reject","score":1,"required_score":15,
                                         "messages":{"smtp_message":"Rate limit\\r\\n250 Ok \\u00e4"},
                                         "milter":{
                                          "add_headers":{
                                           "X-Late":{"value":"b","order":2},
                                           "X-First":{"value":"a","order":0},
                                           "X-Many":["1",{"value":"2","order":-1}],
                                           "X-Folded":"one;\\n\\ttwo\\r\\n\\r\\nBcc: x@y.example",
                                           "X Bad":"x","X-Empty":"\\r\\n","":"x","X-Map":{"a":1}},
                                          "remove_headers":{"X-Old":0,"X-Second":[2,-1],"X-No":"all"}}}
                                        """)));
        assertThat(result.message()).isEqualTo("Rate limit??250 Ok ?");
        assertThat(result.changes().added())
                .extracting(f -> f.name() + ": " + f.value())
                .containsExactly(
                        "X-First: a",
                        "X-Late: b",
                        "X-Many: 1",
                        "X-Many: 2",
                        "X-Folded: one;\r\n\ttwo\r\n\tBcc: x@y.example");
        assertThat(result.changes().removed())
                .extracting(f -> f.name() + " " + f.which())
                .containsExactly("X-Old 0", "X-Second 2", "X-Second -1");
    }

    @Test
    void aHostileRspamdMakesNoHeaderOfBoundlessLength() throws IOException {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            fields.append(i == 0 ? "" : ",")
                    .append("\"X-")
                    .append(i)
                    .append("\":\"")
                    .append("v".repeat(1_500))
                    .append('"');
        }
        ScanResult result =
                scan(
                        "rspamd",
                        "",
                        answering(
                                http(
                                        "{\"action\":\"no"
                                                + " action\",\"score\":-7,\"required_score\":1e300,"
                                                + "\"symbols\":{\""
                                                + "S".repeat(50_000)
                                                + "\":{\"score\":1e300}},\"milter\":{\"add_headers\":{"
                                                + fields
                                                + "}}}")));
        assertThat(result.names()).containsExactly("S".repeat(64) + "=0.00");
        String header = ScanFields.of(List.of(result), result.changes().added(), "mx.example.net");
        assertThat(header.length()).isLessThan(40_000);
        assertThat(header.lines()).allMatch(line -> line.length() <= 998);
        assertThat(result.changes().added()).hasSizeLessThan(64);
    }

    @Test
    void numbersAreWrittenAsFiltersReadThemInAnyLocale() throws IOException {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.GERMANY);
        try {
            ScanResult result =
                    scan(
                            "rspamd",
                            "",
                            answering(
                                    http(
                                            "{\"action\":\"no action\",\"score\":1.5,"
                                                    + "\"symbols\":{\"A\":{\"score\":1.5}}}")));
            assertThat(result.names()).containsExactly("A=1.50");
            assertThat(ScanFields.of(List.of(result), List.of(), "mx")).doesNotContain("1,5");
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }

    @Test
    void aFieldThatRspamdWritesItselfIsNotWrittenTwice() {
        ScanResult result =
                new ScanResult(
                        ScanResult.Scanner.RSPAMD,
                        ScanResult.Outcome.SPAM,
                        7,
                        15,
                        List.of("A=1.50", "B=5.75"),
                        "add header");
        assertThat(
                        ScanFields.of(
                                List.of(result),
                                List.of(
                                        new FieldChanges.Added(
                                                "x-spamd-result", "default: True\r\n\t A"),
                                        new FieldChanges.Added("X-Spam-Level", "*")),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        x-spamd-result: default: True
                        \t A
                        X-Spam-Level: *
                        X-Spam: Yes
                        X-Spam-Flag: YES
                        X-Spam-Status: Yes, score=7.00 required=15.00 tests=[A=1.50, B=5.75]
                        X-Spamd-Bar: +++++++
                        X-Rspamd-Action: add header
                        X-Spam-Score: 7.00
                        """
                                .replace("\n", "\r\n"));
    }

    @ParameterizedTest
    @CsvSource({"FAILED", "TOO_LARGE"})
    void whatWasNotScannedDoesNotLookScanned(ScanResult.Outcome outcome) {
        assertThat(
                        ScanFields.of(
                                List.of(
                                        ScanResult.of(ScanResult.Scanner.RSPAMD, outcome, "x"),
                                        ScanResult.of(ScanResult.Scanner.CLAMAV, outcome, "x")),
                                List.of(),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        X-Spam-Status: No, not scanned (%1$s)
                        X-Virus-Status: Not scanned (%1$s)
                        """
                                .formatted(outcome.word())
                                .replace("\n", "\r\n"));
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
                                List.of(),
                                "mx.example.net"))
                .isEqualTo(
                        """
                        X-Spam: Yes
                        X-Spam-Flag: YES
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
