package org.postern.app.guard;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.core.journal.JournalEvent;
import org.postern.core.net.Ip;

/**
 * What the messages of one interval have in common that a reason hit: enough to name the likeliest
 * cause. Bounded; not thread-safe.
 */
final class Suspects {
    private static final int MAX_DIFFERENT = 200;
    private static final double MOST = 0.5;

    private final Map<InetAddress, Integer> clients = new HashMap<>();
    private final Map<String, Integer> words = new HashMap<>();
    private final Map<String, Integer> rules = new HashMap<>();
    private int messages;

    /**
     * Adds a message.
     *
     * @param rule whose reason hit
     */
    void add(JournalEvent.Message message, String rule) {
        messages++;
        count(clients, message.client().address());
        count(rules, rule);
        if (message.evidence() != null) {
            var verdicts = message.evidence().verdicts();
            count(words, "spf:" + verdicts.spf().reason());
            count(words, "dmarc:" + verdicts.dmarc().reason());
            verdicts.dkim().forEach(d -> count(words, "dkim:" + d.reason()));
        }
    }

    private static <K> void count(Map<K, Integer> counts, K key) {
        if (counts.size() < MAX_DIFFERENT || counts.containsKey(key)) {
            counts.merge(key, 1, Integer::sum);
        }
    }

    private static <K> Map.Entry<K, Integer> top(Map<K, Integer> counts, K none) {
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElse(Map.entry(none, 0));
    }

    /** The rule that hit most of them. */
    String rule() {
        return top(rules, "").getKey();
    }

    private boolean most(String word) {
        return words.entrySet().stream()
                        .filter(e -> e.getKey().startsWith(word))
                        .mapToInt(Map.Entry::getValue)
                        .sum()
                > MOST * messages;
    }

    /**
     * The likeliest cause, with what to look at.
     *
     * @param whose such as {@code mail of your own domain example.net}
     */
    String cause(String whose) {
        InetAddress nobody = InetAddress.getLoopbackAddress();
        Map.Entry<InetAddress, Integer> client = top(clients, nobody);
        String address = Ip.text(client.getKey());
        boolean one = client.getValue() > MOST * messages;
        if (one && ClientAddressJudge.isNotPublic(client.getKey())) {
            return whose
                    + " fails SPF from "
                    + address
                    + ", an address that no sender out there has: a balancer, relay or NAT is"
                    + " hiding client addresses; see networks.load-balancers (it sends PROXY),"
                    + " networks.trusted-relays (its Received field tells) or networks.secondary";
        }
        if (most("spf:spf.temperror") || most("dmarc:dmarc.temperror")) {
            return whose
                    + " cannot be checked: DNS gives no answers; see postern doctor and"
                    + " dns.servers";
        }
        if (most("dkim:dkim.fail.body-hash")) {
            return whose
                    + " fails DKIM by its body hash: something on the way changes messages (a"
                    + " filter, a footer, a list)";
        }
        if (one) {
            return whose
                    + " fails from one client, "
                    + address
                    + ": a new sending host that its SPF record does not name, or a forwarder;"
                    + " see postern trace --client "
                    + address;
        }
        if (most("spf:spf.fail") || most("spf:spf.softfail")) {
            return whose
                    + " fails SPF from "
                    + clients.size()
                    + " clients: its SPF record has changed, or it is being forged";
        }
        return whose + " fails in a way not seen before; see postern impact --since 1h";
    }
}
