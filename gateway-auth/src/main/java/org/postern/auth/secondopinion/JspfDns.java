package org.postern.auth.secondopinion;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.james.jspf.core.DNSRequest;
import org.apache.james.jspf.core.DNSService;
import org.apache.james.jspf.core.exceptions.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.core.net.Ip;

/** Our DNS client as jSPF wants it. Lists are handed out as copies, since jSPF changes them. */
final class JspfDns implements DNSService {
    private static final int DEFAULT_RECORD_LIMIT = 10;

    private final DnsClient dns;
    private final DnsBudget budget;
    private int recordLimit = DEFAULT_RECORD_LIMIT;

    JspfDns(DnsClient dns, DnsBudget budget) {
        this.dns = dns;
        this.budget = budget;
    }

    @Override
    public @Nullable List<String> getRecords(DNSRequest request) throws TimeoutException {
        DnsName name = DnsName.parse(request.getHostname()).orElse(null);
        if (name == null) {
            return null; // jSPF's word for "nothing there"
        }
        return switch (request.getRecordType()) {
            case DNSRequest.A -> addresses(dns.a(name, budget));
            case DNSRequest.AAAA -> addresses(dns.aaaa(name, budget));
            case DNSRequest.MX -> exchangers(dns.mx(name, budget));
            case DNSRequest.PTR -> names(name);
            case DNSRequest.TXT -> texts(dns.txt(name, budget));
            default -> null; // type 99: nobody has it any more (RFC 7208, 3.1)
        };
    }

    private @Nullable List<String> names(DnsName name) throws TimeoutException {
        InetAddress address = ReverseName.address(name);
        if (address == null) {
            return null;
        }
        List<String> out = new ArrayList<>();
        for (DnsName n : records(dns.ptr(address, budget))) {
            out.add(n.octets());
        }
        return orNull(out);
    }

    private static @Nullable List<String> addresses(DnsAnswer<InetAddress> answer)
            throws TimeoutException {
        List<String> out = new ArrayList<>();
        for (InetAddress a : records(answer)) {
            out.add(Ip.text(a));
        }
        return orNull(out);
    }

    private static @Nullable List<String> exchangers(DnsAnswer<MxRecord> answer)
            throws TimeoutException {
        List<String> out = new ArrayList<>();
        for (MxRecord mx : records(answer)) {
            out.add(mx.exchange().octets());
        }
        return orNull(out);
    }

    private static @Nullable List<String> texts(DnsAnswer<byte[]> answer) throws TimeoutException {
        List<String> out = new ArrayList<>();
        for (byte[] text : records(answer)) {
            out.add(new String(text, StandardCharsets.ISO_8859_1));
        }
        return orNull(out);
    }

    private static <T> List<T> records(DnsAnswer<T> answer) throws TimeoutException {
        if (answer instanceof DnsAnswer.TempError<T> error) {
            throw new TimeoutException(error.reason().word());
        }
        return answer.records();
    }

    private static @Nullable List<String> orNull(List<String> records) {
        return records.isEmpty() ? null : records;
    }

    @Override
    public CompletionStage<List<String>> getRecordsAsync(DNSRequest request) {
        try {
            return CompletableFuture.completedFuture(getRecords(request));
        } catch (TimeoutException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public List<String> getLocalDomainNames() {
        return new ArrayList<>();
    }

    @Override
    public void setTimeOut(int seconds) {
        // the budget's deadline holds
    }

    @Override
    public int getRecordLimit() {
        return recordLimit;
    }

    @Override
    public void setRecordLimit(int limit) {
        recordLimit = limit;
    }
}
