package org.postern.app.doctor;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.postern.core.time.TimeSource;

/** Asks an NTP server what time it is, once (SNTP, RFC 5905, 14). */
final class TimeServer {
    private static final int PORT = 123;
    private static final int PACKET = 48;
    private static final int TRANSMIT = 40;
    private static final int RECEIVE = 32;
    private static final int ORIGINATE = 24;
    private static final byte VERSION_4_CLIENT = 0x23; // LI 0, VN 4, mode 3
    private static final int SERVER_MODE = 4;
    private static final long UNIX_EPOCH = 2_208_988_800L; // seconds since 1900, era 0

    private TimeServer() {}

    /**
     * How far our wall clock is from the server's.
     *
     * @param server name or address, with {@code :port} where it is not 123
     * @return server minus ours: positive when we are slow
     * @throws IOException if it does not answer in time, or not as an NTP server
     */
    static Duration offset(String server, TimeSource time, Duration patience) throws IOException {
        int colon = server.indexOf(':') == server.lastIndexOf(':') ? server.indexOf(':') : -1;
        String host = colon < 0 ? server : server.substring(0, colon);
        int port = colon < 0 ? PORT : Integer.parseInt(server.substring(colon + 1));
        byte[] packet = new byte[PACKET];
        packet[0] = VERSION_4_CLIENT;
        byte[] cookie = new byte[8];
        ThreadLocalRandom.current().nextBytes(cookie);
        System.arraycopy(cookie, 0, packet, TRANSMIT, cookie.length); // RFC 5905: any value will do
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(Math.clamp(patience.toMillis(), 1, Integer.MAX_VALUE));
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port));
            Instant sent = time.instant();
            long sentNanos = time.nanoTime();
            socket.send(new DatagramPacket(packet, packet.length));
            DatagramPacket answer = new DatagramPacket(new byte[512], 512);
            socket.receive(answer);
            Duration round = Duration.ofNanos(time.nanoTime() - sentNanos);
            byte[] a = answer.getData();
            if (answer.getLength() < PACKET
                    || (a[0] & 7) != SERVER_MODE
                    || !Arrays.equals(a, ORIGINATE, ORIGINATE + 8, cookie, 0, 8)
                    || a[1] == 0) {
                throw new IOException("the answer is no answer of an NTP server in order");
            }
            Instant received = instant(a, RECEIVE);
            Instant replied = instant(a, TRANSMIT);
            // RFC 5905, 8: ((T2 - T1) + (T3 - T4)) / 2
            return Duration.between(sent, received)
                    .plus(Duration.between(sent.plus(round), replied))
                    .dividedBy(2);
        }
    }

    private static Instant instant(byte[] packet, int at) {
        ByteBuffer buffer = ByteBuffer.wrap(packet, at, 8);
        long seconds = buffer.getInt() & 0xffffffffL;
        long fraction = buffer.getInt() & 0xffffffffL;
        // era 0 ends in 2036: small values belong to era 1
        long unix = (seconds < UNIX_EPOCH ? seconds + (1L << 32) : seconds) - UNIX_EPOCH;
        return Instant.ofEpochSecond(unix, (fraction * 1_000_000_000L) >>> 32);
    }
}
