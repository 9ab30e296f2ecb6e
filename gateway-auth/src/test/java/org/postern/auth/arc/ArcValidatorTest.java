package org.postern.auth.arc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.auth.dkim.DkimSamples;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dkim.SigningKey;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.mail.Domain;

class ArcValidatorTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final KeyPair RSA = DkimSamples.pair("RSA", 1024);
    private static final KeyPair ED = DkimSamples.pair("Ed25519", 255);
    private static final String MESSAGE = DkimSamples.message(300);
    private static final TestDns DNS =
            TestDns.of()
                    .txt("s._domainkey.list.example", DkimSamples.record(RSA))
                    .txt("s._domainkey.relay.example", DkimSamples.record(RSA))
                    .txt("s._domainkey.last.example", DkimSamples.record(ED));

    private static ArcResult validate(TestDns dns, String message, String... trusted) {
        Domain[] domains = new Domain[trusted.length];
        for (int i = 0; i < trusted.length; i++) {
            domains[i] = Domain.of(trusted[i]);
        }
        return ArcRun.validate(
                dns,
                message.getBytes(StandardCharsets.ISO_8859_1),
                NOW,
                DkimSettings.DEFAULT,
                domains);
    }

    private static ArcSealer sealer(String domain) {
        SigningKey key = DkimSamples.key(domain, "s", domain.startsWith("last") ? ED : RSA);
        return new ArcSealer(key, List.of());
    }

    private static String seal(String domain, String message, String results) {
        return seal(domain, message, results, NOW, DkimSettings.DEFAULT);
    }

    private static String seal(
            String domain, String message, String results, Instant time, DkimSettings settings) {
        return ArcRun.seal(
                                DNS,
                                message.getBytes(StandardCharsets.ISO_8859_1),
                                time,
                                settings,
                                sealer(domain),
                                results)
                        .orElse("")
                + message;
    }

    private static String threeHops() {
        String first = seal("list.example", MESSAGE, "list.example; dmarc=pass header.from=a");
        String changed = first.replace("Subject: The", "Subject: [list] The");
        String second = seal("relay.example", changed, "relay.example; arc=pass");
        return second;
    }

    @Test
    void aMessageWithoutArcFieldsHasNoChain() {
        assertThat(validate(DNS, MESSAGE)).isEqualTo(ArcResult.NONE);
    }

    @Test
    void aChainOfSeveralHopsAndKindsOfKeyPasses() {
        String message = MESSAGE;
        for (String domain : List.of("list.example", "relay.example", "last.example")) {
            message = seal(domain, message, domain + "; spf=pass");
        }
        ArcResult result = validate(DNS, message);
        assertThat(result.reason()).isEqualTo("arc.pass");
        assertThat(result.chain()).isEqualTo(3);
        assertThat(result.sealers())
                .containsExactly("list.example", "relay.example", "last.example");
        assertThat(result.oldestPass()).isZero();
        assertThat(result.trustedResults()).isNull();
    }

    @Test
    void aChangeOnTheWayShowsInTheOldestPass() {
        String message = seal("list.example", MESSAGE, "list.example; spf=pass");
        message = message.replace("Subject: The", "Subject: [list] The");
        // the relay sees the change: the newest message signature is broken, the chain with it
        assertThat(validate(DNS, message).reason()).isEqualTo("arc.fail.message-signature");
        assertThat(validate(DNS, message).result()).isEqualTo(AuthResult.FAIL);
    }

    @Test
    void onlyTheTimeOfTheNewestMessageSignatureCounts() {
        Instant later = NOW.plus(Duration.ofDays(10));
        DkimSettings patient = new DkimSettings(20, Duration.ofDays(365), 1024, List.of(), false);
        String first = seal("list.example", MESSAGE, "list.example; spf=pass", later, patient);
        assertThat(validate(DNS, first).reason()).isEqualTo("arc.fail.message-signature");
        String second = seal("relay.example", first, "relay.example; arc=pass", NOW, patient);
        // RFC 8617, 5.2, 4: of the older instance this only says how far back it is whole
        assertThat(validate(DNS, second).reason()).isEqualTo("arc.pass");
        assertThat(validate(DNS, second).oldestPass()).isEqualTo(2);
    }

    @Test
    void whatWasFoundNearestToTheAuthorCountsWhileAllSealersSinceAreTrusted() {
        String message = seal("list.example", MESSAGE, "list.example; dmarc=pass");
        message = seal("relay.example", message, "relay.example; dmarc=fail");
        assertThat(validate(DNS, message, "list.example", "relay.example").trustedResults())
                .isEqualTo("list.example; dmarc=pass");
        assertThat(validate(DNS, message, "relay.example").trustedResults())
                .isEqualTo("relay.example; dmarc=fail");
        // an untrusted sealer came after the trusted one
        assertThat(validate(DNS, message, "list.example").trustedResults()).isNull();
    }

    @Test
    void whatWasFoundCountsOnlyIfTheNewestSignatureCoversFrom() {
        SigningKey key = DkimSamples.key("list.example", "s", RSA);
        String set =
                ArcRun.seal(
                                DNS,
                                MESSAGE.getBytes(StandardCharsets.ISO_8859_1),
                                NOW,
                                DkimSettings.DEFAULT,
                                new ArcSealer(key, List.of("to", "subject")),
                                "list.example; dmarc=pass header.from=a.example")
                        .orElse("");
        ArcResult result = validate(DNS, set + MESSAGE, "list.example");
        assertThat(result.reason()).isEqualTo("arc.pass"); // as the published cases have it
        assertThat(result.trustedResults()).isNull();
    }

    @Test
    void aChainThatFailedIsSealedOnceMoreAndThenNeverAgain() {
        String broken = threeHops();
        assertThat(validate(DNS, broken).reason()).isEqualTo("arc.fail.sealed-as-fail");
        assertThat(broken).contains("cv=fail");
        assertThat(seal("last.example", broken, "last.example; arc=fail")).isEqualTo(broken);
    }

    @Test
    void aMissingKeyFailsTheChainAndDnsTroubleDoesNot() {
        String message = seal("list.example", MESSAGE, "list.example; spf=pass");
        assertThat(validate(TestDns.of(), message).reason()).isEqualTo("arc.fail.key");
        ArcResult trouble = validate(TestDns.of().timeout("s._domainkey.list.example"), message);
        assertThat(trouble.reason()).isEqualTo("arc.temperror.dns");
        assertThat(trouble.result()).isEqualTo(AuthResult.TEMPERROR);
        assertThat(trouble.trustedResults()).isNull();
    }

    @Test
    void aChangedBodyFailsWithoutAnyQuestion() {
        TestDns dns = TestDns.of();
        String message = seal("list.example", MESSAGE, "list.example; spf=pass") + "more\r\n";
        assertThat(validate(dns, message).reason()).isEqualTo("arc.fail.body-hash");
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void changedResultsBreakTheSeal() {
        String message = seal("list.example", MESSAGE, "list.example; spf=fail");
        assertThat(validate(DNS, message.replace("spf=fail", "spf=pass")).reason())
                .isEqualTo("arc.fail.seal");
    }

    @Test
    void fiftySetsAreAChainAndFiftyOneAreNot() {
        String message = MESSAGE;
        for (int i = 0; i < 50; i++) {
            message = seal("list.example", message, "list.example; arc=pass");
        }
        assertThat(validate(DNS, message).reason()).isEqualTo("arc.pass");
        assertThat(validate(DNS, message).chain()).isEqualTo(50);
        assertThat(seal("list.example", message, "list.example")).isEqualTo(message);
        String set =
                String.join(
                        "\r\n",
                        "ARC-Seal: i=51",
                        "ARC-Message-Signature: i=51",
                        "ARC-Authentication-Results: i=51; x",
                        "");
        assertThat(validate(DNS, set + message).reason()).isEqualTo("arc.fail.too-many-sets");
        assertThat(validate(DNS, set.repeat(5000) + MESSAGE).reason())
                .isEqualTo("arc.fail.too-many-sets");
    }

    @Test
    void instancesThatNobodyCanHaveFailTheStructure() {
        for (String i : List.of("0", "2", "-1", "", "1 1", "x", "001", "99999999999")) {
            String set =
                    "ARC-Seal: i=1; a=rsa-sha256\r\nARC-Message-Signature: i=1; a=rsa-sha256\r\n"
                            + "ARC-Authentication-Results: i="
                            + i
                            + "; x\r\n";
            assertThat(validate(DNS, set + MESSAGE).reason()).isEqualTo("arc.fail.structure");
        }
    }

    @Test
    void everyReasonHasACodeOfItsOwnUnderItsResult() {
        assertThat(ArcReason.values()).extracting(ArcReason::code).doesNotHaveDuplicates();
        for (ArcReason reason : ArcReason.values()) {
            assertThat(reason.code()).startsWith("arc." + reason.result().word());
        }
    }
}
