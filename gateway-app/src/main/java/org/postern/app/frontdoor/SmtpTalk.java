package org.postern.app.frontdoor;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.postern.core.time.Deadline;

/**
 * One conversation with a listener as a sender has it (RFC 5321), for tests, probe and doctor; mail
 * is relayed by other means. Belongs to one thread. How it fails: by {@link IOException} when the
 * connection breaks, when a reply cannot be read, or when the deadline has passed; a refusal is no
 * failure but a {@link Reply}.
 */
public final class SmtpTalk implements AutoCloseable {
    private static final int MAX_REPLY_LINES = 100;
    private static final int MAX_LINE_OCTETS = 2_000;

    private final Deadline deadline;
    private final Consumer<String> transcript;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private final Reply greeting;

    /**
     * One reply.
     *
     * @param code its three digits
     * @param lines its lines as they came, codes and all, without line ends
     */
    public record Reply(int code, List<String> lines) {
        public Reply {
            lines = List.copyOf(lines);
        }

        /** Whether the code is of this class: 2 for 2yz. */
        public boolean isOf(int replyClass) {
            return code / 100 == replyClass;
        }

        /** The last line, for people. */
        public String last() {
            return lines.getLast();
        }

        /** Whether an EHLO reply offers this extension. */
        public boolean offers(String keyword) {
            return lines.stream()
                    .skip(1)
                    .map(l -> l.length() > 4 ? l.substring(4).split(" ", 2)[0] : "")
                    .anyMatch(keyword::equalsIgnoreCase);
        }
    }

    /**
     * Connects and reads the greeting. A listener that waits for a PROXY header gets one that says
     * "myself" (PROXY protocol, 2.1, {@code UNKNOWN}).
     *
     * @param deadline when the whole conversation must be over
     * @param transcript receives each line of it, {@code "> …"} ours and {@code "< …"} theirs
     * @throws java.net.ConnectException if nobody listens there
     */
    public SmtpTalk(FrontDoor door, Deadline deadline, Consumer<String> transcript)
            throws IOException {
        this.deadline = deadline;
        this.transcript = transcript;
        this.socket = new Socket();
        boolean greeted = false;
        try {
            socket.setTcpNoDelay(true);
            socket.connect(door.address(), left());
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
            if (door.expectsProxy()) {
                transcript.accept("> PROXY UNKNOWN");
                send("PROXY UNKNOWN\r\n");
            }
            greeting = reply();
            greeted = true;
        } finally {
            if (!greeted) {
                socket.close();
            }
        }
    }

    /** What the listener said first. */
    public Reply greeting() {
        return greeting;
    }

    /** Sends a command line and reads the reply. */
    public Reply command(String line) throws IOException {
        transcript.accept("> " + line);
        send(line + "\r\n");
        return reply();
    }

    /** Sends content whose lines end with CRLF and need no stuffing, then the final dot. */
    public Reply content(String message) throws IOException {
        transcript.accept("> (" + message.length() + " octets of message)");
        send(message + ".\r\n");
        return reply();
    }

    /**
     * Begins TLS after {@code STARTTLS} was answered 220, believing any certificate: what it is
     * worth is for the caller to say.
     *
     * @param host the name asked for (SNI)
     * @return the chain shown, the leaf first
     */
    public List<X509Certificate> startTls(String host) throws IOException {
        SSLSocket tls;
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, new SecureRandom());
            tls =
                    (SSLSocket)
                            context.getSocketFactory()
                                    .createSocket(socket, host, socket.getPort(), true);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        tls.setSSLParameters(parameters);
        tls.setSoTimeout(left());
        tls.startHandshake();
        socket = tls;
        in = new BufferedInputStream(tls.getInputStream());
        out = tls.getOutputStream();
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate c : tls.getSession().getPeerCertificates()) {
            if (c instanceof X509Certificate x) {
                chain.add(x);
            }
        }
        return chain;
    }

    private int left() throws SocketTimeoutException {
        long millis = deadline.remaining().toMillis();
        if (millis <= 0) {
            throw new SocketTimeoutException("out of time");
        }
        return Math.clamp(millis, 1, Integer.MAX_VALUE);
    }

    private void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private Reply reply() throws IOException {
        List<String> lines = new ArrayList<>();
        while (lines.size() < MAX_REPLY_LINES) {
            String line = line();
            transcript.accept("< " + line);
            lines.add(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                if (!line.matches("[2-5][0-9][0-9]( .*)?")) {
                    throw new IOException("this is no SMTP reply: " + line);
                }
                return new Reply(Integer.parseInt(line.substring(0, 3)), lines);
            }
        }
        throw new IOException("the reply does not end");
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        while (line.size() < MAX_LINE_OCTETS) {
            socket.setSoTimeout(left());
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("the listener closed the connection");
            }
            if (octet == '\n') {
                return line.toString(StandardCharsets.UTF_8).stripTrailing();
            }
            line.write(octet);
        }
        throw new IOException("a reply line of more than " + MAX_LINE_OCTETS + " octets");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
