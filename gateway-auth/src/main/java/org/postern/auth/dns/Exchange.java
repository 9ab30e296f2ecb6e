package org.postern.auth.dns;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * One question to one server: by UDP on a socket of its own, so that the port is as random as the
 * id (RFC 5452, 9.2), and by TCP where the answer is truncated (RFC 7766, 5). The sockets are ours
 * and blocking, for virtual threads; the messages are dnsjava's. Thread-safe.
 */
final class Exchange {
    /** What fits through any path without fragments (DNS flag day 2020). */
    private static final int UDP_PAYLOAD = 1_232;

    /** Datagrams not ours that are looked at for one question. */
    private static final int MAX_IGNORED = 1_000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final TimeSource time;
    private final DnsListener listener;

    Exchange(TimeSource time, DnsListener listener) {
        this.time = time;
        this.listener = listener;
    }

    /** What came of it. */
    sealed interface Outcome {
        /** The server's message; it belongs to the question, whatever its RCODE. */
        record Answered(Message message) implements Outcome {}

        /** No message that belongs to the question. */
        record Failed(DnsAnswer.Reason reason, String detail) implements Outcome {}
    }

    /** Asks a server, waiting {@code timeout} for UDP and as long again for TCP. */
    Outcome ask(Server server, Name name, QueryType type, Duration timeout) {
        Outcome outcome = ask(server, name, type, timeout, !server.plain());
        if (outcome instanceof Outcome.Answered(Message message)
                && !server.plain()
                && message.getOPT() == null
                && (message.getRcode() == Rcode.FORMERR || message.getRcode() == Rcode.NOTIMP)) {
            // RFC 6891, 7: a server from before EDNS
            server.setPlain();
            return ask(server, name, type, timeout, false);
        }
        return outcome;
    }

    private Outcome ask(Server server, Name name, QueryType type, Duration timeout, boolean edns) {
        Message query = query(name, type, edns);
        byte[] wire = query.toWire();
        try {
            Outcome outcome = udp(server, query, wire, Deadline.after(time, timeout));
            if (outcome instanceof Outcome.Answered(Message message)
                    && message.getHeader().getFlag(Flags.TC)) {
                listener.happened(DnsListener.Event.TRUNCATED);
                return tcp(server, query, wire, Deadline.after(time, timeout));
            }
            return outcome;
        } catch (SocketTimeoutException e) {
            return new Outcome.Failed(DnsAnswer.Reason.TIMEOUT, "no answer in time");
        } catch (PortUnreachableException e) {
            return new Outcome.Failed(DnsAnswer.Reason.UNREACHABLE, "port unreachable");
        } catch (IOException e) {
            return new Outcome.Failed(DnsAnswer.Reason.UNREACHABLE, String.valueOf(e.getMessage()));
        }
    }

    private static Message query(Name name, QueryType type, boolean edns) {
        Message query = Message.newQuery(Record.newRecord(name, type.code(), DClass.IN));
        Header header = query.getHeader();
        header.setID(RANDOM.nextInt(0x10000));
        header.setFlag(Flags.RD);
        header.setFlag(Flags.AD); // RFC 6840, 5.7: tell us whether it validated, without RRSIGs
        if (edns) {
            query.addRecord(new OPTRecord(UDP_PAYLOAD, 0, 0), Section.ADDITIONAL);
        }
        return query;
    }

    private Outcome udp(Server server, Message query, byte[] wire, Deadline deadline)
            throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            // connected: the kernel drops what comes from elsewhere and reports a closed port
            socket.connect(server.address());
            socket.send(new DatagramPacket(wire, wire.length));
            listener.happened(DnsListener.Event.SENT);
            byte[] buffer = new byte[4_096];
            for (int ignored = 0; ignored < MAX_IGNORED; ignored++) {
                socket.setSoTimeout(millisLeft(deadline));
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                try {
                    socket.receive(packet);
                } catch (SocketTimeoutException e) {
                    return ignored == 0
                            ? new Outcome.Failed(DnsAnswer.Reason.TIMEOUT, "no answer in time")
                            : new Outcome.Failed(
                                    DnsAnswer.Reason.BAD_ANSWER,
                                    "only answers to other questions (" + ignored + ")");
                }
                byte[] answer = Arrays.copyOf(buffer, packet.getLength());
                if (isOurs(answer, query)) {
                    Outcome outcome = parse(answer, query);
                    if (outcome != null) {
                        return outcome;
                    }
                }
                // RFC 5452, 9.1: go on waiting, the right answer may still come
                listener.happened(DnsListener.Event.IGNORED);
            }
            return new Outcome.Failed(
                    DnsAnswer.Reason.BAD_ANSWER, "flooded with answers to other questions");
        }
    }

    private Outcome tcp(Server server, Message query, byte[] wire, Deadline deadline)
            throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server.address(), millisLeft(deadline));
            socket.setTcpNoDelay(true);
            byte[] framed = new byte[wire.length + 2];
            framed[0] = (byte) (wire.length >> 8);
            framed[1] = (byte) wire.length;
            System.arraycopy(wire, 0, framed, 2, wire.length);
            socket.getOutputStream().write(framed);
            listener.happened(DnsListener.Event.SENT);
            byte[] length = readFully(socket, 2, deadline);
            byte[] answer =
                    readFully(socket, (length[0] & 0xff) << 8 | (length[1] & 0xff), deadline);
            Outcome outcome = isOurs(answer, query) ? parse(answer, query) : null;
            if (outcome == null) {
                return new Outcome.Failed(
                        DnsAnswer.Reason.BAD_ANSWER, "answer by TCP to another question");
            }
            if (outcome instanceof Outcome.Answered(Message message)
                    && message.getHeader().getFlag(Flags.TC)) {
                return new Outcome.Failed(DnsAnswer.Reason.BAD_ANSWER, "truncated by TCP");
            }
            return outcome;
        }
    }

    private byte[] readFully(Socket socket, int length, Deadline deadline) throws IOException {
        byte[] out = new byte[length];
        InputStream in = socket.getInputStream();
        int at = 0;
        while (at < length) {
            socket.setSoTimeout(millisLeft(deadline));
            int n = in.read(out, at, length - at);
            if (n < 0) {
                throw new SocketException("closed in the middle of an answer");
            }
            at += n;
        }
        return out;
    }

    private static int millisLeft(Deadline deadline) throws SocketTimeoutException {
        if (deadline.hasPassed()) {
            throw new SocketTimeoutException("no time left");
        }
        return Math.clamp(deadline.remaining().toMillis(), 1, Integer.MAX_VALUE);
    }

    /** Whether id and direction fit, before anything is parsed. */
    private static boolean isOurs(byte[] answer, Message query) {
        return answer.length >= 12
                && ((answer[0] & 0xff) << 8 | (answer[1] & 0xff)) == query.getHeader().getID()
                && (answer[2] & 0x80) != 0;
    }

    /** The message, a failure if it cannot be read, or null if it answers another question. */
    private static @Nullable Outcome parse(byte[] answer, Message query) {
        Message message;
        try {
            message = new Message(answer);
        } catch (IOException | RuntimeException e) { // whatever a hostile message does to a parser
            return new Outcome.Failed(
                    DnsAnswer.Reason.BAD_ANSWER, "unreadable answer: " + e.getMessage());
        }
        Record question = message.getQuestion();
        if (question == null) {
            // a server that cannot read the question may leave it out (RFC 1035, 4.1.1)
            boolean refusal =
                    message.getRcode() != Rcode.NOERROR && message.getRcode() != Rcode.NXDOMAIN;
            return refusal ? new Outcome.Answered(message) : null;
        }
        Record asked = query.getQuestion();
        boolean same =
                question.getName().equals(asked.getName())
                        && question.getType() == asked.getType()
                        && question.getDClass() == asked.getDClass();
        return same ? new Outcome.Answered(message) : null;
    }
}
