package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.TestDns;
import org.postern.auth.header.HeaderReader;
import org.postern.core.authres.DkimResult;

/** What costs the sender little must cost us little. */
class DkimHostileTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final KeyPair RSA = DkimSamples.pair("RSA", 1024);
    private static final SigningKey KEY = DkimSamples.key("example.org", "s1", RSA);
    private static final String MESSAGE = DkimSamples.message(600);
    private static final DkimSigner SIGNER = new DkimSigner(KEY, DkimSamples.NAMES);

    private static TestDns dns() {
        return DkimSamples.dns("example.org", "s1", RSA);
    }

    @Test
    void ofFiveHundredSignaturesTwentyAreVerifiedAndTheRestIsNamed() {
        StringBuilder fields = new StringBuilder();
        TestDns dns = TestDns.of();
        for (int i = 0; i < 500; i++) {
            SigningKey key = DkimSamples.key("example.org", "s" + i, RSA);
            fields.append(
                    DkimSamples.sign(new DkimSigner(key, DkimSamples.NAMES), MESSAGE)
                            .replace(MESSAGE, ""));
            dns.txt("s" + i + "._domainkey.example.org", DkimSamples.record(RSA));
        }
        List<DkimResult> results = DkimRun.verify(dns, fields + MESSAGE, NOW);
        assertThat(results).hasSize(21);
        assertThat(results.subList(0, 20)).allMatch(r -> r.reason().equals("dkim.pass"));
        assertThat(results.getLast().reason()).isEqualTo("dkim.policy.too-many-signatures");
        assertThat(results.getLast().detail()).contains("480");
        assertThat(dns.asked()).hasSize(20);
    }

    @Test
    void signaturesThatDoNotFitTheBodyAskNobody() {
        TestDns dns = dns();
        String one = DkimSamples.sign(SIGNER, MESSAGE + "other\r\n").replace(MESSAGE, "");
        String field = one.substring(0, one.lastIndexOf("\r\nother"));
        List<DkimResult> results = DkimRun.verify(dns, (field + "\r\n").repeat(500) + MESSAGE, NOW);
        assertThat(results).hasSize(21);
        assertThat(results.getFirst().reason()).isEqualTo("dkim.fail.body-hash");
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void manyLengthsAskForNoMoreHashesThanSignaturesAreVerified() {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            fields.append("DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; h=from; l=")
                    .append(i)
                    .append("; bh=AAAA; b=AAAA\r\n");
        }
        byte[] octets = (fields + MESSAGE).getBytes(StandardCharsets.ISO_8859_1);
        var reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        BodyHashes bodies = new BodyHashes();
        new DkimVerifier(dns(), DkimSettings.DEFAULT).begin(reader.finish(), bodies, NOW);
        assertThat(bodies.size()).isEqualTo(20);
    }

    @Test
    void theSameHashIsComputedOnceForAll() {
        byte[] octets =
                (DkimSamples.sign(SIGNER, MESSAGE).replace(MESSAGE, "").repeat(19)
                                + DkimSamples.sign(SIGNER, MESSAGE))
                        .getBytes(StandardCharsets.ISO_8859_1);
        var reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        BodyHashes bodies = new BodyHashes();
        new DkimVerifier(dns(), DkimSettings.DEFAULT).begin(reader.finish(), bodies, NOW);
        assertThat(bodies.size()).isEqualTo(1);
    }

    @Test
    void aHundredThousandEmptySignaturesAreTwentyAndANote() {
        List<DkimResult> results =
                DkimRun.verify(dns(), "DKIM-Signature:\r\n".repeat(50_000) + MESSAGE, NOW);
        assertThat(results).hasSize(21);
        assertThat(results.getFirst().reason()).isEqualTo("dkim.permerror.syntax");
    }

    @Test
    void aHundredThousandFieldsAndTheirNamesInEverySignatureAreHashedOnceEach() {
        String fields = "X: 1\r\n".repeat(60_000);
        String names = "x:".repeat(100_000);
        String signature =
                "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; c=relaxed/relaxed; h="
                        + names
                        + "from; bh="
                        + DkimSamples.bodyHash(Canonicalization.RELAXED, BodyHashes.WHOLE, MESSAGE)
                        + "; b=AAAA\r\n";
        List<DkimResult> results =
                DkimRun.verify(dns(), signature.repeat(2) + fields + MESSAGE, NOW);
        assertThat(results)
                .extracting(DkimResult::reason)
                .containsExactly("dkim.fail.signature", "dkim.fail.signature");
    }

    @Test
    void aHeaderSectionOfTwoMegabytesIsNotJudgedByItsFirst() {
        String signed = DkimSamples.sign(SIGNER, MESSAGE);
        int blank = signed.indexOf("\r\n\r\n") + 2;
        String padded =
                signed.substring(0, blank)
                        + ("X-Padding: " + "x".repeat(1000) + "\r\n").repeat(2000)
                        + signed.substring(blank);
        TestDns dns = dns();
        List<DkimResult> results = DkimRun.verify(dns, padded, NOW);
        assertThat(results)
                .extracting(DkimResult::reason)
                .containsExactly("dkim.permerror.header-size");
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void aKeyRecordOfSixtyKilobytesIsNoKey() {
        String name = "s1._domainkey.example.org";
        String signed = DkimSamples.sign(SIGNER, MESSAGE);
        for (String record :
                List.of(
                        "v=DKIM1; p=" + "A".repeat(60_000),
                        "v=DKIM1; " + "n=x; ".repeat(12_000),
                        ";".repeat(60_000),
                        "x".repeat(60_000),
                        "v=DKIM1; p=" + " A".repeat(30_000))) {
            assertThat(DkimRun.verify(TestDns.of().txt(name, record), signed, NOW))
                    .extracting(DkimResult::reason)
                    .containsExactly("dkim.permerror.key-syntax");
        }
    }

    @Test
    void aKeyThatIsDearToComputeIsNotComputed() {
        String name = "s1._domainkey.example.org";
        String signed = DkimSamples.sign(SIGNER, MESSAGE);
        BigInteger huge = BigInteger.ONE.shiftLeft(16_384).subtract(BigInteger.ONE);
        BigInteger sound = BigInteger.ONE.shiftLeft(2048).subtract(BigInteger.ONE);
        assertThat(reason(name, rsa(huge, BigInteger.valueOf(65_537)), signed))
                .isEqualTo("dkim.policy.long-key");
        assertThat(reason(name, rsa(sound, sound.shiftRight(1)), signed))
                .isEqualTo("dkim.permerror.key-syntax");
        assertThat(reason(name, rsa(sound, BigInteger.ONE), signed))
                .isEqualTo("dkim.permerror.key-syntax");
        assertThat(reason(name, rsa(sound.shiftLeft(1), BigInteger.valueOf(65_537)), signed))
                .isEqualTo("dkim.permerror.key-syntax");
        assertThat(reason(name, rsa(BigInteger.ZERO, BigInteger.valueOf(65_537)), signed))
                .isEqualTo("dkim.permerror.key-syntax");
    }

    private static String reason(String name, byte[] key, String signed) {
        String record = "v=DKIM1; p=" + Base64.getEncoder().encodeToString(key);
        return DkimRun.verify(TestDns.of().txt(name, record), signed, NOW).getFirst().reason();
    }

    /** A bare RSAPublicKey. */
    private static byte[] rsa(BigInteger modulus, BigInteger exponent) {
        return der(0x30, concat(der(2, modulus.toByteArray()), der(2, exponent.toByteArray())));
    }

    private static byte[] der(int tag, byte[] content) {
        byte[] head = {
            (byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length
        };
        return concat(head, content);
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    @Test
    void everyTruncationAndEveryFlippedOctetOfAKeyIsReadWithoutHarm() {
        byte[] key = RSA.getPublic().getEncoded();
        int header = 29; // of SubjectPublicKeyInfo, up to the first octet of the modulus
        for (int i = 0; i < key.length; i++) {
            assertThat(parsed(Arrays.copyOf(key, i))).isInstanceOf(DkimKey.Parsed.Unusable.class);
            for (int bit : new int[] {1, 0x10, 0x80, 0xff}) {
                byte[] flipped = key.clone();
                flipped[i] ^= (byte) bit;
                switch (parsed(flipped)) {
                    case DkimKey.Parsed.Usable(DkimKey read) -> {
                        assertThat(read.bits()).isLessThanOrEqualTo(DkimKey.MAX_RSA_BITS);
                        assertThat(i >= header && read.key().equals(RSA.getPublic()))
                                .as("octet %s flipped, and the same key", i)
                                .isFalse();
                    }
                    case DkimKey.Parsed.Unusable unusable ->
                            assertThat(unusable.problem().detail()).isNotBlank();
                }
            }
        }
    }

    private static DkimKey.Parsed parsed(byte[] key) {
        return DkimKey.parse("p=" + Base64.getEncoder().encodeToString(key));
    }

    @Test
    void theInterruptOfAThreadEndsLookUpsInATemporaryError() {
        SigningKey other = DkimSamples.key("example.net", "s1", RSA);
        String twice =
                DkimSamples.sign(
                        new DkimSigner(other, DkimSamples.NAMES),
                        DkimSamples.sign(SIGNER, MESSAGE));
        CountDownLatch never = new CountDownLatch(1);
        DnsClient hangs =
                (DnsClient)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {DnsClient.class},
                                (proxy, method, arguments) -> {
                                    try {
                                        assertThat(never.await(20, TimeUnit.SECONDS)).isTrue();
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                    return new DnsAnswer.TempError<byte[]>(
                                            DnsAnswer.Reason.CLOSED, "interrupted");
                                });
        Thread.currentThread().interrupt();
        List<DkimResult> results = DkimRun.verify(hangs, twice, NOW);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(results)
                .extracting(DkimResult::reason)
                .containsExactly("dkim.temperror.dns", "dkim.temperror.dns");
    }
}
