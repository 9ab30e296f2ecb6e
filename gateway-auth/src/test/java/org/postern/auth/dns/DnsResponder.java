package org.postern.auth.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A DNS server on a loopback port, UDP and TCP, that says whatever its script says. */
final class DnsResponder implements AutoCloseable {
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Script script;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    /** What to send for a question; nothing at all is a server that hangs. */
    interface Script {
        List<byte[]> reply(Message query, boolean overTcp) throws IOException;
    }

    DnsResponder(Script script) throws IOException {
        this.script = script;
        InetAddress loopback = InetAddress.getLoopbackAddress();
        DatagramSocket u = null;
        ServerSocket t = null;
        for (int i = 0; t == null; i++) {
            u = new DatagramSocket(0, loopback);
            try {
                t = new ServerSocket(u.getLocalPort(), 50, loopback);
            } catch (IOException e) {
                u.close();
                if (i == 20) {
                    throw e;
                }
            }
        }
        udp = u;
        tcp = t;
        executor.execute(this::serveUdp);
        executor.execute(this::serveTcp);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), udp.getLocalPort());
    }

    /** {@code "UDP TXT example.org."}, in order. */
    List<String> asked() {
        synchronized (asked) {
            return List.copyOf(asked);
        }
    }

    private void serveUdp() {
        byte[] buffer = new byte[4_096];
        while (!udp.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                udp.receive(packet);
                Message query = new Message(Arrays.copyOf(buffer, packet.getLength()));
                log(query, "UDP");
                for (byte[] reply : script.reply(query, false)) {
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            } catch (SocketException e) {
                return; // closed
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void serveTcp() {
        while (!tcp.isClosed()) {
            try {
                Socket socket = tcp.accept();
                executor.execute(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] wire = new byte[in.readUnsignedShort()];
            in.readFully(wire);
            Message query = new Message(wire);
            log(query, "TCP");
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            List<byte[]> replies = script.reply(query, true);
            for (byte[] reply : replies) {
                out.writeShort(reply.length);
                out.write(reply);
            }
            if (replies.isEmpty()) {
                in.read(); // hang until the client has had enough
            }
        } catch (IOException e) {
            asked.add("TCP closed");
        }
    }

    private void log(Message query, String transport) {
        Record q = query.getQuestion();
        asked.add(transport + " " + Type.string(q.getType()) + " " + q.getName());
    }

    /** An answer to the query with these records (master-file form) in its answer section. */
    static Message answer(Message query, int rcode, String... records) throws IOException {
        Message m = new Message(query.getHeader().getID());
        m.getHeader().setFlag(Flags.QR);
        m.getHeader().setFlag(Flags.RA);
        m.getHeader().setRcode(rcode);
        m.addRecord(query.getQuestion(), Section.QUESTION);
        for (String record : records) {
            m.addRecord(record(record), Section.ANSWER);
        }
        return m;
    }

    /** A negative answer with its SOA. */
    static Message negative(Message query, int rcode, int ttl) throws IOException {
        Message m = answer(query, rcode);
        m.addRecord(record("test. " + ttl + " SOA ns.test. root.test. 1 1 1 1 " + ttl), 2);
        return m;
    }

    /** {@code "name ttl TYPE data"}. */
    static Record record(String text) throws IOException {
        String[] words = text.split(" ", 4);
        return Record.fromString(
                Name.fromString(words[0]),
                Type.value(words[2]),
                DClass.IN,
                Long.parseLong(words[1]),
                words[3],
                Name.root);
    }

    /** A script that answers each question with these records and never fails. */
    static Script records(String... records) {
        return (query, overTcp) -> List.of(answer(query, Rcode.NOERROR, records).toWire());
    }

    /** A script that hangs. */
    static Script silence() {
        return (query, overTcp) -> List.of();
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
        executor.shutdownNow();
    }
}
