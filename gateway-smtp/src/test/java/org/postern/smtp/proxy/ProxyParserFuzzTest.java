package org.postern.smtp.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The PROXY parser: the answer does not depend on how the octets are cut into packets. */
class ProxyParserFuzzTest {
    private static final byte[][] BEGINNINGS = {
        {},
        "PROXY ".getBytes(StandardCharsets.US_ASCII),
        "PROXY TCP4 ".getBytes(StandardCharsets.US_ASCII),
        "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII),
        "\r\n\r\n\0\r\nQUIT\n!\21\0\24".getBytes(StandardCharsets.US_ASCII)
    };

    @FuzzTest(maxDuration = "5m")
    void theAnswerDoesNotDependOnPackets(FuzzedDataProvider data) {
        byte[] start = BEGINNINGS[data.consumeInt(0, BEGINNINGS.length - 1)];
        byte[] rest = data.consumeRemainingAsBytes();
        byte[] all = Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, all, start.length, rest.length);
        ProxyParser.Result whole = ProxyParser.parse(all, 0, all.length);
        for (int n = 0; n < Math.min(all.length, 300); n++) {
            if (ProxyParser.parse(all, 0, n) instanceof ProxyParser.Complete early) {
                assertThat(whole).isEqualTo(early);
                break;
            }
        }
        if (whole instanceof ProxyParser.Complete complete) {
            assertThat(complete.octets()).isBetween(0, all.length);
            if (complete.header() instanceof ProxyHeader.Invalid invalid) {
                assertThat(invalid.reason()).matches("[\\x20-\\x7e]+");
            }
        }
    }
}
