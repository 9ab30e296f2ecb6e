package org.postern.auth.dns;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;

/** Any octets as a server's message: an answer or a trouble, never an endless walk. */
class AnswerReaderFuzzTest {
    private static final Name NAME = WireNames.write(DnsName.of("example.org"));

    @FuzzTest(maxDuration = "5m")
    void anyMessageIsReadOrRefused(byte[] wire) {
        Message message;
        try {
            message = new Message(wire);
        } catch (IOException | RuntimeException e) {
            return; // Exchange calls that a bad answer
        }
        for (QueryType type : QueryType.values()) {
            AnswerReader.Reading reading = AnswerReader.read(message, NAME, type, true, 0);
            if (reading instanceof AnswerReader.Reading.Alias alias
                    && alias.hops() > AnswerReader.MAX_CNAMES) {
                throw new AssertionError("too many aliases");
            }
        }
    }
}
