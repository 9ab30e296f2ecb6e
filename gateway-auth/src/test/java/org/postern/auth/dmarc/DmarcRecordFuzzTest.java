package org.postern.auth.dmarc;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Any TXT record: a DMARC record only if it begins as one, and printable whatever it holds. */
class DmarcRecordFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void anyRecordCanBeRead(FuzzedDataProvider data) {
        boolean begun = data.consumeBoolean();
        byte[] rest = data.consumeRemainingAsBytes();
        String text = (begun ? "v=DMARC1;" : "") + new String(rest, StandardCharsets.ISO_8859_1);
        DmarcRecord record = DmarcRecord.parse(text.getBytes(StandardCharsets.ISO_8859_1));
        boolean good =
                record == null
                        ? !begun
                        : text.contains("DMARC1")
                                && record.text().length() <= 243
                                && record.text().chars().allMatch(c -> c >= 0x20 && c < 0x7f);
        if (!good) {
            throw new AssertionError(text);
        }
    }
}
