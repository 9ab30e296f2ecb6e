package org.postern.auth.dkim;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.auth.dns.TlsaRecord;

/** A DNS that gives one TXT record to every question, and nothing else. */
final class OneRecordDns implements DnsClient {
    private final DnsAnswer<byte[]> answer;

    OneRecordDns(byte[] record) {
        answer = DnsAnswer.Found.of(List.of(record), Duration.ofHours(1));
    }

    @Override
    public DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget) {
        return answer;
    }

    @Override
    public DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget) {
        return new DnsAnswer.NxDomain<>(false);
    }

    @Override
    public DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget) {
        return new DnsAnswer.NxDomain<>(false);
    }

    @Override
    public DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget) {
        return new DnsAnswer.NxDomain<>(false);
    }

    @Override
    public DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget) {
        return new DnsAnswer.NxDomain<>(false);
    }

    @Override
    public DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget) {
        return new DnsAnswer.NxDomain<>(false);
    }
}
