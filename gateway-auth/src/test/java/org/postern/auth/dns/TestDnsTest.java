package org.postern.auth.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.postern.core.time.ManualTimeSource;

class TestDnsTest {
    private final TestDns dns =
            TestDns.of()
                    .txt("example.org", "one", "two")
                    .a("mail.sub.example.org", "192.0.2.1")
                    .cname("alias.example.org", "mail.sub.example.org")
                    .cname("loop.example.org", "loop.example.org")
                    .ptr("192.0.2.1", "mail.sub.example.org")
                    .timeout("slow.example.org")
                    .servfail("half.example.org", "TXT")
                    .a("half.example.org", "192.0.2.2");

    @Test
    void answersAreWhatWasSaid() {
        DnsBudget budget = TestDns.budget();
        assertThat(dns.txt(DnsName.of("Example.org."), budget).records()).hasSize(2);
        assertThat(dns.a(DnsName.of("alias.example.org"), budget).records())
                .containsExactly(Ip.parse("192.0.2.1"));
        assertThat(dns.ptr(Ip.parse("192.0.2.1"), budget).records())
                .containsExactly(DnsName.of("mail.sub.example.org"));
        assertThat(dns.a(DnsName.of("half.example.org"), budget).records()).hasSize(1);
        assertThat(dns.asked()).startsWith("TXT example.org", "A alias.example.org");
        assertThat(budget.asked()).isEqualTo(4);
    }

    @Test
    void nothingIsToldApartFromNoSuchNameAndFromTrouble() {
        DnsBudget budget = TestDns.budget();
        assertThat(dns.a(DnsName.of("sub.example.org"), budget))
                .isInstanceOf(DnsAnswer.NoData.class);
        assertThat(dns.a(DnsName.of("no.example.org"), budget))
                .isInstanceOf(DnsAnswer.NxDomain.class);
        assertThat(reason(dns.a(DnsName.of("slow.example.org"), budget)))
                .isEqualTo(DnsAnswer.Reason.TIMEOUT);
        assertThat(reason(dns.txt(DnsName.of("half.example.org"), budget)))
                .isEqualTo(DnsAnswer.Reason.SERVFAIL);
        assertThat(reason(dns.a(DnsName.of("loop.example.org"), budget)))
                .isEqualTo(DnsAnswer.Reason.CNAME_LOOP);
    }

    @Test
    void aSpentBudgetEndsInTempError() {
        ManualTimeSource time = new ManualTimeSource(Instant.EPOCH);
        DnsBudget budget = DnsBudget.of(Deadline.after(time, Duration.ofSeconds(1)), 1);
        assertThat(dns.txt(DnsName.of("example.org"), budget).records()).hasSize(2);
        assertThat(reason(dns.txt(DnsName.of("example.org"), budget)))
                .isEqualTo(DnsAnswer.Reason.BUDGET);
        DnsBudget late = DnsBudget.until(Deadline.after(time, Duration.ofSeconds(1)));
        time.advance(Duration.ofSeconds(1));
        assertThat(reason(dns.txt(DnsName.of("example.org"), late)))
                .isEqualTo(DnsAnswer.Reason.DEADLINE);
    }

    private static DnsAnswer.Reason reason(DnsAnswer<?> answer) {
        return ((DnsAnswer.TempError<?>) answer).reason();
    }
}
