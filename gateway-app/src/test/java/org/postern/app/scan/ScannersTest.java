package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.config.PosternConfig;
import org.postern.core.scan.ScanResult;
import org.postern.core.time.TimeSource;

/** Scanners that answer well, badly, half, too much or not at all. */
class ScannersTest extends ScannersFixture {
    @Test
    void aScannerThatIsNotThereIsAFailure() throws IOException {
        int port = portOfNobody();
        Scanners scanners = scanners(config("clamav", port, ""));
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
                            say(socket, line + end);
                            // and closes with most of the message unread, which resets
                        });
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.TOO_LARGE);
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
                            untilHungUp(socket); // and says nothing
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
                            untilHungUp(socket);
                        });
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).isEqualTo("no answer within 300 ms");
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
            Scanners scanners = scanners(config);
            try (Scanners.Scan scan = scanners.begin(request(MESSAGE))) {
                assertThat(scan.results().getFirst().outcome()).isEqualTo(ScanResult.Outcome.CLEAN);
            }
        }
    }

    @Test
    void whoHasNotBeenAskedIsNotCalledWellAndAReloadForgetsNothingOfHim() throws IOException {
        int port = portOfNobody();
        PosternConfig config = config("clamav", port, "");
        Scanners scanners = scanners(config);
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
        try (ServerSocket server = listening()) {
            serve(
                    server,
                    1,
                    socket -> {
                        read(socket, scanner.equals("rspamd") ? "\r\n\r\n" : "zPING\0");
                        say(
                                socket,
                                said.replace("\\r", "\r")
                                        .replace("\\n", "\n")
                                        .replace("\\0", "\0"));
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
}
