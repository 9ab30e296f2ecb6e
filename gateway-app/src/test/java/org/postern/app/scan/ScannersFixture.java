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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
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
import org.postern.core.scan.ScanResult;
import org.postern.core.time.TimeSource;
import org.postern.smtp.session.TlsDetails;

/** A scanner on loopback that does what a test tells it, and the scanners that ask it. */
abstract class ScannersFixture {
    /** Callers without number, until the test closes the port. */
    static final int ALL = Integer.MAX_VALUE;

    static final String MESSAGE = "Subject: x\r\n\r\nhello\r\n";
    @TempDir Path folder;
    final Metrics metrics = new Metrics();
    final List<IOException> hungUp = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        metrics.close();
    }

    /** What a scanner does with a connection. */
    interface Behaviour {
        void serve(Socket socket) throws IOException;
    }

    PosternConfig config(String scanner, int port, String more) throws IOException {
        return config(scanner, "127.0.0.1:" + port, more);
    }

    PosternConfig config(String scanner, String address, String more) throws IOException {
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

    /** A port of ours; whoever waits for a caller there in vain fails after ten seconds. */
    static ServerSocket listening() throws IOException {
        ServerSocket server = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
        server.setSoTimeout(10_000);
        return server;
    }

    /** The next caller; one that says nothing fails who listens to it after ten seconds. */
    static Socket caller(ServerSocket server) throws IOException {
        Socket socket = server.accept();
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Serves so many callers, one after the other, on a thread of its own. */
    void serve(ServerSocket server, int callers, Behaviour behaviour) {
        Thread.ofVirtual()
                .start(() -> {
                    for (int i = 0; i < callers && !server.isClosed(); i++) {
                        try (Socket socket = caller(server)) {
                            behaviour.serve(socket);
                        } catch (IOException e) {
                            hungUp.add(e); // which some of these tests want
                        }
                    }
                });
    }

    /** Scanners of this configuration that have asked nobody yet. */
    Scanners scanners(PosternConfig config) {
        return new Scanners(config, metrics, TimeSource.system());
    }

    /** Reads on until the gateway hangs up. */
    static void untilHungUp(Socket socket) throws IOException {
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A port of loopback at which nobody listens. */
    static int portOfNobody() throws IOException {
        try (ServerSocket server = listening()) {
            return server.getLocalPort();
        }
    }

    /** What becomes of a message of which Rspamd says this. */
    final ScanResult rspamdSays(String json) throws IOException {
        return scan("rspamd", "", answering(http(json)));
    }

    ScanResult scan(String scanner, String more, Behaviour behaviour) throws IOException {
        return scan(scanner, more, MESSAGE, behaviour);
    }

    ScanResult scan(String scanner, String more, String message, Behaviour behaviour)
            throws IOException {
        try (ServerSocket server = listening()) {
            serve(server, 1, behaviour);
            Scanners scanners = scanners(config(scanner, server.getLocalPort(), more));
            try (Scanners.Scan scan = scanners.begin(request(message))) {
                List<ScanResult> results = scan.results();
                assertThat(results).hasSize(1);
                return results.getFirst();
            }
        }
    }

    static ScanRequest request(String message) {
        return request(message, patience -> Optional.of("mx.s.example"));
    }

    static ScanRequest request(String message, Function<Duration, Optional<String>> clientName) {
        return request(message, "192.0.2.1", clientName);
    }

    static ScanRequest request(
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
    static String read(Socket socket, String end) throws IOException {
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

    static Behaviour answering(String answer) {
        return socket -> {
            read(socket, "hello\r\n");
            say(socket, answer);
        };
    }

    static String http(String json) {
        return "HTTP/1.0 200 OK\r\nContent-Length: " + json.length() + "\r\n\r\n" + json;
    }
}
