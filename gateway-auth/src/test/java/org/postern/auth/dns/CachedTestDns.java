package org.postern.auth.dns;

import java.net.InetAddress;
import java.time.Duration;
import org.postern.core.time.TimeSource;

/** The real cache before a {@link TestDns}: for benchmarks on warm DNS. */
public final class CachedTestDns implements DnsClient, AutoCloseable {
    private static final int IN_FLIGHT = 100;
    private static final Duration TTL = Duration.ofHours(1);

    private final CachingDnsClient client;

    /** A cache before this zone. */
    public CachedTestDns(TestDns zone) {
        Upstream upstream =
                (name, type) -> {
                    DnsBudget budget = TestDns.budget();
                    DnsAnswer<?> answer =
                            switch (type) {
                                case TXT -> zone.txt(name, budget);
                                case A -> zone.a(name, budget);
                                case AAAA -> zone.aaaa(name, budget);
                                case MX -> zone.mx(name, budget);
                                case PTR -> zone.ptrOf(name, budget);
                                case TLSA -> zone.tlsa(name, budget);
                            };
                    return new Resolution(answer, TTL);
                };
        client =
                new CachingDnsClient(
                        upstream,
                        CachePolicy.DEFAULT,
                        TimeSource.system(),
                        DnsListener.NONE,
                        IN_FLIGHT);
    }

    @Override
    public DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget) {
        return client.txt(name, budget);
    }

    @Override
    public DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget) {
        return client.a(name, budget);
    }

    @Override
    public DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget) {
        return client.aaaa(name, budget);
    }

    @Override
    public DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget) {
        return client.mx(name, budget);
    }

    @Override
    public DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget) {
        return client.ptr(address, budget);
    }

    @Override
    public DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget) {
        return client.tlsa(name, budget);
    }

    @Override
    public void close() {
        client.close();
    }
}
