package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.postern.core.reply.SmtpReply;

/** Whatever a downstream sends: replies that are valid and printable, or an error with words. */
class ReplyReaderFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyOctetsAreRepliesOrANamedError(byte[] octets) {
        ReplyReader reader = new ReplyReader(new ByteArrayInputStream(octets));
        try {
            for (int i = 0; i <= octets.length; i++) {
                SmtpReply reply = reader.read();
                assertThat(reply.toString()).matches("[\\x20-\\x7e]*");
                assertThat(Replies.kept(reply).toString().length()).isLessThan(1_200);
                Extensions.parse(reply);
            }
            throw new AssertionError("more replies than octets");
        } catch (WireException e) {
            assertThat(e.words()).matches("[\\x20-\\x7e]+");
        } catch (IOException e) {
            throw new AssertionError("no other exception", e);
        }
    }
}
