package org.postern.auth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.mail.Domain;

class RegisteredDomainTest {
    @ParameterizedTest
    @CsvSource({
        "evil.example, evil.example",
        "a.evil.example, evil.example",
        "a.b.c.evil.example, evil.example",
        "mail.example.co.uk, example.co.uk",
        "example.co.uk, example.co.uk",
        "co.uk, co.uk",
        "someone.github.io, someone.github.io",
        "x.someone.github.io, someone.github.io",
        "localhost, localhost",
        "a.b.xn--zckzah, b.xn--zckzah",
    })
    void itIsTheNameBeneathThePublicSuffix(String domain, String registered) {
        assertThat(RegisteredDomain.of(Domain.of(domain))).isEqualTo(Domain.of(registered));
    }
}
