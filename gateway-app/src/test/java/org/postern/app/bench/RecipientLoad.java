package org.postern.app.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Two loads on a gateway at 127.0.0.1: {@code flood PORT SECONDS CONNECTIONS} names recipients that
 * do not exist, a hundred in one pipelined burst; {@code wait PORT SECONDS} asks EHLO, MAIL, RCPT
 * and RSET one after another and prints how long the slowest answers took, to be run while the
 * configuration is reloaded.
 */
public final class RecipientLoad {
    private static final int BURST = 100;

    private RecipientLoad() {}

    /** Runs a load. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        long end = System.nanoTime() + Long.parseLong(args[2]) * 1_000_000_000L;
        if (args[0].equals("flood")) {
            flood(port, end, Integer.parseInt(args[3]), Long.parseLong(args[2]));
        } else {
            waiting(port, end);
        }
    }

    private static void flood(int port, long end, int connections, long seconds)
            throws InterruptedException {
        AtomicLong refused = new AtomicLong();
        AtomicLong other = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    refuse(port, end, refused, other);
                                } catch (IOException e) {
                                    System.err.println("connection lost: " + e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.printf(
                "%d refused with 550 5.1.1, %d a second; %d other replies%n",
                refused.get(), refused.get() / seconds, other.get());
    }

    private static void refuse(int port, long end, AtomicLong refused, AtomicLong other)
            throws IOException {
        StringBuilder burst = new StringBuilder();
        for (int i = 0; i < BURST; i++) {
            burst.append("RCPT TO:<nobody").append(i).append("@example.test>\r\n");
        }
        byte[] octets = burst.toString().getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            reply(in);
            say(in, out, "EHLO load.example");
            say(in, out, "MAIL FROM:<load@load.example>");
            while (System.nanoTime() < end) {
                out.write(octets);
                for (int i = 0; i < BURST; i++) {
                    (reply(in).startsWith("550 5.1.1") ? refused : other).incrementAndGet();
                }
            }
        }
    }

    private static void waiting(int port, long end) throws IOException {
        long[] nanos = new long[4_000_000];
        int count = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            reply(in);
            say(in, out, "EHLO load.example");
            String[] commands = {
                "MAIL FROM:<load@load.example>", "RCPT TO:<alice@example.test>", "RSET"
            };
            while (System.nanoTime() < end && count < nanos.length - commands.length) {
                for (String command : commands) {
                    long begun = System.nanoTime();
                    say(in, out, command);
                    nanos[count++] = System.nanoTime() - begun;
                }
            }
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        System.out.printf(
                "%d answers: median %.2f ms, 99.9 %% %.2f ms, slowest five %s ms%n",
                count,
                sorted[count / 2] / 1e6,
                sorted[(int) (count * 0.999)] / 1e6,
                Arrays.stream(sorted, Math.max(0, count - 5), count)
                        .mapToObj(n -> String.format("%.1f", n / 1e6))
                        .toList());
    }

    private static void say(InputStream in, OutputStream out, String command) throws IOException {
        out.write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        reply(in);
    }

    private static String reply(InputStream in) throws IOException {
        while (true) {
            StringBuilder line = new StringBuilder();
            int b = in.read();
            while (b >= 0 && b != '\n') {
                line.append((char) b);
                b = in.read();
            }
            if (b < 0) {
                throw new IOException("closed after " + line);
            }
            if (line.length() < 4 || line.charAt(3) != '-') {
                return line.toString();
            }
        }
    }
}
