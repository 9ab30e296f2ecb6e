package org.postern.queue.spool.log;

import java.util.Set;
import java.util.TreeSet;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;

/** The route of an envelope: the domains of its recipients. */
final class Routes {
    private Routes() {}

    /** The hosts of all recipients in A-labels, sorted, joined by commas. */
    static String of(Envelope envelope) {
        if (envelope.recipients().size() == 1) {
            return envelope.recipients().getFirst().address().host().ascii();
        }
        Set<String> hosts = new TreeSet<>();
        for (Recipient r : envelope.recipients()) {
            hosts.add(r.address().host().ascii());
        }
        return String.join(",", hosts);
    }
}
