package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.net.Ip;

class ReceivedFieldTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:05:07Z");

    @Test
    void namesWhoGaveWhatToWhomAndHow() {
        assertThat(
                        ReceivedField.of(
                                "mail.example.org",
                                Ip.parse("192.0.2.1"),
                                "mx.example.org",
                                "mx.example.test",
                                "ESMTPS",
                                "using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384",
                                new QueueId(1_000_000),
                                EmailAddress.of("alice@example.test"),
                                NOW))
                .isEqualTo(
                        """
                        Received: from mail.example.org (mx.example.org [192.0.2.1])\r
                        \t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r
                        \tby mx.example.test (Postern) with ESMTPS id YGJ0\r
                        \tfor <alice@example.test>;\r
                        \tSat, 21 Nov 2026 09:05:07 +0000\r
                        """);
    }

    @Test
    void saysNothingOfRecipientsWhenThereAreSeveral() {
        assertThat(
                        ReceivedField.of(
                                "[IPv6:2001:db8::1]",
                                Ip.parse("2001:db8::1"),
                                null,
                                "mx.example.test",
                                "ESMTP",
                                null,
                                new QueueId(1),
                                null,
                                NOW))
                .contains("from [IPv6:2001:db8::1] ([IPv6:2001:db8::1])")
                .doesNotContain("for <");
    }

    @Test
    void letsNoNameFromOutsideBreakTheField() {
        assertThat(ReceivedField.plainName("mx_1.example.org")).isEqualTo("mx_1.example.org");
        assertThat(ReceivedField.plainName("a(b.evil.example")).isNull();
        assertThat(ReceivedField.plainName("a)by(b.evil.example")).isNull();
        assertThat(ReceivedField.ascii("café")).isEqualTo("xn--caf-dma");
        assertThat(ReceivedField.ascii("mail.example.org")).isEqualTo("mail.example.org");
    }
}
