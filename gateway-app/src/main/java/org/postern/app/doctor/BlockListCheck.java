package org.postern.app.doctor;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsName;
import org.postern.core.net.Ip;

/**
 * Whether DNS block lists answer through this resolver: 127.0.0.2 must be listed and 127.0.0.1 must
 * not (RFC 5782, 5), and an answer of 127.255.255.x is an error of the list, not a listing.
 */
final class BlockListCheck implements Check {
    private static final String LISTED = "2.0.0.127.";
    private static final String UNLISTED = "1.0.0.127.";

    @Override
    public String name() {
        return "dnsbl";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        Set<String> zones = new LinkedHashSet<>(scene.options().blockLists());
        scene.config().dnsbl().lists().stream()
                .filter(l -> !l.listsNames() && l.selfTest())
                .forEach(l -> zones.add(l.zone().ascii()));
        for (String zone : zones) {
            findings.add(zone(scene, zone));
        }
        if (findings.isEmpty()) {
            findings.add(
                    Finding.notChecked(
                            name(),
                            "no block list is named",
                            "name one to see whether it answers",
                            scene.postern("doctor --only dnsbl --dnsbl zen.spamhaus.org")));
        }
        return findings;
    }

    private Finding zone(Scene scene, String zone) {
        String dig = ResolverCheck.dig(scene.config()) + "+short " + LISTED + zone;
        DnsAnswer<InetAddress> listed = ask(scene, LISTED + zone);
        DnsAnswer<InetAddress> unlisted = ask(scene, UNLISTED + zone);
        if (listed instanceof DnsAnswer.TempError<InetAddress> trouble) {
            return unanswered(zone, trouble, dig);
        }
        if (unlisted instanceof DnsAnswer.TempError<InetAddress> trouble) {
            return unanswered(zone, trouble, dig);
        }
        for (InetAddress a : listed.records()) {
            byte[] octets = a.getAddress();
            if (octets.length == 4 && (octets[1] & 0xff) == 255 && (octets[2] & 0xff) == 255) {
                return Finding.failure(
                        name(),
                        zone + " refuses this resolver: " + Ip.text(a) + refusal(octets[3]),
                        "read as a listing this would refuse everybody's mail; ask with a resolver"
                                + " of your own (dns.servers: [127.0.0.1])",
                        dig);
            }
        }
        if (!unlisted.records().isEmpty()) {
            return Finding.failure(
                    name(),
                    zone + " lists 127.0.0.1, which nobody may list (RFC 5782, 5)",
                    "it lists the whole world, as block lists do that have been given up: it must"
                            + " not be used",
                    ResolverCheck.dig(scene.config()) + "+short " + UNLISTED + zone);
        }
        if (listed.records().isEmpty()) {
            return Finding.warning(
                    name(),
                    zone + " does not list its test address 127.0.0.2 (RFC 5782, 5)",
                    "it is no block list, it has been given up, or it answers nothing to this"
                            + " resolver: it would never hit",
                    dig);
        }
        return Finding.ok(name(), zone + " answers as it should");
    }

    private Finding unanswered(String zone, DnsAnswer.TempError<InetAddress> trouble, String dig) {
        return Finding.warning(
                name(),
                zone + " gave no answer: " + trouble.detail(),
                "a look-up of it costs every message its waiting time and brings nothing",
                dig);
    }

    private static DnsAnswer<InetAddress> ask(Scene scene, String name) {
        return scene.dns().a(DnsName.of(name), scene.budget());
    }

    private static String refusal(byte last) {
        return switch (last & 0xff) {
            case 252 -> " (a typing error in the zone's name)";
            case 254 -> " (asked by way of a public resolver)";
            case 255 -> " (too many questions)";
            default -> "";
        };
    }
}
