package org.postern.smtp.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.postern.core.net.Ip;

/**
 * Throws connections at a server from many loopback addresses and holds those that are let in:
 * {@code Flood PORT CONNECTIONS FIRST_NETWORK}. Prints what each was told.
 */
public final class Flood {
    private Flood() {}

    /** Floods, prints, and holds on until it is killed. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int connections = Integer.parseInt(args[1]);
        int network = Integer.parseInt(args[2]);
        ConcurrentLinkedQueue<Socket> held = new ConcurrentLinkedQueue<>();
        Map<String, AtomicInteger> answers = new java.util.concurrent.ConcurrentHashMap<>();
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < connections; i++) {
                String from = "127." + network + "." + i % 200 + "." + (1 + i / 200 % 250);
                threads.execute(() ->
                        answers.computeIfAbsent(connect(from, port, held), k -> new AtomicInteger())
                                .incrementAndGet());
            }
        }
        System.out.printf(
                "%s held=%d in %.1f s%n",
                new TreeMap<>(answers), held.size(), (System.nanoTime() - start) / 1e9);
        new CountDownLatch(1).await();
    }

    private static String connect(String from, int port, ConcurrentLinkedQueue<Socket> held) {
        Socket s = new Socket();
        try {
            s.setSoTimeout(60_000);
            s.bind(new InetSocketAddress(Ip.parse(from), 0));
            s.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 60_000);
            byte[] code = s.getInputStream().readNBytes(3);
            String word = new String(code, java.nio.charset.StandardCharsets.US_ASCII);
            if (word.equals("220")) {
                held.add(s);
            } else {
                s.close();
            }
            return word;
        } catch (IOException e) {
            return e.getClass().getSimpleName() + " " + e.getMessage();
        }
    }
}
