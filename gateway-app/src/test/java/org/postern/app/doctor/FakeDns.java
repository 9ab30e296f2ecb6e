package org.postern.app.doctor;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.auth.dns.TlsaRecord;
import org.postern.core.net.Ip;

/** A DNS of a few records; what it does not have does not exist, unless nobody answers at all. */
final class FakeDns implements DnsClient {
    private final Map<DnsName, List<InetAddress>> addresses = new HashMap<>();
    private final Map<DnsName, List<MxRecord>> exchangers = new HashMap<>();
    private final Map<InetAddress, List<DnsName>> names = new HashMap<>();
    private boolean dead;
    private boolean lying;

    FakeDns a(String name, String address) {
        addresses.put(DnsName.of(name), List.of(Ip.parse(address)));
        return this;
    }

    FakeDns mx(String name, String exchange) {
        DnsName host = exchange.equals(".") ? DnsName.ROOT : DnsName.of(exchange);
        exchangers.put(DnsName.of(name), List.of(new MxRecord(10, host)));
        return this;
    }

    FakeDns ptr(String address, String name) {
        names.put(Ip.parse(address), List.of(DnsName.of(name)));
        return this;
    }

    /** From now on nobody answers. */
    FakeDns dead() {
        dead = true;
        return this;
    }

    /** From now on every name has an address. */
    FakeDns lying() {
        lying = true;
        return this;
    }

    private <T> DnsAnswer<T> answer(List<T> records) {
        if (dead) {
            return new DnsAnswer.TempError<>(DnsAnswer.Reason.TIMEOUT, "nobody answered");
        }
        return records.isEmpty()
                ? new DnsAnswer.NxDomain<>(false)
                : DnsAnswer.Found.of(records, Duration.ofMinutes(5));
    }

    @Override
    public DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget) {
        List<InetAddress> records = addresses.getOrDefault(name, List.of());
        return answer(records.isEmpty() && lying ? List.of(Ip.parse("192.0.2.80")) : records);
    }

    @Override
    public DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget) {
        return answer(List.of());
    }

    @Override
    public DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget) {
        return answer(exchangers.getOrDefault(name, List.of()));
    }

    @Override
    public DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget) {
        return answer(names.getOrDefault(address, List.of()));
    }

    @Override
    public DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget) {
        return answer(List.of());
    }

    @Override
    public DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget) {
        return answer(List.of());
    }
}
