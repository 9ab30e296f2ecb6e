package org.postern.core.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.7, 192.0.2.7, true",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
    })
    void knowsItsMembers(String cidr, String address, boolean member) {
        assertThat(Cidr.parse(cidr).contains(Ip.parse(address))).isEqualTo(member);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"192.0.2.0/33", "192.0.2.1/24", "192.0.2/24", "x", "192.0.2.0/", "::/129"})
    void refusesWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2, '; did you mean 192.0.2.0/24?'",
        "10, '; did you mean 10.0.0.0/8?'",
        "10/8, '; did you mean 10.0.0.0/8?'",
        "010.0.0.1, '; did you mean 10.0.0.1?'",
        "0x0a.0.0.1, ''",
        "3232235777, ''",
        "300.1, ''",
        "fe80::1%1, '; an address is written without a zone (%…)'",
        "fe80::%1/64, '; an address is written without a zone (%…)'",
    })
    void saysWhatAShortOrOddFormMayHaveMeant(String text, String hint) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "not an IP address or network such as 192.0.2.0/24 or 2001:db8::/32"
                                + hint);
    }

    @ParameterizedTest
    @CsvSource({
        "255.255.255.255, 255.255.255.255/32",
        "0.0.0.0/0, 0.0.0.0/0",
        "10.20.30.40/32, 10.20.30.40/32",
        "::ffff:192.0.2.1, 192.0.2.1/32",
        "2001:db8::/32, 2001:db8::/32",
    })
    void readsAnAddressAndItsPrefix(String text, String normal) {
        assertThat(Cidr.parse(text)).hasToString(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "256.0.0.1",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.4 ",
                "",
                ".",
                "1.2.3.999"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "fe80:0:0:0:0:0:0:0, fe80::",
        "192.0.2.10, 192.0.2.10",
    })
    void printsAddressesAsRfc5952Says(String text, String canonical) {
        assertThat(Ip.text(Ip.parse(text))).isEqualTo(canonical);
    }
}
