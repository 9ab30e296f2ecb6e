package org.postern.smtp.session;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.postern.core.config.Limits.BareNewline;

/** The body reader against the octet-by-octet reference, in blocks of any size. */
class ContentFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void theBodyReaderAgreesWithTheReference(FuzzedDataProvider data) {
        int block = data.consumeInt(1, 64);
        BareNewline mode = data.pickValue(BareNewline.values());
        ContentScannerTest.compare(data.consumeRemainingAsBytes(), block, mode);
    }
}
