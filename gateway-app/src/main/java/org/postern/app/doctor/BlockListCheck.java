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
 * Whether DNS lists answer through this resolver: 127.0.0.2 must be listed and 127.0.0.1 must not,
 * in lists of names test and not invalid (RFC 5782, 5), and an answer of 127.255.255.x is an error
 * of the list, not a listing.
 */
final class BlockListCheck implements Check {
    private static final TestEntries ADDRESSES =
            new TestEntries("127.0.0.2", "2.0.0.127.", "127.0.0.1", "1.0.0.127.");
    private static final TestEntries NAMES =
            new TestEntries("the name test", "test.", "the name invalid", "invalid.");

    /** What each list of a kind has, what none has, and the questions for both. */
    private record TestEntries(String has, String listed, String never, String unlisted) {}

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
            findings.add(zone(scene, zone, ADDRESSES));
        }
        scene.config().dnsbl().lists().stream()
                .filter(l -> l.listsNames() && l.selfTest())
                .map(l -> l.zone().ascii())
                .distinct()
                .forEach(zone -> findings.add(zone(scene, zone, NAMES)));
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

    private Finding zone(Scene scene, String zone, TestEntries entries) {
        String dig = ResolverCheck.dig(scene.config()) + "+short " + entries.listed() + zone;
        DnsAnswer<InetAddress> listed = ask(scene, entries.listed() + zone);
        DnsAnswer<InetAddress> unlisted = ask(scene, entries.unlisted() + zone);
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
                    zone + " lists " + entries.never() + ", which nobody may list (RFC 5782, 5)",
                    "it lists the whole world, as block lists do that have been given up: it must"
                            + " not be used",
                    ResolverCheck.dig(scene.config()) + "+short " + entries.unlisted() + zone);
        }
        if (listed.records().isEmpty()) {
            return Finding.warning(
                    name(),
                    zone + " does not list its test entry " + entries.has() + " (RFC 5782, 5)",
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
