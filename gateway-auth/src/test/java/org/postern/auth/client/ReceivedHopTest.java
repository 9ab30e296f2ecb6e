package org.postern.auth.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.net.Ip;

class ReceivedHopTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Postfix
                "from h.example (r.example [192.0.2.1]) by mx (Postfix) with ESMTP | 192.0.2.1 |"
                        + " h.example",
                "from h.example (unknown [IPv6:2001:db8::1]) (using TLSv1.3 with cipher X (256/256"
                    + " bits)) (No client certificate requested) by mx | 2001:db8::1 | h.example",
                "from [10.0.0.5] (r.example [192.0.2.1]) by mx (Postfix) | 192.0.2.1 | [10.0.0.5]",
                "from evil([9.9.9.9]) (r.example [192.0.2.1]) by mx | 192.0.2.1 | evil",
                // Sendmail
                "from h.example (r.example [192.0.2.1] (may be forged)) by mx (8.17/8.17) |"
                        + " 192.0.2.1 | h.example",
                "from h.example (IDENT:root@r.example [192.0.2.1]) by mx | 192.0.2.1 | h.example",
                // Exim
                "from r.example ([192.0.2.1] helo=h.example) by mx with esmtps | 192.0.2.1 |"
                        + " h.example",
                "from [192.0.2.1] (helo=h.example) by mx with smtp (Exim 4.98) | 192.0.2.1 |"
                        + " h.example",
                "from [192.0.2.1] (port=4711 helo=[10.0.0.5]) by mx | 192.0.2.1 | [10.0.0.5]",
                "from h.example ([192.0.2.1]) by mx with esmtp (Exim 4.98) | 192.0.2.1 | h.example",
                // qmail
                "from unknown (HELO h.example) (192.0.2.1) by mx with SMTP | 192.0.2.1 | h.example",
                // Exchange
                "from h.example (192.0.2.1) by mx.example (10.0.0.1) with Microsoft SMTP Server |"
                        + " 192.0.2.1 | h.example",
                "from h.example (2001:db8::5) by mx.example (2001:db8::6) with Microsoft SMTP |"
                        + " 2001:db8::5 | h.example",
                // Google, Courier, CommuniGate
                "from h.example (h.example. [192.0.2.1]) by mx.google.com with ESMTPS id x |"
                        + " 192.0.2.1 | h.example",
                "from h.example (r.example [::ffff:192.0.2.1]) by mx with ESMTP | 192.0.2.1 |"
                        + " h.example",
                "from [192.0.2.1] (HELO h.example) by mx (CommuniGate Pro) | 192.0.2.1 | h.example",
            })
    void the_client_that_the_mta_wrote_counts(String value, String address, String helo) {
        ReceivedHop hop = Objects.requireNonNull(ReceivedHop.parse(value));
        assertThat(hop.address()).isEqualTo(Ip.parse(address));
        assertThat(hop.helo()).isEqualTo(helo);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "by mx.example with LMTP id 1",
                "(qmail 1234 invoked by uid 89); 21 Nov 2026",
                "from localhost by mx.example",
                "from h.example (r.example) by mx ([192.0.2.1])",
                "from h.example (r.example [10.1]) by mx",
                "from h.example ((((((((((",
                "from",
            })
    void a_field_that_names_no_client_gives_none(String value) {
        assertThat(ReceivedHop.parse(value)).isNull();
    }
}
