package org.postern.auth.spf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.net.Ip;

class SpfParserTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/0",
                "a//0",
                "a/32//128",
                "a:example.org/24//64",
                "a:foo:bar/baz.example.org",
                "a:%{d}/24",
                "a:%{ir}.%{v}._spf.%{d2}",
                "a:foo.%%",
                "a:.org",
                "a:example.xn--zckzah.",
                "a:example.1-2",
                "mx:%{d9r.-+,/_=}",
                "PTR:%{D}",
                "ip4:0.0.0.0/0",
                "ip6:::",
                "ip6:::1/128",
                "ip6:1::8",
                "ip6:1:2:3:4:5:6:7::",
                "ip6:1:2:3:4:5:6:1.2.3.4",
                "?exists:%{l}.example.org",
                "redirect=_spf.%{d}",
                "EXP=why.example.org",
                "x=",
                "x-y_z.1=%{c}",
                "match_subdomains=yes"
            })
    void isATerm(String term) throws Exception {
        assertThat(SpfParser.parse("v=spf1 " + term)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b",
                "+",
                "++all",
                "all:",
                "all/0",
                "a:",
                "a/",
                "a//",
                "a/33",
                "a/00",
                "a/01",
                "a//129",
                "a/24/64",
                "a/24///64",
                "a:example",
                "a:example.",
                "a:example.org..",
                "a:example.-org",
                "a:example.org-",
                "a:1.2.3.4",
                "a:%{d",
                "a:%{}",
                "a:%{x}",
                "a:%{d0}",
                "a:%{d2rr}",
                "a:%{d2x}",
                "a:%{c}",
                "a:%",
                "a:%a.org",
                "a:foo.%%%",
                "a:foo.%{d}x",
                "include",
                "include:",
                "exists:a.org/24",
                "ptr/24",
                "ip4",
                "ip4:",
                "ip4:1.2.3",
                "ip4:1.2.3.04",
                "ip4:1.2.3.4.5",
                "ip4:1.2.3.4/",
                "ip4:1.2.3.4/33",
                "ip4:::1",
                "ip6:1.2.3.4",
                "ip6::",
                "ip6:1::2::3",
                "ip6:1:2:3:4:5:6:7:8:9",
                "ip6:1:2:3:4:5:6:7:8::",
                "ip6:12345::",
                "ip6:::1%eth0",
                "ip6:[::1]",
                "ip6:1:",
                "ip6:::1.2.3",
                "ip6:::1//64",
                "redirect=",
                "redirect=org",
                "redirect=a.org redirect=b.org",
                "exp=",
                "exp=a.org exp=a.org",
                "x=%",
                "x=\u00e9",
                "1x=y",
                "=y",
                "a\u0000",
                "a\t-all"
            })
    void isNoTerm(String term) {
        assertThatThrownBy(() -> SpfParser.parse("v=spf1 " + term))
                .isInstanceOf(SpfSyntaxException.class);
    }

    @Test
    void theVersionMustEndInASpaceOrTheRecord() {
        assertThat(spf("v=spf1")).isTrue();
        assertThat(spf("V=SPF1 -all")).isTrue();
        assertThat(spf("v=spf10")).isFalse();
        assertThat(spf("v=spf1\t-all")).isFalse();
        assertThat(spf(" v=spf1 -all")).isFalse();
        assertThat(spf("v=spf")).isFalse();
        assertThat(spf("")).isFalse();
    }

    private static boolean spf(String record) {
        return SpfParser.isSpf(record.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::",
                "::1",
                "1::",
                "2001:db8::1",
                "1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7::",
                "::2:3:4:5:6:7:8",
                "::ffff:0:1.2.3.4",
                "fe80::aBcD"
            })
    void addressesReadAsTheJdkReadsThem(String text) {
        assertThat(IpText.ip6(text)).isEqualTo(Ip.parse(text).getAddress());
    }
}
