package org.postern.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much IMAP (RFC 9051) as it takes to read an inbox octet for octet (as ISO 8859-1). */
final class ImapReader implements AutoCloseable {
    private static final Pattern LITERAL = Pattern.compile("\\{([0-9]+)}$");
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private ImapReader(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Logs in as this user. */
    static ImapReader connect(int port, String user) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        ImapReader reader = new ImapReader(socket);
        reader.line();
        reader.command("LOGIN \"" + user + "\" password");
        return reader;
    }

    /** Every message of the inbox, oldest first. */
    List<String> messages() throws IOException {
        command("SELECT INBOX");
        return command("UID FETCH 1:* (BODY.PEEK[])");
    }

    /** Sends a command and gives the literals of its answer. */
    private List<String> command(String command) throws IOException {
        out.write(("a " + command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        List<String> literals = new ArrayList<>();
        while (true) {
            String line = line();
            Matcher literal = LITERAL.matcher(line);
            if (literal.find()) {
                int length = Integer.parseInt(literal.group(1));
                byte[] octets = in.readNBytes(length);
                if (octets.length < length) {
                    throw new EOFException("literal cut off");
                }
                literals.add(new String(octets, StandardCharsets.ISO_8859_1));
            } else if (line.startsWith("a OK")) {
                return literals;
            } else if (line.startsWith("a ")) {
                throw new IOException(command + ": " + line);
            }
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("IMAP connection closed after: " + line);
            }
            if (octet == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
            }
            line.write(octet);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
