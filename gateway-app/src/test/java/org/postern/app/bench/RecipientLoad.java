package org.postern.app.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Three loads on a gateway at 127.0.0.1. {@code flood PORT SECONDS CONNECTIONS} names recipients
 * that do not exist, a hundred in one pipelined burst. {@code dictionary PORT SECONDS CONNECTIONS}
 * does the same with a new client address (of 127.0.0.0/8) for each burst. {@code wait PORT SECONDS
 * CONNECTIONS} holds short sessions with a millisecond between their commands, and prints how long
 * the slowest answers took, the greeting among them: to be run while the configuration is reloaded.
 */
public final class RecipientLoad {
    private static final int BURST = 100;

    private RecipientLoad() {}

    /** Runs a load. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        long end = System.nanoTime() + Long.parseLong(args[2]) * 1_000_000_000L;
        int connections = Integer.parseInt(args[3]);
        switch (args[0]) {
            case "flood" -> flood(port, end, connections, Long.parseLong(args[2]), false);
            case "dictionary" -> flood(port, end, connections, Long.parseLong(args[2]), true);
            case "wait" -> waiting(port, end, connections);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void flood(
            int port, long end, int connections, long seconds, boolean manyClients)
            throws InterruptedException {
        AtomicInteger client = new AtomicInteger(1 << 16);
        AtomicLong refused = new AtomicLong();
        AtomicLong other = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    if (manyClients) {
                                        dictionary(port, end, client, refused, other);
                                    } else {
                                        refuse(port, end, refused, other);
                                    }
                                } catch (IOException e) {
                                    System.err.println("connection lost: " + e);
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.printf(
                "%d refused with 550 5.1.1, %d a second; %d other replies; %d clients%n",
                refused.get(),
                refused.get() / seconds,
                other.get(),
                manyClients ? client.get() - (1 << 16) : 1);
    }

    private static byte[] burst() {
        StringBuilder burst = new StringBuilder();
        for (int i = 0; i < BURST; i++) {
            burst.append("RCPT TO:<nobody").append(i).append("@example.test>\r\n");
        }
        return burst.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static void dictionary(
            int port, long end, AtomicInteger clients, AtomicLong refused, AtomicLong other)
            throws IOException {
        byte[] octets = burst();
        while (System.nanoTime() < end) {
            int n = clients.getAndIncrement();
            InetAddress from =
                    InetAddress.getByAddress(
                            new byte[] {127, (byte) (n >> 16), (byte) (n >> 8), (byte) n});
            try (Socket socket = new Socket()) {
                socket.setTcpNoDelay(true);
                socket.bind(new InetSocketAddress(from, 0));
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                reply(in);
                say(in, out, "EHLO load.example");
                say(in, out, "MAIL FROM:<load@load.example>");
                out.write(octets);
                for (int i = 0; i < BURST; i++) {
                    (reply(in).startsWith("550 5.1.1") ? refused : other).incrementAndGet();
                }
            } catch (IOException e) {
                other.incrementAndGet(); // hung up on, as it ought to be
            }
        }
    }

    private static void refuse(int port, long end, AtomicLong refused, AtomicLong other)
            throws IOException {
        byte[] octets = burst();
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

    private static void waiting(int port, long end, int connections) throws InterruptedException {
        long[] nanos = new long[4_000_000];
        AtomicInteger taken = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    while (System.nanoTime() < end) {
                                        session(port, nanos, taken);
                                    }
                                } catch (IOException e) {
                                    System.err.println("connection lost: " + e);
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        int count = Math.min(taken.get(), nanos.length);
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

    private static void session(int port, long[] nanos, AtomicInteger taken)
            throws IOException, InterruptedException {
        long begun = System.nanoTime();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            reply(in);
            note(System.nanoTime() - begun, nanos, taken);
            for (int i = 0; i < 20; i++) {
                for (String command :
                        List.of(
                                "EHLO load.example",
                                "MAIL FROM:<load@load.example>",
                                "RCPT TO:<alice@example.test>",
                                "RSET")) {
                    Thread.sleep(1);
                    begun = System.nanoTime();
                    say(in, out, command);
                    note(System.nanoTime() - begun, nanos, taken);
                }
            }
            say(in, out, "QUIT");
        }
    }

    private static void note(long took, long[] nanos, AtomicInteger taken) {
        int at = taken.getAndIncrement();
        if (at < nanos.length) {
            nanos[at] = took;
        }
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
