package org.postern.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;

/** SMTP by hand, octet for octet: what is sent is what was given. */
final class SmtpClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;

    private Socket socket;
    private InputStream in;
    private OutputStream out;

    private SmtpClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Connects to this port of 127.0.0.1; the greeting is still to be read. */
    static SmtpClient connect(int port) {
        return connect("127.0.0.1", port);
    }

    /** The same, from this address of the loopback network. */
    static SmtpClient connect(String source, int port) {
        try {
            Socket socket =
                    new Socket(
                            InetAddress.getLoopbackAddress(),
                            port,
                            InetAddress.ofLiteral(source),
                            0);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            return new SmtpClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a gateway on this port of 127.0.0.1 says to one recipient, in a session of its own. */
    static String rcpt(int port, String recipient) {
        try (SmtpClient client = connect(port)) {
            client.reply();
            client.command("EHLO client.pass.test");
            client.command("MAIL FROM:<someone@pass.test>");
            return client.command("RCPT TO:<" + recipient + ">");
        }
    }

    /** Begins TLS now, as a client that takes any certificate. */
    void startTls() {
        try {
            SSLSocket secure =
                    (SSLSocket)
                            Certificates.trustingAny()
                                    .getSocketFactory()
                                    .createSocket(
                                            socket, "mx.example.test", socket.getPort(), true);
            secure.startHandshake();
            socket = secure;
            in = new BufferedInputStream(secure.getInputStream());
            out = secure.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything until the other side closes. */
    String rest() {
        try {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends octets as they are. */
    void write(byte[] octets) {
        try {
            out.write(octets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a line with CRLF, without waiting for the reply. */
    void line(String line) {
        write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Sends a command and gives the reply. */
    String command(String line) {
        line(line);
        return reply();
    }

    /** One line of a reply, without CRLF. */
    String replyLine() {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            while (true) {
                int octet = in.read();
                if (octet < 0) {
                    throw new EOFException("connection closed after: " + line);
                }
                if (octet == '\n') {
                    String text = line.toString(StandardCharsets.UTF_8);
                    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
                }
                line.write(octet);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A whole reply; its lines are joined by line feeds. */
    String reply() {
        List<String> lines = new ArrayList<>();
        do {
            lines.add(replyLine());
        } while (lines.getLast().length() > 3 && lines.getLast().charAt(3) == '-');
        return String.join("\n", lines);
    }

    /** Whether the other side closed the connection without another octet. */
    boolean ended() {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset: ended, only less politely
        }
    }

    /** Connects, reads the greeting and says EHLO. */
    static SmtpClient greeted(int port) {
        SmtpClient client = connect(port);
        String greeting = client.reply();
        String hello = client.command("EHLO client.pass.test");
        if (!greeting.startsWith("220") || !hello.startsWith("250")) {
            client.close();
            throw new AssertionError(greeting + "\n" + hello);
        }
        return client;
    }

    /** Sends a message to Alice from somebody of a domain whose mail passes, as the next does. */
    static String send(Gateway gateway, Message message) {
        return send(
                gateway.smtpPort(),
                "someone@pass.test",
                List.of("alice@example.test"),
                message.octets());
    }

    /** Sends a message in a session of its own and gives the first refusal or the last 250. */
    static String send(int port, String from, List<String> to, byte[] content) {
        return send("127.0.0.1", port, from, to, content);
    }

    /** The same, from this address of the loopback network. */
    static String send(String source, int port, String from, List<String> to, byte[] content) {
        try (SmtpClient client = connect(source, port)) {
            String greeting = client.reply();
            if (!greeting.startsWith("220")) {
                return greeting;
            }
            String hello = client.command("EHLO client.pass.test");
            if (!hello.startsWith("250")) {
                return hello;
            }
            String reply = client.transaction(from, to, content);
            client.command("QUIT");
            return reply;
        }
    }

    /**
     * Sends a message, which ends with CRLF, in this session; gives the first refusal or the 250.
     */
    String transaction(String from, List<String> to, byte[] content) {
        List<String> commands = new ArrayList<>(List.of("MAIL FROM:<" + from + ">"));
        to.forEach(address -> commands.add("RCPT TO:<" + address + ">"));
        for (String command : commands) {
            String reply = command(command);
            if (!reply.startsWith("250")) {
                command("RSET");
                return reply;
            }
        }
        return data(content);
    }

    /** DATA and the content; the reply to whichever decides. */
    String data(byte[] content) {
        String reply = command("DATA");
        if (!reply.startsWith("354")) {
            return reply;
        }
        write(stuff(content));
        line(".");
        return reply();
    }

    /** RFC 5321, 4.5.2: a line that begins with a dot gets another. */
    private static byte[] stuff(byte[] content) {
        ByteArrayOutputStream stuffed = new ByteArrayOutputStream(content.length + 64);
        boolean lineStart = true;
        for (byte octet : content) {
            if (lineStart && octet == '.') {
                stuffed.write('.');
            }
            stuffed.write(octet);
            lineStart = octet == '\n';
        }
        return stuffed.toByteArray();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
