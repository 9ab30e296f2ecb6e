package org.postern.auth.iprev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.net.Ip;

class IprevEvaluatorTest {
    private static IprevResult check(TestDns dns, String client) {
        return new IprevEvaluator(dns).check(Ip.parse(client), TestDns.budget());
    }

    @Test
    void aNameThatLeadsBackPasses() {
        TestDns dns =
                TestDns.of()
                        .ptr("192.0.2.1", "other.example", "mail.example")
                        .a("mail.example", "192.0.2.9", "192.0.2.1")
                        .ptr("2001:db8::1", "mail.example")
                        .aaaa("mail.example", "2001:db8::1");
        assertThat(check(dns, "192.0.2.1"))
                .isEqualTo(new IprevResult(AuthResult.PASS, "mail.example", "iprev.pass"));
        assertThat(check(dns, "2001:db8::1").result()).isEqualTo(AuthResult.PASS);
    }

    @Test
    void anAliasInTheReverseZoneIsFollowed() {
        TestDns dns =
                TestDns.of()
                        .cname("1.2.0.192.in-addr.arpa", "1.0-63.2.0.192.in-addr.arpa")
                        .ptrAt("1.0-63.2.0.192.in-addr.arpa", "mail.example")
                        .a("mail.example", "192.0.2.1");
        assertThat(check(dns, "192.0.2.1").result()).isEqualTo(AuthResult.PASS);
    }

    @Test
    void aNameThatLeadsElsewhereOrNowhereFails() {
        TestDns dns = TestDns.of().ptr("192.0.2.1", "liar.example").a("liar.example", "192.0.2.2");
        assertThat(check(dns, "192.0.2.1"))
                .isEqualTo(new IprevResult(AuthResult.FAIL, "liar.example", "iprev.fail.no-match"));
        assertThat(check(TestDns.of().ptr("192.0.2.1", "gone.example"), "192.0.2.1").result())
                .isEqualTo(AuthResult.FAIL);
    }

    @Test
    void anAddressWithoutNameIsAPermanentError() {
        assertThat(check(TestDns.of(), "192.0.2.1"))
                .isEqualTo(new IprevResult(AuthResult.PERMERROR, null, "iprev.permerror.no-name"));
    }

    @Test
    void aTroubleIsNeverAFailure() {
        assertThat(check(TestDns.of().servfail("1.2.0.192.in-addr.arpa"), "192.0.2.1").reason())
                .isEqualTo("iprev.temperror.servfail");
        TestDns half =
                TestDns.of()
                        .ptr("192.0.2.1", "slow.example", "gone.example")
                        .timeout("slow.example");
        assertThat(check(half, "192.0.2.1"))
                .isEqualTo(
                        new IprevResult(
                                AuthResult.TEMPERROR, "slow.example", "iprev.temperror.timeout"));
        TestDns other =
                TestDns.of()
                        .ptr("192.0.2.1", "slow.example", "good.example")
                        .timeout("slow.example")
                        .a("good.example", "192.0.2.1");
        assertThat(check(other, "192.0.2.1").result()).isEqualTo(AuthResult.PASS);
    }

    @Test
    void onlyTheFirstTenNamesAreLookedAt() {
        TestDns dns = TestDns.of();
        for (int i = 0; i < 10; i++) {
            dns.ptr("192.0.2.1", "n" + i + ".example");
        }
        dns.ptr("192.0.2.1", "right.example").a("right.example", "192.0.2.1");
        assertThat(check(dns, "192.0.2.1").result()).isEqualTo(AuthResult.FAIL);
        assertThat(dns.asked()).hasSize(11);
    }
}
