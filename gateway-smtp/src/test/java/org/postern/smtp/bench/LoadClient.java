package org.postern.smtp.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends messages as fast as the server takes them: {@code LoadClient PORT CONNECTIONS MESSAGES_EACH
 * OCTETS RUNS}. Pipelined as RFC 2920 allows: the next MAIL, RCPT, DATA go with the content of the
 * message before; each DATA waits for its 354.
 */
public final class LoadClient {
    private static final byte[] ENVELOPE =
            String.join(
                            "\r\n",
                            "MAIL FROM:<a@client.test>",
                            "RCPT TO:<alice@example.test>",
                            "DATA",
                            "")
                    .getBytes(StandardCharsets.US_ASCII);

    private LoadClient() {}

    /** Runs and prints messages a second for each run, and the median. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int connections = Integer.parseInt(args[1]);
        int messages = Integer.parseInt(args[2]);
        byte[] content = content(Integer.parseInt(args[3]));
        int runs = Integer.parseInt(args[4]);
        double[] rates = new double[runs];
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            run(threads, port, connections, Math.max(1, messages / 4), content); // warm-up
            for (int r = 0; r < runs; r++) {
                rates[r] = run(threads, port, connections, messages, content);
                System.out.printf("run %d: %.0f messages/s%n", r + 1, rates[r]);
            }
        }
        Arrays.sort(rates);
        System.out.printf("median: %.0f messages/s%n", rates[runs / 2]);
    }

    private static double run(
            ExecutorService threads, int port, int connections, int messages, byte[] content)
            throws Exception {
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            tasks.add(() -> send(port, messages, content));
        }
        long start = System.nanoTime();
        for (Future<Integer> f : threads.invokeAll(tasks)) {
            f.get();
        }
        return connections * (double) messages * 1e9 / (System.nanoTime() - start);
    }

    private static byte[] content(int octets) {
        StringBuilder text = new StringBuilder("Subject: load\r\nFrom: a@client.test\r\n\r\n");
        String line = "The quick brown fox jumps over the lazy dog, again and again and again.\r\n";
        while (text.length() < octets) {
            text.append(line);
        }
        return text.append(".\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static int send(int port, int messages, byte[] content) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            expect(in, 1);
            out.write("HELO client.test\r\n".getBytes(StandardCharsets.US_ASCII));
            expect(in, 1);
            byte[] both = Arrays.copyOf(content, content.length + ENVELOPE.length);
            System.arraycopy(ENVELOPE, 0, both, content.length, ENVELOPE.length);
            out.write(ENVELOPE);
            expect(in, 3);
            for (int i = 1; i < messages; i++) {
                out.write(both);
                expect(in, 4);
            }
            out.write(content);
            expect(in, 1);
            out.write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            expect(in, 1);
        }
        return messages;
    }

    private static void expect(InputStream in, int lines) throws IOException {
        for (int seen = 0; seen < lines; ) {
            int first = in.read();
            if (first != '2' && first != '3') {
                throw new IOException("unexpected reply beginning with " + first);
            }
            int c = first;
            while (c != '\n') {
                c = in.read();
                if (c < 0) {
                    throw new EOFException();
                }
            }
            seen++;
        }
    }
}
