package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;

class DkimVerifierTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final KeyPair RSA = DkimSamples.pair("RSA", 2048);
    private static final KeyPair ED = DkimSamples.pair("Ed25519", 255);
    private static final SigningKey KEY = DkimSamples.key("example.org", "s1", RSA);
    private static final String MESSAGE = DkimSamples.message(600);
    private static final TestDns DNS = DkimSamples.dns("example.org", "s1", RSA);

    private static String signed() {
        return DkimSamples.sign(new DkimSigner(KEY, DkimSamples.NAMES), MESSAGE);
    }

    private static DkimSigner signer(Canonicalization header, Canonicalization body) {
        return new DkimSigner(
                KEY, header, body, DkimSamples.NAMES, BodyHashes.WHOLE, null, null, null);
    }

    private static DkimResult one(TestDns dns, String message) {
        List<DkimResult> results = DkimRun.verify(dns, message, NOW);
        assertThat(results).hasSize(1);
        return results.getFirst();
    }

    private static String reason(String message) {
        return one(DNS, message).reason();
    }

    /** The reason for a signature with these tags instead of, or besides, the usual ones. */
    private static String reasonWith(String... changes) {
        return one(DNS, withTags(MESSAGE, "from:to", changes)).reason();
    }

    private static String withTags(String message, String h, String... changes) {
        List<String> tags =
                new ArrayList<>(
                        List.of(
                                "v=1",
                                "a=rsa-sha256",
                                "c=relaxed/relaxed",
                                "d=example.org",
                                "s=s1",
                                "h=" + h,
                                "bh="
                                        + DkimSamples.bodyHash(
                                                Canonicalization.RELAXED,
                                                BodyHashes.WHOLE,
                                                message)));
        for (String change : changes) {
            String name = change.substring(0, change.indexOf('=') + 1);
            tags.removeIf(t -> t.startsWith(name));
            if (!change.endsWith("=REMOVED")) {
                tags.add(change);
            }
        }
        return DkimSamples.signTags(
                KEY,
                List.of(h.toLowerCase(Locale.ROOT).split(":")),
                String.join("; ", tags) + "; b=",
                message);
    }

    /** The reason when the key record is this one. */
    private static String reasonWithKey(String record) {
        return one(TestDns.of().txt("s1._domainkey.example.org", record), signed()).reason();
    }

    private static String p(KeyPair pair) {
        String record = DkimSamples.record(pair);
        return record.substring(record.indexOf("p="));
    }

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
    void aShortKeyIsRefusedThoughTheSignatureVerifies() {
        KeyPair weak = DkimSamples.pair("RSA", 768);
        String message =
                DkimSamples.sign(
                        new DkimSigner(
                                DkimSamples.key("example.org", "s1", weak), DkimSamples.NAMES),
                        MESSAGE);
        DkimResult result = one(DkimSamples.dns("example.org", "s1", weak), message);
        assertThat(result.reason()).isEqualTo("dkim.policy.short-key");
        assertThat(result.keyBits()).isEqualTo(768);
    }

    @Test
    void aBareRsaKeyIsReadLikeOneInASubjectPublicKeyInfo() {
        RSAPublicKey key = (RSAPublicKey) RSA.getPublic();
        byte[] spki = key.getEncoded();
        // the BIT STRING's content, after its unused-bits octet, is the RSAPublicKey
        byte[] bare = Arrays.copyOfRange(spki, 24, spki.length);
        String record = "v=DKIM1; p=" + Base64.getEncoder().encodeToString(bare);
        assertThat(reasonWithKey(record)).isEqualTo("dkim.pass");
    }

    @Test
    void keyRecordsSayWhatTheirKeyIsFor() {
        String p = p(RSA);
        assertThat(reasonWithKey(p)).isEqualTo("dkim.pass");
        assertThat(reasonWithKey("v=DKIM1; " + p + ";")).isEqualTo("dkim.pass");
        assertThat(reasonWithKey("v=DKIM1; n=note; x=unknown; " + p)).isEqualTo("dkim.pass");
        assertThat(reasonWithKey("v=DKIM1; h=sha1:sha256; s=*; " + p)).isEqualTo("dkim.pass");
        assertThat(reasonWithKey("v=DKIM1; s=tlsrpt : email; " + p)).isEqualTo("dkim.pass");
        assertThat(reasonWithKey("v=DKIM1; g=; " + p)).isEqualTo("dkim.pass"); // gone since 6376
        assertThat(reasonWithKey("v=DKIM1; h=sha1; " + p)).isEqualTo("dkim.permerror.key-hash");
        assertThat(reasonWithKey("v=DKIM1; s=tlsrpt; " + p))
                .isEqualTo("dkim.permerror.key-service");
        assertThat(reasonWithKey("v=DKIM1; k=ed25519; " + p(ED)))
                .isEqualTo("dkim.permerror.key-algorithm");
        assertThat(reasonWithKey("v=DKIM1; k=elgamal; " + p))
                .isEqualTo("dkim.permerror.key-algorithm");
        assertThat(reasonWithKey("v=DKIM2; " + p)).isEqualTo("dkim.permerror.key-syntax");
        assertThat(reasonWithKey("v=DKIM1; p=")).isEqualTo("dkim.permerror.key-revoked");
        assertThat(reasonWithKey("v=DKIM1; k=rsa")).isEqualTo("dkim.permerror.key-syntax");
        assertThat(reasonWithKey("v=DKIM1; p=!!!!")).isEqualTo("dkim.permerror.key-syntax");
        assertThat(reasonWithKey("v=DKIM1; p=AAAA")).isEqualTo("dkim.permerror.key-syntax");
        assertThat(reasonWithKey("v=DKIM1; " + p + "; " + p))
                .isEqualTo("dkim.permerror.key-syntax");
        assertThat(reasonWithKey("")).isEqualTo("dkim.permerror.key-syntax");
        assertThat(reasonWithKey(p(DkimSamples.pair("RSA", 1024))))
                .isEqualTo("dkim.fail.signature");
    }

    @Test
    void testingIsToldAndChangesNothing() {
        TestDns dns = TestDns.of().txt("s1._domainkey.example.org", "t=y; " + p(RSA));
        assertThat(one(dns, signed()).testing()).isTrue();
        assertThat(one(dns, signed()).reason()).isEqualTo("dkim.pass");
    }

    @Test
    void aStrictKeyDoesNotSpeakForSubdomains() {
        TestDns dns = TestDns.of().txt("s1._domainkey.example.org", "t=y:s; " + p(RSA));
        assertThat(one(dns, withTags(MESSAGE, "from:to", "i=@example.org")).reason())
                .isEqualTo("dkim.pass");
        assertThat(one(dns, withTags(MESSAGE, "from:to", "i=@sub.example.org")).reason())
                .isEqualTo("dkim.permerror.key-subdomain");
    }

    @Test
    void ofSeveralRecordsTheOneThatFitsDecides() {
        String name = "s1._domainkey.example.org";
        TestDns dns =
                TestDns.of().txt(name, "v=spf1 -all", p(DkimSamples.pair("RSA", 1024)), p(RSA));
        assertThat(one(dns, signed()).reason()).isEqualTo("dkim.pass");
        assertThat(one(TestDns.of().txt(name, "v=spf1 -all", "p="), signed()).reason())
                .isEqualTo("dkim.permerror.key-revoked");
    }

    @Test
    void aMissingKeyIsPermanentAndDnsTroubleIsNot() {
        assertThat(one(TestDns.of(), signed()).reason()).isEqualTo("dkim.permerror.no-key");
        assertThat(one(TestDns.of().empty("s1._domainkey.example.org"), signed()).reason())
                .isEqualTo("dkim.permerror.no-key");
        for (DnsAnswer.Reason trouble : DnsAnswer.Reason.values()) {
            TestDns dns = TestDns.of().trouble("s1._domainkey.example.org", "TXT", trouble);
            DkimResult result = one(dns, signed());
            assertThat(result.reason()).isEqualTo("dkim.temperror.dns");
            assertThat(result.result()).isEqualTo(AuthResult.TEMPERROR);
            assertThat(result.detail()).contains(trouble.word());
        }
    }

    @Test
    void aMessageWithoutFromHasNobodyToSpeakFor() {
        assertThat(reason(signed().replaceFirst("\r\nFrom:", "\r\nNot-From:")))
                .isEqualTo("dkim.permerror.no-from");
    }

    @Test
    void internationalNamesAreAskedForAsALabels() {
        SigningKey key = DkimSamples.key("xn--strae-oqa.example", "s1", RSA);
        String tags =
                "v=1; a=rsa-sha256; c=relaxed/relaxed; d=stra\u00c3\u009fe.example; s=s1;"
                        + " h=from; bh="
                        + DkimSamples.bodyHash(Canonicalization.RELAXED, BodyHashes.WHOLE, MESSAGE)
                        + "; b=";
        TestDns dns = DkimSamples.dns("xn--strae-oqa.example", "s1", RSA);
        DkimResult result = one(dns, DkimSamples.signTags(key, List.of("from"), tags, MESSAGE));
        assertThat(result.reason()).isEqualTo("dkim.pass");
        assertThat(result.domain()).isEqualTo("xn--strae-oqa.example");
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

    @Test
    void everyReasonHasACodeOfItsOwnUnderItsResult() {
        assertThat(DkimReason.values()).extracting(DkimReason::code).doesNotHaveDuplicates();
        for (DkimReason reason : DkimReason.values()) {
            assertThat(reason.code()).startsWith("dkim." + reason.result().word());
        }
    }
}
