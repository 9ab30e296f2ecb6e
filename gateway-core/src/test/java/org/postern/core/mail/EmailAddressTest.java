package org.postern.core.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {
    @ParameterizedTest
    @CsvSource({
        "a@example.test, a, example.test, a@example.test",
        "A.b+c@Example.TEST, A.b+c, example.test, A.b+c@example.test",
        "'\"a b\"@example.test', a b, example.test, '\"a b\"@example.test'",
        "'\"plain\"@example.test', plain, example.test, plain@example.test",
        "'\"a\\\"b\"@example.test', 'a\"b', example.test, '\"a\\\"b\"@example.test'",
        "a@[192.0.2.1], a, [192.0.2.1], a@[192.0.2.1]",
        "a@[IPv6:2001:DB8:0:0::1], a, [IPv6:2001:db8::1], a@[IPv6:2001:db8::1]",
        "a@XN--STRAE-OQA.example, a, xn--strae-oqa.example, a@xn--strae-oqa.example",
        "a@xn--ls8h.example, a, xn--ls8h.example, a@xn--ls8h.example",
        "a@r3---sn.example, a, r3---sn.example, a@r3---sn.example",
        "jürgen@straße.example, jürgen, xn--strae-oqa.example, jürgen@xn--strae-oqa.example",
    })
    void parsesWhatTheGrammarAllows(String text, String local, String host, String wire)
            throws InvalidAddressException {
        EmailAddress address = EmailAddress.parse(text);
        assertThat(address.localPart()).isEqualTo(local);
        assertThat(address.host().ascii()).isEqualTo(host);
        assertThat(address).hasToString(wire);
        assertThat(EmailAddress.parse(address.toString())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "@example.test",
                "a@",
                ".a@example.test",
                "a..b@example.test",
                "a.@example.test",
                "a b@example.test",
                "a(comment)@example.test",
                "<a@example.test>",
                "a@-example.test",
                "a@example..test",
                "a@exa mple.test",
                "a@[192.0.2]",
                "a@[192.0.2.256]",
                "a@[2001:db8::1]",
                "\"a@example.test",
                "a@b@example.test",
                "a\r\n@example.test",
                "\"\u009b31m\"@example.test", // a terminal would obey it
                "a@xn--a.test", // decodes to a control character
                "a@xn--.test",
                "a@mx.XN--0.test",
                "a@xn--strae-oqa-.test",
                "a@xn--example.test", // decodes to nothing that UTS-46 leaves as it is
            })
    void refusesJunk(String text) {
        assertThatThrownBy(() -> EmailAddress.parse(text))
                .isInstanceOf(InvalidAddressException.class);
    }

    @Test
    void refusesLocalPartsOverTheLimit() throws InvalidAddressException {
        assertThat(EmailAddress.parse("a".repeat(250) + "@example.test").localPart()).hasSize(250);
        assertThatThrownBy(() -> EmailAddress.parse("a".repeat(251) + "@example.test"))
                .isInstanceOf(InvalidAddressException.class)
                .hasMessageContaining("250");
    }

    @Test
    void comparesLocalPartsExactlyAndFoldsThemInTheKey() {
        EmailAddress upper = EmailAddress.of("Info@example.test");
        EmailAddress lower = EmailAddress.of("info@EXAMPLE.test");
        assertThat(upper).isNotEqualTo(lower);
        assertThat(upper.key()).isEqualTo(lower.key());
    }
}
