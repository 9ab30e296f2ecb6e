package org.postern.auth.dkim;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;

/**
 * Any signature field, message, key record and block size: a result for each signature, none of
 * them a pass that the whole message in one block does not get.
 */
class SignatureFieldFuzzTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    @FuzzTest(maxDuration = "5m")
    void anyMessageHasResults(FuzzedDataProvider data) {
        int step = data.consumeInt(1, 100);
        boolean soundKey = data.consumeBoolean();
        byte[] record =
                soundKey
                        ? DkimSamples.record(DkimSamples.pair("RSA", 1024))
                                .getBytes(StandardCharsets.ISO_8859_1)
                        : data.consumeBytes(200);
        String tags =
                data.consumeBoolean()
                        ? "v=1; a=rsa-sha256; d=example.org; s=s1; h=from; bh=AAAA; b=AAAA;"
                        : "";
        byte[] rest = data.consumeRemainingAsBytes();
        byte[] message =
                ("DKIM-Signature: " + tags + new String(rest, StandardCharsets.ISO_8859_1))
                        .getBytes(StandardCharsets.ISO_8859_1);
        OneRecordDns dns = new OneRecordDns(record);
        List<DkimResult> blocks = DkimRun.verify(dns, message, NOW, DkimSettings.DEFAULT, step);
        List<DkimResult> whole =
                DkimRun.verify(dns, message, NOW, DkimSettings.DEFAULT, message.length);
        if (!blocks.equals(whole)) {
            throw new IllegalStateException(blocks + " and " + whole);
        }
        for (DkimResult result : whole) {
            if (result.result() == AuthResult.PASS && soundKey) {
                throw new IllegalStateException("a forgery passes: " + result);
            }
        }
        DkimRun.verify(TestDns.of(), message, NOW);
    }
}
