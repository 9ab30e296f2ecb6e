package org.postern.smtp.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.SocketFactory;
import org.postern.smtp.tls.TestCertificates;

/**
 * Holds sessions open that have said HELO and nothing more: {@code IdleClients PORT SESSIONS
 * [tls]}.
 */
public final class IdleClients {
    private IdleClients() {}

    /** Opens them, says so, and waits to be killed. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        int sessions = Integer.parseInt(args[1]);
        SocketFactory factory =
                args.length > 2
                        ? TestCertificates.trustingAny().getSocketFactory()
                        : SocketFactory.getDefault();
        List<Socket> open = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            Socket s = factory.createSocket(InetAddress.getLoopbackAddress(), port);
            s.setTcpNoDelay(true); // or HELO waits for the acknowledgement of the handshake
            readLine(s);
            s.getOutputStream().write("HELO client.test\r\n".getBytes(StandardCharsets.US_ASCII));
            readLine(s);
            open.add(s);
        }
        System.out.println("open: " + open.size());
        new CountDownLatch(1).await();
    }

    private static void readLine(Socket s) throws IOException {
        int c;
        do {
            c = s.getInputStream().read();
        } while (c >= 0 && c != '\n');
    }
}
