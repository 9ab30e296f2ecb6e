package org.postern.smtp.session;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where clean content goes: counts it against the limits, looks at the header section, and passes
 * it on until the first fault. After a fault the rest is counted and dropped. Not thread-safe.
 */
final class ContentSink {
    private static final Logger LOG = LoggerFactory.getLogger(ContentSink.class);

    private final ContentReceiver receiver;
    private final Limits limits;
    private final HeaderScan header = new HeaderScan();
    private long octets;
    private @Nullable ContentFault fault;

    ContentSink(ContentReceiver receiver, Limits limits) {
        this.receiver = receiver;
        this.limits = limits;
    }

    void write(byte[] block, int offset, int length) {
        if (fault != null || length == 0) {
            return;
        }
        octets += length;
        if (limits.messageBytes() > 0 && octets > limits.messageBytes()) {
            fail(ContentFault.MESSAGE_BYTES); // RFC 1870, 6.1
            return;
        }
        if (!header.ended()) {
            header.accept(block, offset, length);
            if (limits.headerBytes() > 0 && header.octets() > limits.headerBytes()) {
                fail(ContentFault.HEADER_BYTES);
                return;
            }
            if (limits.maxReceivedHops() > 0 && header.hops() > limits.maxReceivedHops()) {
                fail(ContentFault.RECEIVED_HOPS); // RFC 5321, 6.3
                return;
            }
        }
        try {
            receiver.write(block, offset, length);
        } catch (IOException e) {
            LOG.warn("a message could not be stored and is refused for now: {}", e.toString());
            fail(ContentFault.STORAGE);
        }
    }

    /** Records the first fault and lets the receiver go at once, so that it holds nothing. */
    void fail(ContentFault what) {
        if (fault == null) {
            fault = what;
            receiver.abort(what.reason());
        }
    }

    /** The first fault, or null while there is none. */
    @Nullable ContentFault fault() {
        return fault;
    }

    ContentReceiver receiver() {
        return receiver;
    }
}
