package org.postern.e2e;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands questions on to a name server, but says nothing where a name holds certain labels. */
final class HushedResolver extends LoopbackResolver {
    private final int server;
    private final String hushed;
    private final AtomicInteger unanswered = new AtomicInteger();

    private HushedResolver(int server, String hushed) {
        this.server = server;
        this.hushed = hushed;
    }

    /**
     * Starts one on a loopback port.
     *
     * @param server the name server's port
     * @param labels such as {@code 66.0.127}
     */
    static HushedResolver start(int server, String labels) {
        StringBuilder wire = new StringBuilder();
        for (String label : labels.split("[.]", -1)) {
            wire.append((char) label.length()).append(label);
        }
        HushedResolver resolver = new HushedResolver(server, wire.toString());
        resolver.begin("hushed-resolver");
        return resolver;
    }

    /** How many questions got no answer. */
    int unanswered() {
        return unanswered.get();
    }

    @Override
    void heard(byte[] question, InetAddress whose, int port) {
        if (new String(question, StandardCharsets.ISO_8859_1).contains(hushed)) {
            unanswered.incrementAndGet();
        } else {
            Thread.ofVirtual().start(() -> handOn(question, whose, port));
        }
    }

    private void handOn(byte[] question, InetAddress whose, int port) {
        try (DatagramSocket on = new DatagramSocket()) {
            on.setSoTimeout(5_000);
            on.send(
                    new DatagramPacket(
                            question, question.length, InetAddress.getLoopbackAddress(), server));
            DatagramPacket answer = new DatagramPacket(new byte[4_096], 4_096);
            on.receive(answer);
            answer(Arrays.copyOf(answer.getData(), answer.getLength()), whose, port);
        } catch (IOException e) {
            unanswered.incrementAndGet(); // as a resolver whose server is silent
        }
    }
}
