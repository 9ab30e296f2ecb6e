package org.postern.app.wiring;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.core.mail.Domain;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryDns;

/**
 * Answers delivery's questions from the DNS client in force, which a reload may have changed since
 * the downstream was made. Thread-safe.
 */
public final class DeliveryLookups implements DeliveryDns {
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final Supplier<? extends DnsClient> client;
    private final TimeSource time;

    /**
     * @param client the client of this moment
     */
    public DeliveryLookups(Supplier<? extends DnsClient> client, TimeSource time) {
        this.client = client;
        this.time = time;
    }

    @Override
    public MailExchangers mailExchangers(Domain domain) {
        return switch (client.get().mx(DnsName.of(domain), budget())) {
            case DnsAnswer.Found<MxRecord> found -> exchangers(found.records());
            case DnsAnswer.NoData<MxRecord> _ -> new MailExchangers.NoRecord();
            case DnsAnswer.NxDomain<MxRecord> _ -> new MailExchangers.NoDomain();
            case DnsAnswer.TempError<MxRecord> e -> new MailExchangers.Unavailable(e.detail());
        };
    }

    private static MailExchangers exchangers(List<MxRecord> records) {
        if (records.size() == 1 && records.getFirst().exchange().isRoot()) {
            return new MailExchangers.NullMx(); // RFC 7505, 3
        }
        List<Exchanger> hosts =
                records.stream()
                        .filter(r -> !r.exchange().isRoot())
                        .map(r -> new Exchanger(r.preference(), host(r.exchange())))
                        .toList();
        return hosts.isEmpty() ? new MailExchangers.NullMx() : new MailExchangers.Hosts(hosts);
    }

    private static String host(DnsName name) {
        String text = name.toString();
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    @Override
    public Tlsa tlsa(String host, int port) {
        Optional<DnsName> name = DnsName.parse("_" + port + "._tcp." + host); // RFC 7672, 2.2.3
        if (name.isEmpty()) {
            return new Tlsa.None();
        }
        return switch (client.get().tlsa(name.get(), budget())) {
            case DnsAnswer.Found<org.postern.auth.dns.TlsaRecord> found ->
                    found.authentic()
                            ? new Tlsa.Secure(
                                    found.records().stream().map(DeliveryLookups::record).toList())
                            : new Tlsa.None();
            case DnsAnswer.NoData<org.postern.auth.dns.TlsaRecord> _ -> new Tlsa.None();
            case DnsAnswer.NxDomain<org.postern.auth.dns.TlsaRecord> _ -> new Tlsa.None();
            case DnsAnswer.TempError<org.postern.auth.dns.TlsaRecord> e ->
                    new Tlsa.Unavailable(e.detail());
        };
    }

    private static TlsaRecord record(org.postern.auth.dns.TlsaRecord r) {
        return new TlsaRecord(
                r.usage(), r.selector(), r.matchingType(), HexFormat.of().formatHex(r.data()));
    }

    private DnsBudget budget() {
        return DnsBudget.until(Deadline.after(time, LONGEST));
    }
}
