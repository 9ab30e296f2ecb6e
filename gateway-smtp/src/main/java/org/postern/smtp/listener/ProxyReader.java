package org.postern.smtp.listener;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.postern.smtp.proxy.ProxyHeader;
import org.postern.smtp.proxy.ProxyParser;
import org.postern.smtp.session.InputBuffer;
import org.postern.smtp.session.Transport;

/** Reads the PROXY header that a listed balancer must send first. */
final class ProxyReader {
    private ProxyReader() {}

    /**
     * Reads the header; what follows it stays in the buffer.
     *
     * @param patienceNanos the longest wait for each part
     */
    static ProxyHeader read(Transport wire, InputBuffer input, long patienceNanos)
            throws IOException {
        try {
            while (true) {
                ProxyParser.Result result =
                        ProxyParser.parse(input.bytes(), input.position(), input.available());
                switch (result) {
                    case ProxyParser.Complete complete -> {
                        input.skip(complete.octets());
                        return complete.header();
                    }
                    case ProxyParser.Incomplete ignored -> {
                        if (input.fill(wire, patienceNanos) < 0) {
                            return new ProxyHeader.Invalid("connection closed before its end");
                        }
                    }
                }
            }
        } catch (SocketTimeoutException e) {
            return new ProxyHeader.Invalid("it did not come in time");
        }
    }
}
