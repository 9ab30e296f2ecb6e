package org.postern.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.auth.arc.ArcRun;
import org.postern.auth.dkim.DkimSamples;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.ArcResult;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.Domain;

/** The fields that are added where the configuration asks for them: an ARC set, Received-SPF. */
class TraceFieldsTest {
    private static final String MESSAGE =
            String.join(
                    "\r\n",
                    "From: Alice <alice@example.org>",
                    "To: bob@example.net",
                    "Subject: hello",
                    "",
                    "Hello",
                    "");

    private static TestDns dns(KeyPair pair) {
        return TestDns.of()
                .txt("example.org", "v=spf1 ip4:198.51.100.0/24 -all")
                .txt("s1._domainkey.example.net", DkimSamples.record(pair));
    }

    private static KeyPair pair(String kind) {
        return DkimSamples.pair(kind, kind.equals("RSA") ? 2048 : 255);
    }

    private static AuthenticationOutcome run(KeyPair pair, String message) {
        Authenticator authenticator =
                new Authenticator(
                        new AuthenticatorSettings(
                                Domain.of("mx.example.net"),
                                AuthenticationConfig.defaults("mx.example.net"),
                                NetworksConfig.NONE,
                                Set.of(),
                                DkimSamples.key("example.net", "s1", pair),
                                List.of()),
                        dns(pair),
                        org.postern.core.time.TimeSource.system());
        return AuthRun.run(
                authenticator, "198.51.100.1", "mail.example.org", "alice@example.org", message);
    }

    private static String relayed(KeyPair pair, String message) {
        return String.join("", run(pair, message).traceFields()) + message;
    }

    private static ArcResult validate(KeyPair pair, String message) {
        return ArcRun.validate(
                dns(pair),
                message.getBytes(StandardCharsets.ISO_8859_1),
                Instant.now(),
                DkimSettings.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "Ed25519"})
    void a_set_of_ours_begins_a_chain_and_goes_on_with_it(String kind) {
        KeyPair pair = pair(kind);
        String once = relayed(pair, MESSAGE);
        assertThat(once).startsWith("ARC-Seal: ").contains("cv=none");
        assertThat(once.indexOf("\r\nARC-Message-Signature:"))
                .isPositive()
                .isLessThan(once.indexOf("\r\nARC-Authentication-Results: i=1; mx.example.net;"));
        assertThat(once.indexOf("\r\nARC-Authentication-Results:"))
                .isPositive()
                .isLessThan(once.indexOf("\r\nAuthentication-Results: mx.example.net;"));
        assertThat(once.split("\r\n")).allMatch(line -> line.length() < 500);
        ArcResult first = validate(pair, once);
        assertThat(first.reason()).isEqualTo("arc.pass");
        assertThat(first.chain()).isEqualTo(1);
        assertThat(first.sealers()).containsExactly("example.net");

        String twice = relayed(pair, "Received: from x by y; now\r\n" + once);
        assertThat(twice).contains("cv=pass").contains("i=2; mx.example.net;");
        ArcResult second = validate(pair, twice);
        assertThat(second.reason()).isEqualTo("arc.pass");
        assertThat(second.chain()).isEqualTo(2);
    }

    @Test
    void what_is_left_out_when_relaying_is_not_covered() {
        KeyPair pair = pair("RSA");
        String forged = "Authentication-Results: mx.example.net; spf=pass\r\nX-Postern-Y: 1\r\n";
        AuthenticationOutcome outcome = run(pair, forged + MESSAGE);
        assertThat(outcome.forged())
                .containsExactly(
                        new ByteRange(0, forged.indexOf("X-")),
                        new ByteRange(forged.indexOf("X-"), forged.length()));
        assertThat(validate(pair, String.join("", outcome.traceFields()) + MESSAGE).reason())
                .isEqualTo("arc.pass");
    }

    @Test
    void a_broken_chain_is_sealed_as_failed_once() {
        KeyPair pair = pair("RSA");
        String broken = relayed(pair, MESSAGE).replace("Subject: hello", "Subject: changed");
        String sealed = relayed(pair, broken);
        assertThat(sealed).contains("cv=fail").contains("i=2; mx.example.net;");
        assertThat(validate(pair, sealed).reason()).isEqualTo("arc.fail.sealed-as-fail");
        assertThat(run(pair, sealed).traceFields())
                .singleElement()
                .asString()
                .startsWith("Authentication-Results:");
    }

    private static String receivedSpf(String client, String helo, String from) {
        AuthenticationConfig config =
                new AuthenticationConfig(
                        true,
                        "mx.example.net",
                        Duration.ofSeconds(10),
                        List.of(),
                        AuthenticationConfig.DmarcReject.REJECT,
                        List.of(),
                        null,
                        true,
                        0);
        return String.valueOf(
                AuthRun.run(
                                AuthRun.authenticator(
                                        dns(pair("RSA")), NetworksConfig.NONE, config),
                                client,
                                helo,
                                from,
                                MESSAGE)
                        .receivedSpf());
    }

    @Test
    void received_spf_says_what_was_checked_and_found() {
        assertThat(receivedSpf("198.51.100.1", "mail.example.org", "alice@example.org"))
                .isEqualTo(
                        String.join(
                                "\r\n",
                                "Received-SPF: pass (mx.example.net: spf.pass)"
                                        + " client-ip=198.51.100.1;",
                                " envelope-from=\"alice@example.org\"; helo=mail.example.org;"
                                        + " identity=mailfrom;",
                                " mechanism=\"ip4:198.51.100.0/24\"; receiver=mx.example.net",
                                ""));
        assertThat(receivedSpf("2001:db8::1", "mail.example.org", "alice@example.org"))
                .startsWith("Received-SPF: fail (")
                .contains("client-ip=\"2001:db8::1\";");
        assertThat(receivedSpf("198.51.100.1", "mail.example.org", ""))
                .contains("envelope-from=\"postmaster@mail.example.org\"");
    }

    @Test
    void nothing_that_a_sender_chose_ends_the_quotes_of_received_spf() {
        String field =
                receivedSpf(
                        "198.51.100.1", "x\"; identity=helo\r\nX: y", "\"a\\\" b\"@example.org");
        assertThat(field)
                .contains("helo=\"x\\\"; identity=helo??X: y\";")
                .contains("envelope-from=\"\\\"a\\\\\\\" b\\\"@example.org\";");
        assertThat(field.split("\r\n")).noneMatch(line -> line.startsWith("X:"));
    }

    @Test
    void without_being_asked_for_neither_is_added() {
        AuthenticationOutcome outcome =
                AuthRun.run(
                        AuthRun.authenticator(dns(pair("RSA"))),
                        "198.51.100.1",
                        "mail.example.org",
                        "alice@example.org",
                        MESSAGE);
        assertThat(outcome.receivedSpf()).isNull();
        assertThat(outcome.traceFields()).hasSize(1);
    }
}
