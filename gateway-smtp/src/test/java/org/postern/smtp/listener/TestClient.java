package org.postern.smtp.listener;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A plain SMTP client for tests, that says just what it is told. */
final class TestClient implements AutoCloseable {
    /** What {@link #line} gives when the server has closed. */
    static final String EOF = "(end of the connection)";

    private final Socket socket;
    private final BufferedReader in;

    private TestClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        socket.setTcpNoDelay(true);
        in =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    static TestClient connect(int port) throws IOException {
        return new TestClient(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** A client on a socket that is open already. */
    static TestClient on(Socket socket) throws IOException {
        return new TestClient(socket);
    }

    Socket socket() {
        return socket;
    }

    void write(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
    }

    /** Sends lines, each with CRLF, in one write. */
    void send(String... lines) throws IOException {
        write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The next line, or {@link #EOF}. */
    String line() throws IOException {
        String line = in.readLine();
        return line == null ? EOF : line;
    }

    /** The next reply, all of its lines. */
    List<String> reply() throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = line();
            lines.add(line);
        } while (line.length() > 3 && line.charAt(3) == '-');
        return lines;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
