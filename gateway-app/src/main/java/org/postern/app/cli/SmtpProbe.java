package org.postern.app.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A small SMTP client that shows each line of its one conversation with the listener. */
final class SmtpProbe implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_REPLY_LINES = 100;

    private final Socket socket;
    private final BufferedReader in;
    private final OutputStream out;

    /**
     * Connects and reads the greeting.
     *
     * @throws IOException if nobody listens there
     */
    SmtpProbe(InetSocketAddress address) throws IOException {
        socket = new Socket();
        socket.connect(address, (int) TIMEOUT.toMillis());
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        in =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        out = socket.getOutputStream();
        expect(reply(), 2);
    }

    /** Sends a command and wants a reply of this class. */
    String command(String line, int replyClass) throws IOException {
        Console.line("  > " + line);
        send(line + "\r\n");
        return expect(reply(), replyClass);
    }

    /** Sends content as it is, then the final dot, and wants 2yz. */
    String content(String message) throws IOException {
        Console.line("  > (" + message.length() + " octets of message)");
        send(message + ".\r\n");
        return expect(reply(), 2);
    }

    private void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private String reply() throws IOException {
        for (int i = 0; i < MAX_REPLY_LINES; i++) {
            String line = in.readLine();
            if (line == null) {
                throw new CommandFailure(ExitCode.FAILED, "the listener closed the connection");
            }
            Console.line("  < " + line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                return line;
            }
        }
        throw new CommandFailure(ExitCode.FAILED, "the listener's reply does not end");
    }

    private static String expect(String reply, int replyClass) {
        if (reply.isEmpty() || reply.charAt(0) != '0' + replyClass) {
            throw new CommandFailure(ExitCode.FAILED, "not accepted: " + reply);
        }
        return reply;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
