package org.postern.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.net.Ip;

/** Any bytes at all: never an exception, never unbounded work. */
class HostileMessageTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final TestDns dns =
            TestDns.of()
                    .txt("example.org", "v=spf1 ip4:198.51.100.0/24 -all")
                    .txt("_dmarc.example.org", "v=DMARC1; p=reject; " + "x".repeat(60_000));

    @Test
    void ten_thousand_from_addresses_are_refused_by_name() {
        assertThat(
                        run("From: "
                                        + "a@example.org,\r\n ".repeat(10_000)
                                        + "b@example.org\r\n\r\n")
                                .verdicts()
                                .dmarc()
                                .reason())
                .isEqualTo("dmarc.permerror.from-too-many-addresses");
    }

    @Test
    void a_hundred_thousand_fields_are_read_or_refused() {
        AuthenticationOutcome outcome =
                run("A: b\r\n".repeat(100_000) + "From: a@example.org\r\n\r\n");
        assertThat(outcome.verdicts().dmarc().result()).isEqualTo(AuthResult.FAIL);
    }

    @Test
    void a_header_of_two_megabytes_is_refused_by_name() {
        AuthenticationOutcome outcome =
                run("From: a@example.org\r\nX: " + "y".repeat(2_000_000) + "\r\n\r\n");
        assertThat(outcome.verdicts().dmarc().reason())
                .isEqualTo("dmarc.permerror.header-too-long");
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.REJECT);
    }

    @Test
    void five_hundred_signatures_cost_no_more_than_twenty() {
        String signature =
                "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s%d; h=from;"
                        + " bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n";
        StringBuilder message = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            message.append(signature.replace("%d", Integer.toString(i)));
        }
        AuthenticationOutcome outcome = run(message + "From: a@example.org\r\n\r\n");
        assertThat(outcome.verdicts().dkim()).hasSizeLessThan(30);
        assertThat(dns.asked()).hasSizeLessThan(60);
        assertThat(outcome.traceFields().getFirst().length()).isLessThan(8_000);
    }

    @Test
    void forged_results_by_the_thousand_are_all_found() {
        AuthenticationOutcome outcome =
                run(
                        "Authentication-Results: mx.example.net; dmarc=pass\r\n".repeat(5_000)
                                + "From: a@example.org\r\n\r\n");
        assertThat(outcome.forged()).hasSize(5_000);
    }

    @Test
    void random_octets_give_verdicts() {
        Random random = new Random(20261121);
        for (int i = 0; i < 300; i++) {
            byte[] octets = new byte[random.nextInt(3_000)];
            random.nextBytes(octets);
            String helo =
                    new String(octets, 0, Math.min(40, octets.length), StandardCharsets.ISO_8859_1);
            AuthenticationOutcome outcome =
                    AuthRun.run(
                            AuthRun.authenticator(dns),
                            AuthenticationRequest.stated(
                                    Ip.parse("192.0.2.1"), helo, helo + "@" + helo),
                            octets);
            assertThat(outcome.verdicts().dmarc().result()).isNotEqualTo(AuthResult.PASS);
            assertThat(outcome.authenticationResults()).matches("[\\x20-\\x7e]+");
        }
    }

    @Test
    void an_empty_message_has_no_author() {
        assertThat(run("").verdicts().dmarc().reason()).isEqualTo("dmarc.permerror.no-from");
    }

    private AuthenticationOutcome run(String message) {
        return Assertions.assertTimeoutPreemptively(
                SOON,
                () ->
                        AuthRun.run(
                                AuthRun.authenticator(dns),
                                AuthenticationRequest.stated(
                                        Ip.parse("203.0.113.9"), "h.example", "a@example.org"),
                                message.getBytes(StandardCharsets.ISO_8859_1)));
    }
}
