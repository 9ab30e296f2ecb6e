package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A downstream on a loopback port that does what its script says, well or badly. One virtual thread
 * for each connection; {@link #failures()} holds what the script itself threw.
 */
final class FakeServer implements AutoCloseable {
    /** What happens on one connection. */
    @FunctionalInterface
    interface Script {
        void run(Peer peer) throws IOException;
    }

    private final ServerSocket listener;
    private final Script script;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);

    /** Everything that clients sent as commands, in order. */
    final List<String> commands = new CopyOnWriteArrayList<>();

    /** Every message taken, as it stood on the wire after unstuffing. */
    final List<byte[]> messages = new CopyOnWriteArrayList<>();

    FakeServer(Script script) throws IOException {
        this.script = script;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Connections accepted so far. */
    int connections() {
        return connections.get();
    }

    List<Throwable> failures() {
        return failures;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    failures.add(e);
                }
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.run(new Peer(socket, number));
        } catch (IOException e) {
            failures.add(e); // a client that hangs up is part of many tests
        }
    }

    @Override
    public void close() throws IOException {
        released.countDown();
        listener.close();
        for (Socket s : sockets) {
            s.close();
        }
    }

    /** The client's side of one connection, as a script sees it. */
    final class Peer {
        private final Socket socket;
        private InputStream in;
        private OutputStream out;

        /** Which connection this is, from 1. */
        final int number;

        Peer(Socket socket, int number) throws IOException {
            this.socket = socket;
            this.number = number;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        Socket socket() {
            return socket;
        }

        /** Goes on inside another socket's streams (TLS). */
        void continueIn(Socket other) throws IOException {
            this.in = new BufferedInputStream(other.getInputStream());
            this.out = other.getOutputStream();
        }

        void say(String... lines) throws IOException {
            out.write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void sayRaw(byte[] octets) throws IOException {
            out.write(octets);
            out.flush();
        }

        /** The next command, recorded; fails at the end of the stream. */
        String hear() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new IOException("client hung up");
                }
                line.write(b);
            }
            String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
            commands.add(text);
            return text;
        }

        /** Lets so much time pass before what follows. */
        Peer slowly(Duration pause) throws IOException {
            try {
                if (released.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new IOException("the test is over");
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return this;
        }

        /** Hears a command and answers it. */
        String answer(String... lines) throws IOException {
            String command = hear();
            say(lines);
            return command;
        }

        /** Takes DATA content to its dot and unstuffs it. */
        byte[] content() throws IOException {
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            while (true) {
                line.reset();
                int b;
                do {
                    b = in.read();
                    if (b < 0) {
                        throw new IOException("client hung up within the content");
                    }
                    line.write(b);
                } while (b != '\n');
                byte[] octets = line.toByteArray();
                if (octets.length == 3 && octets[0] == '.' && octets[1] == '\r') {
                    messages.add(message.toByteArray());
                    return message.toByteArray();
                }
                int from = octets[0] == '.' ? 1 : 0;
                message.write(octets, from, octets.length - from);
            }
        }

        /** Takes exactly this many octets. */
        byte[] octets(int count) throws IOException {
            byte[] octets = in.readNBytes(count);
            if (octets.length < count) {
                throw new IOException("client hung up within a chunk");
            }
            return octets;
        }

        /** Says nothing until the test is over or the client hangs up. */
        void hang() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
        }

        /** Reads nothing and says nothing until the test is over. */
        void stall() throws IOException {
            try {
                assertThat(released.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        /** Resets the connection. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Greeting and EHLO with these extensions. */
        void greet(String... extensions) throws IOException {
            say("220 fake.example ESMTP");
            hear();
            StringBuilder reply = new StringBuilder("250-fake.example");
            for (String e : extensions) {
                reply.append("\r\n250-").append(e);
            }
            say(reply + "\r\n250 ENHANCEDSTATUSCODES");
        }

        /** Serves well-behaved transactions until QUIT; LMTP answers for each recipient. */
        void serve(boolean lmtp) throws IOException {
            int recipients = 0;
            while (true) {
                String command = hear();
                String verb = command.split(" ", 2)[0];
                switch (verb) {
                    case "MAIL", "RSET" -> {
                        recipients = 0;
                        say("250 2.0.0 ok");
                    }
                    case "RCPT" -> {
                        recipients++;
                        say("250 2.1.5 ok");
                    }
                    case "DATA" -> {
                        say("354 go on");
                        content();
                        taken(lmtp, recipients);
                    }
                    case "BDAT" -> {
                        String[] words = command.split(" ", -1);
                        messages.add(octets(Integer.parseInt(words[1])));
                        taken(lmtp, recipients);
                    }
                    case "XFORWARD" -> say("250 2.0.0 ok");
                    case "QUIT" -> {
                        say("221 2.0.0 bye");
                        return;
                    }
                    default -> say("502 5.5.1 what?");
                }
            }
        }

        private void taken(boolean lmtp, int recipients) throws IOException {
            for (int i = 0; i < (lmtp ? recipients : 1); i++) {
                say("250 2.0.0 taken " + (i + 1));
            }
        }
    }
}
