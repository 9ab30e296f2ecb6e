package org.postern.auth.arc;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import org.postern.auth.dkim.DkimSamples;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;

/** Any ARC fields on top of a message: a result, never a forged pass; sealing never fails. */
class ArcFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final KeyPair RSA = DkimSamples.pair("RSA", 1024);
    private static final TestDns DNS = DkimSamples.dns("example.org", "s1", RSA);
    private static final ArcSealer SEALER =
            new ArcSealer(DkimSamples.key("example.org", "s1", RSA), List.of());
    private static final String[] FIELDS = {
        "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=example.org; s=s1; b=AAAA",
        "ARC-Message-Signature: i=1; a=rsa-sha256; d=example.org; s=s1; h=from; bh=AAAA; b=AAAA",
        "ARC-Authentication-Results: i=1; example.org; none",
        "ARC-Seal:",
        "ARC-Message-Signature:",
        "ARC-Authentication-Results:"
    };

    @FuzzTest(maxDuration = "5m")
    void anyChainHasAResult(FuzzedDataProvider data) {
        StringBuilder text = new StringBuilder();
        for (int n = data.consumeInt(0, 8); n > 0; n--) {
            text.append(data.pickValue(FIELDS));
            text.append(new String(data.consumeBytes(20), StandardCharsets.ISO_8859_1));
            text.append("\r\n");
        }
        text.append(new String(data.consumeRemainingAsBytes(), StandardCharsets.ISO_8859_1));
        byte[] message = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        ArcResult result = ArcRun.validate(DNS, message, NOW, DkimSettings.DEFAULT);
        if (result.result() == AuthResult.PASS) {
            throw new IllegalStateException("a forgery passes: " + result);
        }
        ArcRun.seal(DNS, message, NOW, DkimSettings.DEFAULT, SEALER, "example.org; none");
    }
}
