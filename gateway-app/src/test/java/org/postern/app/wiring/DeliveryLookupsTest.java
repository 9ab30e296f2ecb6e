package org.postern.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.auth.dns.MxRecord;
import org.postern.auth.dns.TlsaRecord;
import org.postern.core.mail.Domain;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryDns;
import org.postern.queue.delivery.DeliveryDns.Exchanger;
import org.postern.queue.delivery.DeliveryDns.MailExchangers;
import org.postern.queue.delivery.DeliveryDns.Tlsa;

/** What the DNS says, in the words that delivery understands. */
class DeliveryLookupsTest {
    private static final Duration TTL = Duration.ofMinutes(5);

    /** A client that knows one answer for MX and one for TLSA. */
    private record OneAnswer(DnsAnswer<MxRecord> mx, DnsAnswer<TlsaRecord> tlsa)
            implements DnsClient {
        @Override
        public DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget) {
            return mx;
        }

        @Override
        public DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget) {
            assertThat(name.octets()).startsWith("_25._tcp.mx.example.org");
            return tlsa;
        }

        @Override
        public DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget) {
            return new DnsAnswer.NoData<>(false);
        }

        @Override
        public DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget) {
            return new DnsAnswer.NoData<>(false);
        }

        @Override
        public DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget) {
            return new DnsAnswer.NoData<>(false);
        }

        @Override
        public DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget) {
            return new DnsAnswer.NoData<>(false);
        }
    }

    private static MailExchangers mx(DnsAnswer<MxRecord> answer) {
        return new DeliveryLookups(
                        () -> new OneAnswer(answer, new DnsAnswer.NoData<>(false)),
                        TimeSource.system())
                .mailExchangers(Domain.of("example.org"));
    }

    private static Tlsa tlsa(DnsAnswer<TlsaRecord> answer) {
        return new DeliveryLookups(
                        () -> new OneAnswer(new DnsAnswer.NoData<>(false), answer),
                        TimeSource.system())
                .tlsa("mx.example.org", 25);
    }

    @Test
    void mailExchangersKeepTheirPreferenceAndLoseTheirDot() {
        assertThat(
                        mx(
                                DnsAnswer.Found.of(
                                        List.of(
                                                new MxRecord(20, DnsName.of("b.example.org")),
                                                new MxRecord(10, DnsName.of("a.example.org"))),
                                        TTL)))
                .isEqualTo(
                        new MailExchangers.Hosts(
                                List.of(
                                        new Exchanger(20, "b.example.org"),
                                        new Exchanger(10, "a.example.org"))));
    }

    @Test
    void noMailNoRecordNoDomainAndNoAnswerAreFourThings() {
        assertThat(mx(DnsAnswer.Found.of(List.of(new MxRecord(0, DnsName.ROOT)), TTL)))
                .isEqualTo(new MailExchangers.NullMx());
        assertThat(mx(new DnsAnswer.NoData<>(false))).isEqualTo(new MailExchangers.NoRecord());
        assertThat(mx(new DnsAnswer.NxDomain<>(false))).isEqualTo(new MailExchangers.NoDomain());
        assertThat(mx(new DnsAnswer.TempError<>(DnsAnswer.Reason.SERVFAIL, "ns said servfail")))
                .isEqualTo(new MailExchangers.Unavailable("ns said servfail"));
    }

    @Test
    void tlsaRecordsCountOnlyWhereTheyAreAuthentic() {
        TlsaRecord record = new TlsaRecord(3, 1, 1, new byte[] {(byte) 0xab, 1});
        assertThat(tlsa(new DnsAnswer.Found<>(List.of(record), TTL, true, false)))
                .isEqualTo(new Tlsa.Secure(List.of(new DeliveryDns.TlsaRecord(3, 1, 1, "ab01"))));
        assertThat(tlsa(new DnsAnswer.Found<>(List.of(record), TTL, false, false)))
                .isEqualTo(new Tlsa.None());
        assertThat(tlsa(new DnsAnswer.NxDomain<>(true))).isEqualTo(new Tlsa.None());
        assertThat(tlsa(new DnsAnswer.TempError<>(DnsAnswer.Reason.TIMEOUT, "nobody")))
                .isEqualTo(new Tlsa.Unavailable("nobody"));
    }
}
