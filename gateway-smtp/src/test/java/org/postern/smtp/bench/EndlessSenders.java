package org.postern.smtp.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.postern.core.net.Ip;

/**
 * Senders whose message never ends, and who come back when they are cut: {@code EndlessSenders PORT
 * SENDERS SECONDS}.
 */
public final class EndlessSenders {
    private EndlessSenders() {}

    /** Sends for that long and prints how often they were cut. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int senders = Integer.parseInt(args[1]);
        long end = System.nanoTime() + Integer.parseInt(args[2]) * 1_000_000_000L;
        AtomicLong cuts = new AtomicLong();
        Thread[] threads = new Thread[senders];
        for (int i = 0; i < senders; i++) {
            String from = "127.3.0." + (1 + i % 250);
            threads[i] =
                    Thread.ofPlatform()
                            .start(() -> {
                                while (System.nanoTime() < end) {
                                    send(from, port, end);
                                    cuts.incrementAndGet();
                                }
                            });
        }
        for (Thread t : threads) {
            t.join();
        }
        System.out.println("senders cut " + cuts.get() + " times");
    }

    private static void send(String from, int port, long end) {
        byte[] block = ("x".repeat(70) + "\r\n").repeat(900).getBytes(StandardCharsets.US_ASCII);
        try (Socket s = new Socket()) {
            s.bind(new InetSocketAddress(Ip.parse(from), 0));
            s.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            OutputStream out = s.getOutputStream();
            out.write(
                    String.join(
                                    "\r\n",
                                    "HELO x.test",
                                    "MAIL FROM:<>",
                                    "RCPT TO:<bob@example.test>",
                                    "DATA",
                                    "")
                            .getBytes(StandardCharsets.US_ASCII));
            while (System.nanoTime() < end) {
                out.write(block);
            }
        } catch (IOException e) {
            return; // cut off: this is what is measured
        }
    }
}
