package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.auth.dkim.DkimSigned.DNS;
import static org.postern.auth.dkim.DkimSigned.ED;
import static org.postern.auth.dkim.DkimSigned.KEY;
import static org.postern.auth.dkim.DkimSigned.MESSAGE;
import static org.postern.auth.dkim.DkimSigned.NOW;
import static org.postern.auth.dkim.DkimSigned.RSA;
import static org.postern.auth.dkim.DkimSigned.one;
import static org.postern.auth.dkim.DkimSigned.reason;
import static org.postern.auth.dkim.DkimSigned.reasonWith;
import static org.postern.auth.dkim.DkimSigned.signed;
import static org.postern.auth.dkim.DkimSigned.signer;
import static org.postern.auth.dkim.DkimSigned.withTags;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;

/** What a signature covers, and what a change does to it. */
class DkimVerifierTest {
    @Test
    void aSoundSignaturePassesAndTellsAllAboutItself() {
        DkimResult result = one(DNS, signed());
        assertThat(result.result()).isEqualTo(AuthResult.PASS);
        assertThat(result.reason()).isEqualTo("dkim.pass");
        assertThat(result.domain()).isEqualTo("example.org");
        assertThat(result.selector()).isEqualTo("s1");
        assertThat(result.algorithm()).isEqualTo("rsa-sha256");
        assertThat(result.keyBits()).isEqualTo(2048);
        assertThat(result.agent()).isEqualTo("@example.org");
        assertThat(result.signaturePrefix()).hasSize(8);
        assertThat(result.testing()).isFalse();
    }

    @Test
    void anUnsignedMessageHasNoResult() {
        assertThat(DkimRun.verify(DNS, MESSAGE, NOW)).isEmpty();
    }

    @Test
    void everyCanonicalizationPassesHoweverTheBlocksAreCut() {
        for (Canonicalization header : Canonicalization.values()) {
            for (Canonicalization body : Canonicalization.values()) {
                byte[] message =
                        DkimSamples.sign(signer(header, body), MESSAGE)
                                .getBytes(StandardCharsets.ISO_8859_1);
                for (int step = 1; step < 40; step++) {
                    assertThat(DkimRun.verify(DNS, message, NOW, DkimSettings.DEFAULT, step))
                            .extracting(DkimResult::reason)
                            .containsExactly("dkim.pass");
                }
            }
        }
    }

    @Test
    void ed25519PassesAndNeedsAKeyOf32Octets() {
        SigningKey key = DkimSamples.key("example.org", "ed", ED);
        String message = DkimSamples.sign(new DkimSigner(key, DkimSamples.NAMES), MESSAGE);
        DkimResult result = one(DkimSamples.dns("example.org", "ed", ED), message);
        assertThat(result.reason()).isEqualTo("dkim.pass");
        assertThat(result.keyBits()).isEqualTo(256);

        String spki = Base64.getEncoder().encodeToString(ED.getPublic().getEncoded());
        TestDns wrapped =
                TestDns.of().txt("ed._domainkey.example.org", "v=DKIM1; k=ed25519; p=" + spki);
        assertThat(one(wrapped, message).reason()).isEqualTo("dkim.permerror.key-syntax");
    }

    @Test
    void aChangedBodyFailsWithoutAnyQuestion() {
        TestDns dns = DkimSamples.dns("example.org", "s1", RSA);
        DkimResult result = one(dns, signed() + "One line more.\r\n");
        assertThat(result.reason()).isEqualTo("dkim.fail.body-hash");
        assertThat(result.result()).isEqualTo(AuthResult.FAIL);
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void aChangedFieldFails() {
        assertThat(reason(signed().replace("The minutes", "The hours")))
                .isEqualTo("dkim.fail.signature");
    }

    @Test
    void emptyLinesAtTheEndOfABodyChangeNothing() {
        String simple =
                DkimSamples.sign(signer(Canonicalization.SIMPLE, Canonicalization.SIMPLE), MESSAGE);
        assertThat(reason(signed() + "\r\n\r\n \t\r\n\r\n")).isEqualTo("dkim.pass");
        assertThat(reason(simple + "\r\n\r\n\r\n")).isEqualTo("dkim.pass");
        assertThat(reason(simple + " \r\n\r\n")).isEqualTo("dkim.fail.body-hash");
        assertThat(reason(simple.substring(0, simple.length() - 2))).isEqualTo("dkim.pass");
    }

    @Test
    void anEmptyBodyVerifiesInBothCanonicalizations() {
        String empty = MESSAGE.substring(0, MESSAGE.indexOf("\r\n\r\n") + 4);
        for (Canonicalization body : Canonicalization.values()) {
            String message = DkimSamples.sign(signer(Canonicalization.RELAXED, body), empty);
            assertThat(reason(message)).isEqualTo("dkim.pass");
            assertThat(reason(message + "\r\n\r\n")).isEqualTo("dkim.pass");
            // and where even the empty line is missing
            assertThat(reason(message.substring(0, message.length() - 2))).isEqualTo("dkim.pass");
        }
    }

    @Test
    void octetsAboveAsciiAreSignedAsTheyAre() {
        String message =
                new String(
                        MESSAGE.replace("Alice", "\u00c1lice \u4e2d")
                                .getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.ISO_8859_1);
        String signed = DkimSamples.sign(new DkimSigner(KEY, DkimSamples.NAMES), message);
        assertThat(reason(signed)).isEqualTo("dkim.pass");
        assertThat(reason(signed.replace("lice ", "lices "))).isEqualTo("dkim.fail.signature");
    }

    @Test
    void aFieldAddedAboveAnOversignedOneBreaksTheSignature() {
        DkimSigner once = new DkimSigner(KEY, List.of("from", "subject"));
        DkimSigner twice = new DkimSigner(KEY, List.of("from", "subject", "from", "subject"));
        String added = "Subject: Another\r\n";
        assertThat(reason(added + DkimSamples.sign(once, MESSAGE))).isEqualTo("dkim.pass");
        assertThat(reason(DkimSamples.sign(twice, MESSAGE))).isEqualTo("dkim.pass");
        assertThat(reason(added + DkimSamples.sign(twice, MESSAGE)))
                .isEqualTo("dkim.fail.signature");
    }

    @Test
    void lengthLeavesOctetsUnsignedAndCountsThem() {
        DkimSigner signer =
                new DkimSigner(
                        KEY,
                        Canonicalization.RELAXED,
                        Canonicalization.RELAXED,
                        DkimSamples.NAMES,
                        100,
                        null,
                        null,
                        null);
        String body = "x".repeat(98) + "\r\n";
        String message = MESSAGE.substring(0, MESSAGE.indexOf("\r\n\r\n") + 4) + body;
        String signed = DkimSamples.sign(signer, message);
        DkimResult whole = one(DNS, signed);
        assertThat(whole.reason()).isEqualTo("dkim.pass");
        assertThat(whole.unsignedBodyBytes()).isZero();

        DkimResult longer = one(DNS, signed + "added  by  a  list\r\n");
        assertThat(longer.reason()).isEqualTo("dkim.pass.partial-body");
        assertThat(longer.result()).isEqualTo(AuthResult.PASS);
        assertThat(longer.unsignedBodyBytes()).isEqualTo("added by a list\r\n".length());

        assertThat(reason(signed.substring(0, signed.length() - 20)))
                .isEqualTo("dkim.permerror.body-length");
        assertThat(reasonWith("l=99999999999999999999999999"))
                .isEqualTo("dkim.permerror.body-length");
        assertThat(reasonWith("l=-1")).isEqualTo("dkim.permerror.syntax");
    }

    @Test
    void zeroLengthSignsNoBodyAtAll() {
        String message =
                withTags(
                        MESSAGE,
                        "from:to",
                        "l=0",
                        "bh=" + DkimSamples.bodyHash(Canonicalization.RELAXED, 0, MESSAGE));
        DkimResult result = one(DNS, message);
        assertThat(result.reason()).isEqualTo("dkim.pass.partial-body");
        assertThat(result.unsignedBodyBytes()).isGreaterThan(600);
    }

    @Test
    void aMessageWithoutFromHasNobodyToSpeakFor() {
        assertThat(reason(signed().replaceFirst("\r\nFrom:", "\r\nNot-From:")))
                .isEqualTo("dkim.permerror.no-from");
    }

    @Test
    void everyReasonHasACodeOfItsOwnUnderItsResult() {
        assertThat(DkimReason.values()).extracting(DkimReason::code).doesNotHaveDuplicates();
        for (DkimReason reason : DkimReason.values()) {
            assertThat(reason.code()).startsWith("dkim." + reason.result().word());
        }
    }
}
