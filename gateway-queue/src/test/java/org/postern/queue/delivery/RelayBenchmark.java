package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

/**
 * Messages from a file to a sink on loopback that throws them away: through the relay by DATA and
 * by BDAT, and as bare octets over one socket, which is what this machine can do at all. Run by
 * {@code RelayBenchmark.main}; operations times size is the throughput.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RelayBenchmark {
    private static final int RAW_BLOCK = 128 * 1024;

    /** Octets of a message. */
    @Param({"1000000", "10000"})
    public int size;

    /** DATA or BDAT, or no protocol at all. */
    @Param({"data", "bdat", "raw"})
    public String way;

    /** Where the message lies: a file of its own, or a segment of the spool. */
    @Param({"spool", "file"})
    public String from;

    private Path file;
    private Path folder;
    private DiskSpool spool;
    private Sink sink;
    private Downstream relay;
    private DeliveryRequest request;
    private Socket raw;
    private byte[] block;

    /** Opens both ends. */
    @Setup
    public void open() throws IOException {
        file = Files.createTempFile("relay", ".eml");
        String line =
                "A line of ordinary text, seventy-six octets long. With dots. And an end..\r\n";
        StringBuilder text = new StringBuilder("Subject: bench\r\n\r\n");
        while (text.length() < size - line.length()) {
            text.append(line);
        }
        text.append("x".repeat(Math.max(0, size - text.length() - 2))).append("\r\n");
        Files.writeString(file, text, US_ASCII);
        sink = new Sink(way, size);
        relay =
                Downstreams.create(
                        Fixtures.smtp(sink.port(), Duration.ofMinutes(1)), Fixtures.ENVIRONMENT);
        MessageSource source = from.equals("spool") ? fromSpool() : fromFile();
        request = new DeliveryRequest(new QueueId(1), Fixtures.envelope(Fixtures.ANN), source);
        if (way.equals("raw")) {
            raw = new Socket(InetAddress.getLoopbackAddress(), sink.port());
            raw.setTcpNoDelay(true);
            block = new byte[RAW_BLOCK];
        }
    }

    private MessageSource fromFile() {
        return new MessageSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(file);
            }
        };
    }

    /** As the schedule reads it: from a segment, its checksum verified each time. */
    private MessageSource fromSpool() throws IOException {
        folder = Files.createTempDirectory("relay-spool");
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 64 << 20, 1 << 20, 0, 4 << 20),
                        TimeSource.system(),
                        SpoolListener.NONE);
        byte[] content = Files.readAllBytes(file);
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content, 0, content.length);
            QueueId id =
                    writer.commit(
                                    new MessageMeta(
                                            Fixtures.envelope(Fixtures.ANN),
                                            TimeSource.system().instant(),
                                            "192.0.2.1",
                                            "client",
                                            new byte[0],
                                            List.of(),
                                            Map.of()))
                            .id();
            return spool.relayed(id);
        }
    }

    /** Closes both ends. */
    @TearDown
    public void close() throws IOException {
        relay.close();
        if (raw != null) {
            raw.close();
        }
        sink.close();
        if (spool != null) {
            spool.close();
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(one);
                }
            }
        }
        Files.deleteIfExists(file);
    }

    /** One message. */
    @Benchmark
    public boolean message() throws Exception {
        if (way.equals("raw")) {
            try (InputStream in = Files.newInputStream(file)) {
                OutputStream out = raw.getOutputStream();
                for (int n = in.read(block); n >= 0; n = in.read(block)) {
                    out.write(block, 0, n);
                }
            }
            return raw.getInputStream().read() == '2';
        }
        DeliveryReport report = relay.deliver(request);
        if (!report.allDelivered()) {
            throw new IllegalStateException(report.toString());
        }
        return true;
    }

    /** Reads and throws away, as fast as it can; knows the size, so looks for no dot. */
    private static final class Sink implements AutoCloseable {
        private final ServerSocket listener;
        private final String way;
        private final int size;

        Sink(String way, int size) throws IOException {
            this.way = way;
            this.size = size;
            this.listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
            Thread.ofPlatform().daemon().start(this::serveAll);
        }

        int port() {
            return listener.getLocalPort();
        }

        /** One connection after another: the relay changes them after so many messages. */
        private void serveAll() {
            while (!listener.isClosed()) {
                serve();
            }
        }

        private void serve() {
            try (Socket socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                InputStream in = new BufferedInputStream(socket.getInputStream(), 256);
                OutputStream out = socket.getOutputStream();
                byte[] nowhere = new byte[256 * 1024];
                if (way.equals("raw")) {
                    while (discard(in, nowhere, size)) {
                        out.write('2');
                    }
                    return;
                }
                out.write("220 sink\r\n".getBytes(US_ASCII));
                for (String line = line(in); line != null; line = line(in)) {
                    out.write(answer(line).getBytes(US_ASCII));
                    if (line.equals("DATA") && discard(in, nowhere, size + 3)) {
                        out.write("250 2.0.0 ok\r\n".getBytes(US_ASCII));
                    } else if (line.startsWith("BDAT") && discard(in, nowhere, size)) {
                        out.write("250 2.0.0 ok\r\n".getBytes(US_ASCII));
                    }
                }
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        private String answer(String line) {
            if (line.startsWith("EHLO")) {
                return "250-sink\r\n"
                        + (way.equals("bdat") ? "250-CHUNKING\r\n" : "")
                        + "250 PIPELINING\r\n";
            }
            return line.equals("DATA")
                    ? "354 go on\r\n"
                    : line.startsWith("BDAT") ? "" : "250 2.0.0 ok\r\n";
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder out = new StringBuilder();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    return null;
                }
                if (b != '\r') {
                    out.append((char) b);
                }
            }
            return out.toString();
        }

        private static boolean discard(InputStream in, byte[] nowhere, long count)
                throws IOException {
            long left = count;
            while (left > 0) {
                int n = in.read(nowhere, 0, (int) Math.min(left, nowhere.length));
                if (n < 0) {
                    return false;
                }
                left -= n;
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        org.openjdk.jmh.Main.main(new String[] {RelayBenchmark.class.getSimpleName()});
    }
}
