package org.postern.smtp.listener;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.postern.smtp.proxy.ProxyHeader;
import org.postern.smtp.proxy.ProxyParser;
import org.postern.smtp.session.InputBuffer;
import org.postern.smtp.session.Transport;

/** Reads the PROXY header that a listed balancer must send first. */
final class ProxyReader {
    private static final String LATE = "it did not come in time";

    private ProxyReader() {}

    /**
     * Reads the header; what follows it stays in the buffer.
     *
     * @param patience the longest wait for the whole of it, however many parts it comes in
     */
    static ProxyHeader read(Transport wire, InputBuffer input, Duration patience, TimeSource time)
            throws IOException {
        Deadline deadline = Deadline.after(time, patience);
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
                        if (deadline.hasPassed()) {
                            return new ProxyHeader.Invalid(LATE);
                        }
                        if (input.fill(wire, deadline.remaining().toNanos()) < 0) {
                            return new ProxyHeader.Invalid("connection closed before its end");
                        }
                    }
                }
            }
        } catch (SocketTimeoutException e) {
            return new ProxyHeader.Invalid(LATE);
        }
    }
}
