package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;

/** Stuffing in blocks against a model that goes octet by octet. */
class DotStuffingFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void blocksOfAnySizeGiveWhatTheModelGives(FuzzedDataProvider data) {
        int block = data.consumeInt(1, 40);
        byte[] content = data.consumeRemainingAsBytes();
        // dots and line ends more often than chance would have it
        for (int i = 0; i < content.length; i++) {
            content[i] =
                    switch (content[i] & 7) {
                        case 0, 1 -> '.';
                        case 2 -> '\n';
                        case 3 -> '\r';
                        default -> content[i];
                    };
        }
        ByteArrayOutputStream stuffed = new ByteArrayOutputStream();
        DotStuffing stuffing = new DotStuffing();
        for (int at = 0; at < content.length; at += block) {
            int n = Math.min(block, content.length - at);
            byte[] in = new byte[block + 5];
            System.arraycopy(content, at, in, 0, n);
            int length = stuffing.stuff(in, n, 5);
            assertThat(stuffing.block().length).isGreaterThanOrEqualTo(length + 5);
            stuffed.write(stuffing.block(), 0, length);
        }
        assertThat(stuffed.toByteArray()).isEqualTo(model(content));
        int end = content.length;
        assertThat(stuffing.atLineStart()).isEqualTo(end == 0 || endsLine(content));
    }

    private static boolean endsLine(byte[] content) {
        int end = content.length;
        return end > 1 && content[end - 1] == '\n' && content[end - 2] == '\r';
    }

    private static byte[] model(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '.' && (i == 0 || content[i - 1] == '\n')) {
                out.write('.');
            }
            out.write(content[i]);
        }
        return out.toByteArray();
    }
}
