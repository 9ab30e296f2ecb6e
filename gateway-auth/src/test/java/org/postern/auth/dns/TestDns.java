package org.postern.auth.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * A DNS for unit tests, from memory:
 *
 * <pre>{@code
 * TestDns dns = TestDns.of()
 *         .txt("example.org", "v=spf1 mx -all")
 *         .mx("example.org", 10, "mail.example.org")
 *         .a("mail.example.org", "192.0.2.1")
 *         .timeout("slow.example.org");
 * }</pre>
 *
 * Whatever was not said does not exist; a name above one that exists has no data. CNAMEs are
 * followed. Troubles come at once, without waiting. Thread-safe.
 */
public final class TestDns implements DnsClient {
    private static final Duration TTL = Duration.ofHours(1);
    private static final int MAX_CNAMES = 12;

    private final Map<DnsName, Map<String, List<Object>>> zone = new HashMap<>();
    private final Map<String, DnsAnswer.Reason> troubles = new HashMap<>();
    private final Set<DnsName> existing = new HashSet<>();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private boolean authentic;

    private TestDns() {}

    /** An empty one: every name is NXDOMAIN. */
    public static TestDns of() {
        return new TestDns();
    }

    /** A budget for tests that are not about budgets. */
    public static DnsBudget budget() {
        return DnsBudget.until(Deadline.after(TimeSource.system(), Duration.ofMinutes(1)));
    }

    /** One TXT record for each text, as UTF-8. */
    public TestDns txt(String name, String... records) {
        for (String record : records) {
            add(name, "TXT", record.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** One TXT record of these octets. */
    public TestDns txt(String name, byte[] record) {
        return add(name, "TXT", record);
    }

    /** A records. */
    public TestDns a(String name, String... addresses) {
        for (String address : addresses) {
            add(name, "A", Ip.parse(address));
        }
        return this;
    }

    /** AAAA records. */
    public TestDns aaaa(String name, String... addresses) {
        for (String address : addresses) {
            add(name, "AAAA", Ip.parse(address));
        }
        return this;
    }

    /** An MX record; {@code .} as exchange makes a null MX. */
    public TestDns mx(String name, int preference, String exchange) {
        return add(name, "MX", new MxRecord(preference, DnsName.of(exchange)));
    }

    /** PTR records of an address. */
    public TestDns ptr(String address, String... names) {
        for (String name : names) {
            add(DnsName.reverse(Ip.parse(address)), "PTR", DnsName.of(name));
        }
        return this;
    }

    /** A PTR record at a name that is written out. */
    public TestDns ptrAt(String owner, String name) {
        return add(owner, "PTR", DnsName.of(name));
    }

    /** A TLSA record. */
    public TestDns tlsa(String name, int usage, int selector, int matchingType, byte[] data) {
        return add(name, "TLSA", new TlsaRecord(usage, selector, matchingType, data));
    }

    /** A CNAME. */
    public TestDns cname(String name, String target) {
        return add(name, "CNAME", DnsName.of(target));
    }

    /** A name that exists and has nothing. */
    public TestDns empty(String name) {
        exists(DnsName.of(name));
        return this;
    }

    /** Questions about the name time out. */
    public TestDns timeout(String name) {
        return trouble(name, "*", DnsAnswer.Reason.TIMEOUT);
    }

    /** Questions for one type ({@code TXT}, {@code A} …) at the name time out. */
    public TestDns timeout(String name, String type) {
        return trouble(name, type, DnsAnswer.Reason.TIMEOUT);
    }

    /** Questions about the name end in SERVFAIL. */
    public TestDns servfail(String name) {
        return trouble(name, "*", DnsAnswer.Reason.SERVFAIL);
    }

    /** Questions for one type at the name end in SERVFAIL. */
    public TestDns servfail(String name, String type) {
        return trouble(name, type, DnsAnswer.Reason.SERVFAIL);
    }

    /** Any trouble at a name; the type {@code *} means all. */
    public synchronized TestDns trouble(String name, String type, DnsAnswer.Reason reason) {
        DnsName key = DnsName.of(name);
        exists(key);
        troubles.put(key + "/" + type, reason);
        return this;
    }

    /** From here on answers are authentic (AD). */
    public synchronized TestDns authentic() {
        authentic = true;
        return this;
    }

    /** The questions so far, {@code "TXT example.org"}, in order. */
    public List<String> asked() {
        synchronized (asked) {
            return List.copyOf(asked);
        }
    }

    private TestDns add(String name, String type, Object record) {
        return add(DnsName.of(name), type, record);
    }

    private synchronized TestDns add(DnsName name, String type, Object record) {
        exists(name);
        zone.computeIfAbsent(name, n -> new HashMap<>())
                .computeIfAbsent(type, t -> new ArrayList<>())
                .add(record);
        return this;
    }

    private synchronized void exists(DnsName name) {
        for (DnsName n = name; !n.isRoot(); n = n.parent()) {
            existing.add(n);
        }
    }

    private synchronized <T> DnsAnswer<T> ask(
            DnsName question, String type, Class<T> kind, DnsBudget budget) {
        asked.add(type + " " + question);
        if (!budget.take()) {
            return new DnsAnswer.TempError<>(DnsAnswer.Reason.BUDGET, "no question left");
        }
        if (budget.deadline().hasPassed()) {
            return new DnsAnswer.TempError<>(DnsAnswer.Reason.DEADLINE, "too late");
        }
        DnsName name = question;
        for (int hops = 0; hops <= MAX_CNAMES; hops++) {
            DnsAnswer.Reason trouble = troubles.get(name + "/" + type);
            if (trouble == null) {
                trouble = troubles.get(name + "/*");
            }
            if (trouble != null) {
                return new DnsAnswer.TempError<>(trouble, "test: " + trouble.word());
            }
            Map<String, List<Object>> node = zone.getOrDefault(name, Map.of());
            List<Object> records = node.getOrDefault(type, List.of());
            if (!records.isEmpty()) {
                return new DnsAnswer.Found<>(
                        records.stream().map(kind::cast).toList(), TTL, authentic, false);
            }
            List<Object> alias = node.getOrDefault("CNAME", List.of());
            if (alias.isEmpty()) {
                return existing.contains(name)
                        ? new DnsAnswer.NoData<>(authentic)
                        : new DnsAnswer.NxDomain<>(authentic);
            }
            name = (DnsName) alias.getFirst();
        }
        return new DnsAnswer.TempError<>(DnsAnswer.Reason.CNAME_LOOP, "CNAME loop at " + name);
    }

    @Override
    public DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget) {
        return ask(name, "TXT", byte[].class, budget);
    }

    @Override
    public DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget) {
        return ask(name, "A", InetAddress.class, budget);
    }

    @Override
    public DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget) {
        return ask(name, "AAAA", InetAddress.class, budget);
    }

    @Override
    public DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget) {
        return ask(name, "MX", MxRecord.class, budget);
    }

    @Override
    public DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget) {
        return ask(DnsName.reverse(address), "PTR", DnsName.class, budget);
    }

    /** PTR records at a name in the reverse tree. */
    DnsAnswer<DnsName> ptrOf(DnsName name, DnsBudget budget) {
        return ask(name, "PTR", DnsName.class, budget);
    }

    @Override
    public DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget) {
        return ask(name, "TLSA", TlsaRecord.class, budget);
    }
}
