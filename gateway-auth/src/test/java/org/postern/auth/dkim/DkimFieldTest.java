package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.auth.dkim.DkimSigned.DNS;
import static org.postern.auth.dkim.DkimSigned.KEY;
import static org.postern.auth.dkim.DkimSigned.MESSAGE;
import static org.postern.auth.dkim.DkimSigned.NOW;
import static org.postern.auth.dkim.DkimSigned.RSA;
import static org.postern.auth.dkim.DkimSigned.one;
import static org.postern.auth.dkim.DkimSigned.reason;
import static org.postern.auth.dkim.DkimSigned.reasonWith;
import static org.postern.auth.dkim.DkimSigned.signed;
import static org.postern.auth.dkim.DkimSigned.withTags;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;

/** The signature field: its grammar, its times, its name. */
class DkimFieldTest {
    @Test
    void aSignatureMayCoverTheSignaturesBeforeItAndNeverItself() {
        String first = DkimSamples.sign(new DkimSigner(KEY, DkimSamples.NAMES), MESSAGE);
        // named once too often: none may be added, and itself is not one of them
        String second =
                DkimSamples.sign(
                        new DkimSigner(KEY, List.of("from", "dkim-signature", "dkim-signature")),
                        first);
        assertThat(DkimRun.verify(DNS, second, NOW))
                .extracting(DkimResult::reason)
                .containsExactly("dkim.pass", "dkim.pass");
    }

    @Test
    void timesAreComparedWithTheClockAndItsSkew() {
        long now = NOW.getEpochSecond();
        assertThat(reasonWith("x=" + (now + 1))).isEqualTo("dkim.pass");
        assertThat(reasonWith("x=" + (now - 299))).isEqualTo("dkim.pass");
        assertThat(reasonWith("x=" + (now - 301))).isEqualTo("dkim.permerror.expired");
        assertThat(reasonWith("t=" + (now + 299))).isEqualTo("dkim.pass");
        assertThat(reasonWith("t=" + (now + 301))).isEqualTo("dkim.permerror.future");
        assertThat(reasonWith("t=" + now, "x=" + now)).isEqualTo("dkim.permerror.syntax");
        assertThat(reasonWith("t=" + now, "x=" + (now + 1))).isEqualTo("dkim.pass");
        assertThat(reasonWith("x=9999999999999999999999")).isEqualTo("dkim.pass");
        assertThat(reasonWith("t=9999999999999999999999")).isEqualTo("dkim.permerror.future");
        assertThat(reasonWith("t=soon")).isEqualTo("dkim.permerror.syntax");
        assertThat(reasonWith("x=")).isEqualTo("dkim.permerror.syntax");
    }

    @ParameterizedTest
    @CsvSource({
        "v=2, version",
        "v=1.0, version",
        "v=REMOVED, missing-tag",
        "a=REMOVED, missing-tag",
        "d=REMOVED, missing-tag",
        "s=REMOVED, missing-tag",
        "h=REMOVED, missing-tag",
        "bh=REMOVED, missing-tag",
        "a=rsa-sha512, algorithm",
        "a=RSA-SHA256, algorithm",
        "c=nofws/simple, canonicalization",
        "c=relaxed/nofws, canonicalization",
        "c=relaxed/simple/simple, canonicalization",
        "q=dns, query-method",
        "q=http:ftp, query-method",
        "d=exa mple.org, domain",
        "d=-.org, domain",
        "s=a..b, domain",
        "s=a/b, domain",
        "h=to:subject, from-not-signed",
        "h=, from-not-signed",
        "i=alice@example.com, agent-domain",
        "i=alice@org, agent-domain",
        "i=alice@badexample.org, agent-domain",
        "i=alice, syntax",
        "i=alice=4@example.org, syntax",
        "i=alice@example.org=4, syntax",
        "bh=????, syntax",
        "bh=, syntax",
        "bh=AAAA=, syntax"
    })
    void whatTheGrammarForbidsIsAPermanentError(String change, String reason) {
        assertThat(reasonWith(change)).isEqualTo("dkim.permerror." + reason);
    }

    @ParameterizedTest
    @CsvSource({
        "i=@example.org",
        "i=@sub.example.org",
        "i=alice=20x@EXAMPLE.org",
        "i=alice=40example.org",
        "i=alice@=65xample.org",
        "q=dns/txt",
        "q=http : dns/txt",
        "c=relaxed/relaxed",
        "z=From:alice|To:bob",
        "zz=unknown tags are ignored",
        "d=EXAMPLE.ORG",
        "s=S1",
        "v= 1",
        "h=From : To",
        "h=from:to:"
    })
    void whatTheGrammarAllowsVerifies(String change) {
        if (change.startsWith("h=")) {
            String signed =
                    DkimSamples.signTags(
                            KEY,
                            List.of("from", "to"),
                            withTags(MESSAGE, "from:to", change, "b=REMOVED")
                                    .lines()
                                    .findFirst()
                                    .orElseThrow()
                                    .substring("DKIM-Signature: ".length())
                                    .replaceAll(" b=.*", " b="),
                            MESSAGE);
            assertThat(reason(signed)).isEqualTo("dkim.pass");
        } else {
            assertThat(reasonWith(change)).isEqualTo("dkim.pass");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "v=1; a=rsa-sha256; d=example.org; d=example.org; s=s1; h=from; bh=AAAA; b=AAAA",
        "v=1; a=rsa-sha256;; d=example.org; s=s1; h=from; bh=AAAA; b=AAAA",
        "; v=1; a=rsa-sha256; d=example.org; s=s1; h=from; bh=AAAA; b=AAAA",
        "v=1; a; d=example.org; s=s1; h=from; bh=AAAA; b=AAAA",
        "v=1; 1a=x; d=example.org; s=s1; h=from; bh=AAAA; b=AAAA",
        "nothing of the kind",
        ";"
    })
    void aBrokenTagListIsASyntaxError(String tags) {
        assertThat(reason("DKIM-Signature: " + tags + "\r\n" + MESSAGE))
                .isEqualTo("dkim.permerror.syntax");
    }

    @Test
    void anEmptySignatureFieldIsASyntaxError() {
        assertThat(reason("DKIM-Signature:\r\n" + MESSAGE)).isEqualTo("dkim.permerror.syntax");
        assertThat(reason("DKIM-Signature: \r\n \r\n\t\r\n" + MESSAGE))
                .isEqualTo("dkim.permerror.syntax");
    }

    @Test
    void theNameOfTheFieldMayBeOddAndTheFieldFoldedAnywhere() {
        String folded = signed().replaceFirst("DKIM-Signature:", "dkim-SIGNATURE \t:");
        folded = folded.replaceFirst("; d=example.org", "\r\n ;\r\n\td\r\n =\r\n example.org ");
        assertThat(reason(folded)).isEqualTo("dkim.fail.signature"); // it was changed after all
        assertThat(one(DNS, folded).domain()).isEqualTo("example.org");

        String template =
                "v=1;\r\n a=rsa-sha256\r\n ;\tc=relaxed/relaxed; d\r\n =\r\n\texample.org; s=s1;"
                        + " h=from\r\n\t:\r\n to; bh="
                        + DkimSamples.bodyHash(Canonicalization.RELAXED, BodyHashes.WHOLE, MESSAGE)
                        + ";\r\n\tb=";
        assertThat(reason(DkimSamples.signTags(KEY, List.of("from", "to"), template, MESSAGE)))
                .isEqualTo("dkim.pass");
    }

    @Test
    void rsaSha1IsRefusedBeforeAnybodyIsAsked() {
        TestDns dns = DkimSamples.dns("example.org", "s1", RSA);
        DkimResult result = one(dns, withTags(MESSAGE, "from:to", "a=rsa-sha1"));
        assertThat(result.reason()).isEqualTo("dkim.policy.sha1");
        assertThat(result.result()).isEqualTo(AuthResult.POLICY);
        assertThat(result.domain()).isEqualTo("example.org");
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void fieldsThatPolicyWantsSignedMustBeNamedWhereTheMessageHasThem() {
        DkimSettings settings =
                new DkimSettings(20, Duration.ofMinutes(5), 1024, List.of("Subject", "Cc"), false);
        byte[] covered = signed().getBytes(StandardCharsets.ISO_8859_1);
        byte[] uncovered = withTags(MESSAGE, "from:to").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(DkimRun.verify(DNS, covered, NOW, settings, 100).getFirst().reason())
                .isEqualTo("dkim.pass");
        assertThat(DkimRun.verify(DNS, uncovered, NOW, settings, 100).getFirst().reason())
                .isEqualTo("dkim.policy.unsigned-field");
    }
}
