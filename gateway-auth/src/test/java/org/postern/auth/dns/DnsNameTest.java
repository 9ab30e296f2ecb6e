package org.postern.auth.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.postern.core.net.Ip;

class DnsNameTest {
    @Test
    void aNameIsAbsoluteWithOrWithoutItsDotAndRegardlessOfCase() {
        assertThat(DnsName.of("Example.ORG.")).isEqualTo(DnsName.of("example.org"));
        assertThat(DnsName.of("Example.ORG.").toString()).isEqualTo("example.org");
    }

    @Test
    void whatIsNoNameIsRefused() {
        assertThat(DnsName.parse("")).isEmpty();
        assertThat(DnsName.parse("a..b")).isEmpty();
        assertThat(DnsName.parse(".a")).isEmpty();
        assertThat(DnsName.parse("a..")).isEmpty();
        assertThat(DnsName.parse("a".repeat(64) + ".b")).isEmpty();
        assertThat(DnsName.parse(("a".repeat(63) + ".").repeat(4))).isEmpty();
        assertThat(DnsName.parse("a".repeat(63) + ".b")).isPresent();
    }

    @Test
    void oddOctetsAreKeptAndEscapedForPeople() {
        DnsName name = DnsName.of("a b\"ü\r\n.example");
        assertThat(name.octets()).isEqualTo("a b\"\u00c3\u00bc\r\n.example");
        assertThat(name.toString()).isEqualTo("a\\032b\\034\\195\\188\\013\\010.example");
    }

    @Test
    void theRootIsADot() {
        assertThat(DnsName.of(".")).isEqualTo(DnsName.ROOT);
        assertThat(DnsName.ROOT.toString()).isEqualTo(".");
        assertThat(DnsName.of("org").parent()).isEqualTo(DnsName.ROOT);
        assertThat(DnsName.ROOT.labels()).isZero();
    }

    @Test
    void reverseNamesFollowTheRfcs() {
        InetAddress v4 = Ip.parse("192.0.2.1");
        InetAddress v6 = Ip.parse("2001:db8::cb01");
        assertThat(DnsName.reverse(v4).toString()).isEqualTo("1.2.0.192.in-addr.arpa");
        assertThat(DnsName.reverse(v6).toString())
                .isEqualTo(
                        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    }

    @Test
    void lyingWithinIsAQuestionOfWholeLabels() {
        DnsName org = DnsName.of("example.org");
        assertThat(DnsName.of("a.example.org").isWithin(org)).isTrue();
        assertThat(org.isWithin(org)).isTrue();
        assertThat(DnsName.of("badexample.org").isWithin(org)).isFalse();
        assertThat(DnsName.of("a.b.example.org").labels()).isEqualTo(4);
        assertThat(org.prefixed("s1._domainkey")).contains(DnsName.of("s1._domainkey.example.org"));
    }
}
