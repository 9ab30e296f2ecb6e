package org.postern.core.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.1",
                "2130706433",
                "192.0.513",
                "",
                "mx.example.test",
                "192.0.2.1.",
                "::1%lo0x",
                "1.2.3.4.5",
                "010.0.0.1",
                "10.0.0.0x1",
                "fe80::1%1",
                "::ffff:10.0.1",
                "::ffff:010.0.0.1"
            })
    void onlyTheUsualFormsAreAddresses(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Ip.parse(text));
    }

    @Test
    void whatOtherProgramsSendMayHaveLeadingZerosAndAZone() {
        assertThat(Ip.text(Ip.parseWire("010.000.000.001"))).isEqualTo("10.0.0.1");
        assertThat(Ip.text(Ip.parseScoped("fe80::1%1"))).isEqualTo("fe80::1");
        assertThatIllegalArgumentException().isThrownBy(() -> Ip.parseScoped("010.0.0.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::1", "127.0.0.1", "::1"})
    void aHostHasAUnicastAddress(String text) {
        assertThat(Ip.isUnicast(Ip.parse(text))).isTrue();
    }

    @Test
    void anAddressWithItsPortIsWrittenAsPeopleDo() {
        assertThat(Ip.hostPort(new InetSocketAddress(Ip.parse("192.0.2.1"), 25)))
                .isEqualTo("192.0.2.1:25");
        assertThat(Ip.hostPort(new InetSocketAddress(Ip.parse("2001:db8:0::1"), 25)))
                .isEqualTo("[2001:db8::1]:25");
        assertThat(Ip.hostPort(InetSocketAddress.createUnresolved("mx.example.test", 25)))
                .isEqualTo("mx.example.test:25");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255"})
    void nobodyHasTheAddressOfNobodyOrOfMany(String text) {
        assertThat(Ip.isUnicast(Ip.parse(text))).isFalse();
    }
}
