package org.postern.smtp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.postern.core.config.Limits;
import org.postern.core.config.Limits.BareNewline;

class ContentScannerTest {
    /** Runs octets through in blocks of this size and compares with the reference. */
    static void compare(byte[] in, int block, BareNewline mode) {
        CollectingReceiver receiver = new CollectingReceiver();
        ContentSink sink =
                new ContentSink(
                        receiver,
                        Limits.defaults().toBuilder().messageBytes(0).headerBytes(0).build());
        ContentScanner scanner = new ContentScanner(sink, true, mode);
        int at = 0;
        while (at < in.length && !scanner.done()) {
            at += scanner.scan(in, at, Math.min(block, in.length - at));
        }
        ReferenceContent reference = ReferenceContent.of(in, mode);
        assertThat(scanner.done()).isEqualTo(reference.used >= 0);
        if (reference.used >= 0) {
            assertThat(at).isEqualTo(reference.used);
        }
        assertThat(sink.fault() != null).isEqualTo(reference.damaged && mode == BareNewline.REJECT);
        if (sink.fault() == null) {
            assertThat(receiver.content.toByteArray()).isEqualTo(reference.content.toByteArray());
        } else {
            assertThat(receiver.aborted).isEqualTo(1);
        }
    }

    @Test
    void everySplitOfEverythingThatMattersGivesTheSame() {
        Random random = new Random(5321);
        String[] pieces = {"\r\n", "\r", "\n", ".", "\0", "text", "\t", "..", "\r\n.\r\n", "ü"};
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            byte[] in = text.toString().getBytes(StandardCharsets.UTF_8);
            for (BareNewline mode : BareNewline.values()) {
                for (int block : List.of(1, 2, 3, 7, 64)) {
                    compare(in, block, mode);
                }
            }
        }
    }

    @Test
    void chunksThatEndInTheMiddleOfALineGetTheirLineEnd() {
        CollectingReceiver receiver = new CollectingReceiver();
        ContentScanner scanner =
                new ContentScanner(
                        new ContentSink(receiver, Limits.defaults()), false, BareNewline.REJECT);
        byte[] in = "a\r\n.\r\nb".getBytes(StandardCharsets.US_ASCII);
        assertThat(scanner.scan(in, 0, in.length)).isEqualTo(in.length);
        scanner.endOfChunks();
        assertThat(receiver.content.toString(StandardCharsets.US_ASCII))
                .isEqualTo(String.join("\r\n", "a", ".", "b", ""));
    }
}
