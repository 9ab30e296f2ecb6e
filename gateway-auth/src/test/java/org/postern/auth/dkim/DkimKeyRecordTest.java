package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.auth.dkim.DkimSigned.ED;
import static org.postern.auth.dkim.DkimSigned.MESSAGE;
import static org.postern.auth.dkim.DkimSigned.RSA;
import static org.postern.auth.dkim.DkimSigned.one;
import static org.postern.auth.dkim.DkimSigned.p;
import static org.postern.auth.dkim.DkimSigned.reasonWithKey;
import static org.postern.auth.dkim.DkimSigned.signed;
import static org.postern.auth.dkim.DkimSigned.withTags;

import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;

/** Key records: what their keys are for, and when there are none. */
class DkimKeyRecordTest {
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
    void anEd25519KeyThatIsNoPointOnTheCurveIsABrokenKey() {
        SigningKey key = DkimSamples.key("example.org", "s1", ED);
        String message = DkimSamples.sign(new DkimSigner(key, DkimSamples.NAMES), MESSAGE);
        byte[] octets = new byte[32];
        for (int y = 0; y < 256; y++) {
            octets[0] = (byte) y;
            String record = "k=ed25519; p=" + Base64.getEncoder().encodeToString(octets);
            TestDns dns = TestDns.of().txt("s1._domainkey.example.org", record);
            assertThat(one(dns, message).reason())
                    .isIn("dkim.permerror.key-syntax", "dkim.fail.signature");
        }
        Arrays.fill(octets, (byte) 0xff); // y beyond the field
        String record = "k=ed25519; p=" + Base64.getEncoder().encodeToString(octets);
        TestDns dns = TestDns.of().txt("s1._domainkey.example.org", record);
        assertThat(one(dns, message).reason()).isEqualTo("dkim.permerror.key-syntax");
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
}
