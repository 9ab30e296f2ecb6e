package org.postern.smtp.bench;

import java.net.InetAddress;
import org.postern.smtp.session.ClientConnection;
import org.postern.smtp.session.DiscardingVisit;
import org.postern.smtp.session.SessionHandler;
import org.postern.smtp.session.Visit;

/** Accepts everything and keeps nothing, so that the protocol alone is measured. */
public final class DiscardHandler implements SessionHandler {
    private final Visit visit = new DiscardingVisit();

    /** 127.0.0.1 is known good, other loopback addresses stand for strangers. */
    @Override
    public Standing standing(InetAddress client) {
        return client.equals(InetAddress.getLoopbackAddress())
                ? Standing.KNOWN_GOOD
                : Standing.STRANGER;
    }

    @Override
    public Visit open(ClientConnection client) {
        return visit;
    }
}
