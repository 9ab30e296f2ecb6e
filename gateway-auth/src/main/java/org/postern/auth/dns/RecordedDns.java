package org.postern.auth.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postern.core.journal.DnsFact;
import org.postern.core.net.Ip;

/**
 * Answers from what was recorded when a message came, and asks the DNS of today only what was not
 * asked then, or had no answer then. Counts both, so that nobody takes one for the other.
 * Thread-safe.
 */
public final class RecordedDns implements DnsClient {
    private static final Duration TTL = Duration.ofMinutes(1);

    private final Map<String, DnsFact> recorded = new HashMap<>();
    private final DnsClient live;
    private final AtomicInteger fromRecord = new AtomicInteger();
    private final AtomicInteger fromDns = new AtomicInteger();

    /** Answers from these, else from {@code live}. */
    public RecordedDns(List<? extends DnsFact> facts, DnsClient live) {
        this.live = live;
        for (DnsFact fact : facts) {
            recorded.put(fact.type() + " " + fact.name(), fact);
        }
    }

    /** Questions that the record answered. */
    public int recorded() {
        return fromRecord.get();
    }

    /** Questions that were put to the DNS of today. */
    public int live() {
        return fromDns.get();
    }

    /** Turns a recorded text back into a record. */
    private interface Reader<T> {
        Optional<T> read(String text);
    }

    private <T> @Nullable DnsAnswer<T> find(QueryType type, DnsName name, Reader<T> reader) {
        DnsFact fact = recorded.get(type.name() + " " + name);
        DnsAnswer<T> answer = fact == null ? null : answer(fact, reader);
        if (answer == null) {
            fromDns.incrementAndGet();
        } else {
            fromRecord.incrementAndGet();
        }
        return answer;
    }

    private static <T> @Nullable DnsAnswer<T> answer(DnsFact fact, Reader<T> reader) {
        return switch (fact.outcome()) {
            case "nodata" -> new DnsAnswer.NoData<>(false);
            case "nxdomain" -> new DnsAnswer.NxDomain<>(false);
            case "found" -> {
                List<T> records = new ArrayList<>();
                fact.records().forEach(text -> reader.read(text).ifPresent(records::add));
                yield records.isEmpty() ? null : DnsAnswer.Found.of(records, TTL);
            }
            default -> null; // a trouble of that moment says nothing now
        };
    }

    @Override
    public DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget) {
        DnsAnswer<byte[]> known =
                find(
                        QueryType.TXT,
                        name,
                        text -> Optional.of(text.getBytes(StandardCharsets.UTF_8)));
        return known == null ? live.txt(name, budget) : known;
    }

    @Override
    public DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget) {
        DnsAnswer<InetAddress> known = find(QueryType.A, name, RecordedDns::address);
        return known == null ? live.a(name, budget) : known;
    }

    @Override
    public DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget) {
        DnsAnswer<InetAddress> known = find(QueryType.AAAA, name, RecordedDns::address);
        return known == null ? live.aaaa(name, budget) : known;
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(Ip.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget) {
        DnsAnswer<MxRecord> known = find(QueryType.MX, name, RecordedDns::exchanger);
        return known == null ? live.mx(name, budget) : known;
    }

    private static Optional<MxRecord> exchanger(String text) {
        int blank = text.indexOf(' ');
        if (blank <= 0 || !text.substring(0, blank).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        return DnsName.parse(text.substring(blank + 1))
                .map(host -> new MxRecord(Integer.parseInt(text.substring(0, blank)), host));
    }

    @Override
    public DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget) {
        DnsAnswer<DnsName> known = find(QueryType.PTR, DnsName.reverse(address), DnsName::parse);
        return known == null ? live.ptr(address, budget) : known;
    }

    @Override
    public DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget) {
        fromDns.incrementAndGet();
        return live.tlsa(name, budget);
    }
}
