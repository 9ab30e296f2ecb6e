package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A resolver that does not do what resolvers do, on a loopback port; it counts what it is asked.
 */
final class BadResolver implements AutoCloseable {
    /** What it does with a question. */
    enum Manner {
        /** It says nothing. */
        HANGS,
        /** It answers every question with another id. */
        WRONG_ID,
        /** It answers another question than the one asked, with an answer to it. */
        OTHER_QUESTION,
        /** It says that the answer is too long, and has no TCP. */
        TRUNCATES,
        /** It sends half a header. */
        GARBAGE,
        /** It sends twenty wrong answers to each question. */
        FLOODS
    }

    private final DatagramSocket socket;
    private final Manner manner;
    private final AtomicInteger questions = new AtomicInteger();

    private BadResolver(DatagramSocket socket, Manner manner) {
        this.socket = socket;
        this.manner = manner;
    }

    /** Starts one. */
    static BadResolver start(Manner manner) {
        try {
            BadResolver resolver =
                    new BadResolver(
                            new DatagramSocket(0, InetAddress.getLoopbackAddress()), manner);
            Thread.ofVirtual().name("bad-resolver").start(resolver::serve);
            return resolver;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    /** How many questions came. */
    int questions() {
        return questions.get();
    }

    private void serve() {
        byte[] buffer = new byte[4_096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                questions.incrementAndGet();
                answer(packet);
            }
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void answer(DatagramPacket packet) throws IOException {
        byte[] answer = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
        answer[2] |= (byte) 0x80; // a response
        switch (manner) {
            case HANGS -> {
                return;
            }
            case WRONG_ID -> answer[0] ^= 0x55;
            case OTHER_QUESTION -> answer[13] ^= 0x01; // the first letter of the name
            case TRUNCATES -> answer[2] |= 0x02;
            case GARBAGE -> answer = java.util.Arrays.copyOf(answer, 7);
            case FLOODS -> {
                answer[0] ^= 0x55;
                for (int i = 0; i < 20; i++) {
                    send(packet, answer);
                }
            }
        }
        send(packet, answer);
    }

    private void send(DatagramPacket to, byte[] answer) throws IOException {
        socket.send(new DatagramPacket(answer, answer.length, to.getSocketAddress()));
    }

    @Override
    public void close() {
        socket.close();
    }
}
