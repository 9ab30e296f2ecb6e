package org.postern.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.Advice;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

class AuthenticatorTest {
    private static final String MESSAGE =
            String.join(
                    "\r\n",
                    "Received: from mail.example.org (mail.example.org [198.51.100.1])",
                    "\tby relay.example.net (Postfix) with ESMTPS id 1234; Sat, 21 Nov 2026",
                    "From: Alice <alice@example.org>",
                    "To: bob@example.net",
                    "",
                    "Hello",
                    "");

    private final TestDns dns =
            TestDns.of()
                    .txt("example.org", "v=spf1 ip4:198.51.100.0/24 -all")
                    .txt("mail.example.org", "v=spf1 ip4:198.51.100.0/24 -all")
                    .txt("_dmarc.example.org", "v=DMARC1; p=reject");

    @Test
    void an_honest_message_passes_and_says_why() {
        AuthenticationOutcome outcome = run("198.51.100.1", NetworksConfig.NONE);
        assertThat(outcome.verdicts().spf().result()).isEqualTo(AuthResult.PASS);
        assertThat(outcome.verdicts().dmarc().result()).isEqualTo(AuthResult.PASS);
        assertThat(outcome.verdicts().dmarc().reason()).isEqualTo("dmarc.pass.spf");
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.ACCEPT);
        assertThat(outcome.authenticationResults())
                .startsWith(
                        "mx.example.net; spf=pass reason=spf.pass smtp.mailfrom=alice@example.org;"
                                + " spf=pass reason=spf.pass smtp.helo=mail.example.org; iprev=")
                .contains("; dkim=none reason=dkim.none;")
                .endsWith(
                        "dmarc=pass reason=dmarc.pass.spf header.from=example.org"
                                + " policy.dmarc=reject");
        assertThat(outcome.traceFields())
                .singleElement()
                .satisfies(field -> {
                    assertThat(field).startsWith("Authentication-Results: mx.example.net;");
                    assertThat(field).endsWith("\r\n");
                    assertThat(field.split("\r\n")).allMatch(line -> line.length() <= 78);
                });
    }

    @Test
    void a_forged_message_fails_and_both_halves_are_named() {
        AuthenticationOutcome outcome = run("203.0.113.9", NetworksConfig.NONE);
        assertThat(outcome.verdicts().dmarc().reason()).isEqualTo("dmarc.fail.spf-fail.dkim-none");
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.REJECT);
        assertThat(outcome.advice().explanation()).contains("DMARC").contains("example.org");
    }

    @Test
    void a_hairpinned_message_neither_passes_nor_fails_spf() {
        for (String client : List.of("10.1.2.3", "127.0.0.1", "100.64.3.4", "fe80::1", "fd00::1")) {
            AuthenticationOutcome outcome = run(client, NetworksConfig.NONE);
            assertThat(outcome.verdicts().spf().result()).isEqualTo(AuthResult.NONE);
            assertThat(outcome.verdicts().spf().reason()).isEqualTo("client-address.implausible");
            assertThat(outcome.verdicts().heloSpf().reason())
                    .isEqualTo("client-address.implausible");
            assertThat(outcome.verdicts().iprev().reason()).isEqualTo("client-address.implausible");
            assertThat(outcome.verdicts().dmarc().result()).isEqualTo(AuthResult.TEMPERROR);
            assertThat(outcome.verdicts().dmarc().reason())
                    .isEqualTo("dmarc.temperror.spf-implausible.dkim-none");
            assertThat(outcome.advice().action()).isEqualTo(Advice.Action.DEFER);
        }
    }

    @Test
    void a_stated_address_is_taken_as_true() {
        AuthenticationOutcome outcome =
                AuthRun.run(
                        AuthRun.authenticator(dns),
                        AuthenticationRequest.stated(
                                Ip.parse("10.1.2.3"), "mail.example.org", "alice@example.org"),
                        MESSAGE.getBytes(StandardCharsets.US_ASCII));
        assertThat(outcome.verdicts().spf().reason()).startsWith("spf.fail");
    }

    @Test
    void behind_a_trusted_relay_the_address_comes_from_its_received_field() {
        AuthenticationOutcome outcome =
                run("10.0.0.25", networks("10.0.0.0/8", Map.of(), List.of()));
        assertThat(outcome.client()).isEqualTo(Ip.parse("198.51.100.1"));
        assertThat(outcome.verdicts().spf().result()).isEqualTo(AuthResult.PASS);
        assertThat(outcome.verdicts().heloSpf().domain()).isEqualTo("mail.example.org");
    }

    @Test
    void an_internal_range_is_known_by_its_public_address() {
        NetworksConfig networks =
                networks(
                        "192.0.2.0/32",
                        Map.of(Cidr.parse("10.0.0.0/8"), Ip.parse("198.51.100.77")),
                        List.of());
        AuthenticationOutcome outcome = run("10.9.9.9", networks);
        assertThat(outcome.client()).isEqualTo(Ip.parse("198.51.100.77"));
        assertThat(outcome.verdicts().spf().result()).isEqualTo(AuthResult.PASS);
    }

    @Test
    void a_listed_network_is_public_however_private_it_looks() {
        AuthenticationOutcome outcome =
                run(
                        "127.0.0.1",
                        networks("192.0.2.0/32", Map.of(), List.of(Cidr.parse("127.0.0.0/8"))));
        assertThat(outcome.verdicts().spf().reason()).startsWith("spf.fail");
    }

    @Test
    void forged_results_in_our_name_are_found_by_their_place() {
        String forged = "Authentication-Results: MX.example.net;\r\n spf=pass\r\n";
        AuthenticationOutcome outcome =
                AuthRun.run(
                        AuthRun.authenticator(dns),
                        "198.51.100.1",
                        "mail.example.org",
                        "alice@example.org",
                        "X: y\r\n" + forged + MESSAGE);
        assertThat(outcome.forged()).containsExactly(new ByteRange(6, 6 + forged.length()));
    }

    @Test
    void switched_off_every_verdict_is_none_and_the_header_says_so() {
        AuthenticationConfig off =
                new AuthenticationConfig(
                        false, "mx.example.net", Duration.ofSeconds(10), List.of(), List.of());
        AuthenticationOutcome outcome =
                AuthRun.run(
                        AuthRun.authenticator(dns, NetworksConfig.NONE, off),
                        "203.0.113.9",
                        "x",
                        "alice@example.org",
                        "Authentication-Results: mx.example.net; spf=pass\r\n" + MESSAGE);
        assertThat(outcome.authenticationResults())
                .isEqualTo("mx.example.net; none (checks are switched off)");
        assertThat(outcome.verdicts().spf().reason()).isEqualTo("authentication.disabled");
        assertThat(outcome.verdicts().dmarc().reason()).isEqualTo("authentication.disabled");
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.ACCEPT);
        assertThat(outcome.forged()).hasSize(1);
    }

    @Test
    void a_listed_exception_is_a_reason_of_its_own() {
        AuthenticationConfig config =
                new AuthenticationConfig(
                        true,
                        "mx.example.net",
                        Duration.ofSeconds(10),
                        List.of(Domain.of("example.org")),
                        List.of());
        AuthenticationOutcome outcome =
                AuthRun.run(
                        AuthRun.authenticator(dns, NetworksConfig.NONE, config),
                        "203.0.113.9",
                        "x",
                        "alice@example.org",
                        MESSAGE);
        assertThat(outcome.verdicts().dmarc().result()).isEqualTo(AuthResult.FAIL);
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.ACCEPT);
        assertThat(outcome.advice().reason()).isEqualTo("dmarc.override.exception");
    }

    @Test
    void p_reject_can_be_taken_for_quarantine_for_the_sake_of_mailing_lists() {
        AuthenticationConfig config =
                new AuthenticationConfig(
                        true,
                        "mx.example.net",
                        Duration.ofSeconds(10),
                        List.of(),
                        AuthenticationConfig.DmarcReject.QUARANTINE,
                        List.of(),
                        null,
                        false,
                        0);
        AuthenticationOutcome outcome =
                AuthRun.run(
                        AuthRun.authenticator(dns, NetworksConfig.NONE, config),
                        "203.0.113.9",
                        "x",
                        "alice@example.org",
                        MESSAGE);
        assertThat(outcome.verdicts().dmarc().disposition()).isEqualTo(DmarcResult.Policy.REJECT);
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.QUARANTINE);
        assertThat(outcome.advice().reason()).isEqualTo("dmarc.override.reject-as-quarantine");
        AuthenticationOutcome dubious =
                AuthRun.run(
                        AuthRun.authenticator(dns, NetworksConfig.NONE, config),
                        "203.0.113.9",
                        "x",
                        "alice@example.org",
                        "From: a@example.org\r\n" + MESSAGE);
        assertThat(dubious.advice().action()).isEqualTo(Advice.Action.REJECT);
    }

    @Test
    void a_dns_trouble_is_temperror_and_waits() {
        dns.timeout("example.org");
        AuthenticationOutcome outcome = run("198.51.100.1", NetworksConfig.NONE);
        assertThat(outcome.verdicts().spf().result()).isEqualTo(AuthResult.TEMPERROR);
        assertThat(outcome.verdicts().dmarc().result()).isEqualTo(AuthResult.TEMPERROR);
        assertThat(outcome.verdicts().dmarc().reason())
                .isEqualTo("dmarc.temperror.spf-temperror.dkim-none");
        assertThat(outcome.advice().action()).isEqualTo(Advice.Action.DEFER);
    }

    @Test
    void who_does_not_wait_for_the_clients_name_leaves_the_look_up_to_those_who_do() {
        CountDownLatch answered = new CountDownLatch(1);
        dns.ptr("198.51.100.1", "mail.example.org").a("mail.example.org", "198.51.100.1");
        DnsClient slow =
                (DnsClient)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {DnsClient.class},
                                (proxy, method, arguments) -> {
                                    if (method.getName().equals("ptr")) {
                                        assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
                                    }
                                    return method.invoke(dns, arguments);
                                });
        AuthenticationRequest request =
                new AuthenticationRequest(
                        Ip.parse("198.51.100.1"),
                        "mail.example.org",
                        "alice@example.org",
                        AuthenticationRequest.Origin.CONNECTION,
                        null);
        byte[] message = MESSAGE.getBytes(StandardCharsets.US_ASCII);
        try (Authentication checks = AuthRun.authenticator(slow).begin(request)) {
            checks.write(message, 0, message.length);
            TrueClient client = checks.trueClient();
            assertThat(client.name().apply(Duration.ofMillis(1))).isEmpty();
            answered.countDown();
            assertThat(client.name().apply(Duration.ofSeconds(10))).contains("mail.example.org");
            assertThat(checks.finish().verdicts().iprev().result()).isEqualTo(AuthResult.PASS);
        }
    }

    private static NetworksConfig networks(
            String relays, Map<Cidr, InetAddress> secondary, List<Cidr> publicNetworks) {
        return new NetworksConfig(
                List.of(), List.of(Cidr.parse(relays)), List.of(), publicNetworks, secondary);
    }

    private AuthenticationOutcome run(String client, NetworksConfig networks) {
        return AuthRun.run(
                AuthRun.authenticator(dns, networks),
                client,
                "mail.example.org",
                "alice@example.org",
                MESSAGE);
    }
}
