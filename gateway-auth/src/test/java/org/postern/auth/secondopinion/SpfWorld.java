package org.postern.auth.secondopinion;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.postern.auth.dns.TestDns;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.net.Ip;

/** A small made-up internet: four domains with random records, and a client that says something. */
final class SpfWorld {
    private static final List<String> DOMAINS =
            List.of("a.example", "b.example", "c.example", "d.example");
    private static final List<String> ADDRESSES =
            List.of("192.0.2.1", "192.0.2.77", "198.51.100.1", "2001:db8::1", "2001:db8:1::1");

    private final Random random;
    private final TestDns dns = TestDns.of();
    private final SpfRequest request;
    private final List<String> records = new ArrayList<>();
    private boolean timeouts;

    SpfWorld(long seed) {
        random = new Random(seed);
        String client = pick(ADDRESSES);
        String helo = once(5) ? pick(List.of("helo", "[192.0.2.1]", "x y.example")) : pick(DOMAINS);
        String sender =
                once(8) ? "" : pick(List.of("u", "u-v", "first.last", "a+b")) + "@" + pick(DOMAINS);
        request = SpfRequest.mailFrom(Ip.parse(client), helo, sender);
        for (String domain : DOMAINS) {
            publish(domain);
        }
        for (String address : ADDRESSES) {
            for (int i = random.nextInt(3); i > 0; i--) {
                dns.ptr(address, pick(DOMAINS));
            }
        }
    }

    TestDns dns() {
        return dns;
    }

    SpfRequest request() {
        return request;
    }

    /** All SPF records, for saying which feature of them is behind a disagreement. */
    List<String> records() {
        return records;
    }

    /** Whether any question in this world times out. */
    boolean timeouts() {
        return timeouts;
    }

    private void publish(String domain) {
        for (int i = once(12) ? random.nextInt(3) : 1; i > 0; i--) {
            String record = record();
            records.add(record);
            dns.txt(domain, record);
        }
        if (!once(3)) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                String address = pick(ADDRESSES);
                if (address.contains(":")) {
                    dns.aaaa(domain, address);
                } else {
                    dns.a(domain, address);
                }
            }
        }
        for (int i = once(4) ? random.nextInt(13) : random.nextInt(3); i > 0; i--) {
            dns.mx(domain, i, pick(DOMAINS));
        }
        if (once(25)) {
            timeouts = true;
            dns.timeout(domain, pick(List.of("TXT", "A", "AAAA", "MX")));
        }
    }

    private boolean once(int in) {
        return random.nextInt(in) == 0;
    }

    private String pick(List<String> list) {
        return list.get(random.nextInt(list.size()));
    }

    private String record() {
        StringBuilder out = new StringBuilder(once(20) ? "V=spf1" : "v=spf1");
        for (int i = random.nextInt(6); i >= 0; i--) {
            out.append(once(15) ? "  " : " ").append(term());
        }
        if (!once(3)) {
            out.append(' ').append(pick(List.of("-all", "~all", "?all", "all")));
        }
        return once(10) ? mutated(out.toString()) : out.toString();
    }

    private String mutated(String record) {
        int at = 6 + random.nextInt(record.length() - 6);
        String before = record.substring(0, at);
        String after = record.substring(at);
        return switch (random.nextInt(4)) {
            case 0 -> before + after.substring(1);
            case 1 -> before + (char) (0x20 + random.nextInt(95)) + after;
            case 2 ->
                    before
                            + pick(
                                    List.of(
                                            "%{d}",
                                            "%{l1r-}", "/24", "//64", ":", "=", ".", "%%", "%{i}"))
                            + after;
            default -> record + after;
        };
    }

    private String term() {
        String qualifier = pick(List.of("", "", "+", "-", "~", "?"));
        return switch (random.nextInt(12)) {
            case 0 -> qualifier + "a" + target() + prefix();
            case 1 -> qualifier + "mx" + target() + prefix();
            case 2 -> qualifier + "ptr" + target();
            case 3, 4 ->
                    qualifier
                            + "ip4:"
                            + pick(
                                    List.of(
                                            "192.0.2.1",
                                            "192.0.2.0/24",
                                            "198.51.100.0/25",
                                            "10.0.0.0/8",
                                            "0.0.0.0/0",
                                            "192.0.2.1/32"));
            case 5 ->
                    qualifier
                            + "ip6:"
                            + pick(
                                    List.of(
                                            "2001:db8::/32",
                                            "2001:db8::1",
                                            "::/0",
                                            "2001:db8:1::/48"));
            case 6, 7 -> qualifier + "include:" + spec();
            case 8 -> qualifier + "exists:" + spec();
            case 9 -> "redirect=" + spec();
            case 10 ->
                    pick(List.of("exp=" + spec(), "x=y", "match_subdomains=yes", "foo.bar=%{d}"));
            default -> qualifier + "a";
        };
    }

    private String target() {
        return random.nextBoolean() ? "" : ":" + spec();
    }

    private String prefix() {
        return once(3) ? pick(List.of("/24", "/0", "//64", "/24//48", "//0", "/32//128")) : "";
    }

    private String spec() {
        return once(5)
                ? pick(
                        List.of(
                                "%{d}",
                                "%{o}",
                                "%{h}",
                                "%{d2}",
                                "no.example",
                                "%{l}.%{d}",
                                "b.%{d1}",
                                "%{ir}.%{v}.example",
                                "x.%{p}",
                                "a.example."))
                : pick(DOMAINS);
    }
}
