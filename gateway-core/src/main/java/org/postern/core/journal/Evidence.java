package org.postern.core.journal;

import java.net.InetAddress;
import java.util.List;
import org.postern.core.authres.Verdicts;

/**
 * What the verdicts on a message rest on: enough to reach them again without the message.
 *
 * @param verdicts what each method found, signature facts included
 * @param checked the address that SPF and iprev looked at
 * @param explanation one line: where that address comes from, or why it can be no sender's
 * @param dns the DNS answers used, each question once
 * @param hops the clients that the topmost Received fields name, topmost first; kept only where the
 *     connection's own address is none of the public internet, else empty
 */
public record Evidence(
        Verdicts verdicts,
        InetAddress checked,
        String explanation,
        List<? extends DnsFact> dns,
        List<Hop> hops) {
    public Evidence {
        dns = List.copyOf(dns);
        hops = List.copyOf(hops);
    }
}
