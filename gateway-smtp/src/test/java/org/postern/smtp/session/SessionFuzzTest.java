package org.postern.smtp.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.postern.core.config.Limits;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.SmtpMetrics;

/**
 * A whole session fed anything, behind a good beginning half of the time: DATA, BDAT, commands. It
 * ends, every line it says is a reply, and what it accepts has no damaged line ends.
 */
class SessionFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void aSessionSurvivesAnything(FuzzedDataProvider data) {
        int step = data.consumeInt(1, 100);
        boolean begun = data.consumeBoolean();
        byte[] rest = data.consumeRemainingAsBytes();
        byte[] start =
                begun
                        ? String.join(
                                        "\r\n",
                                        "EHLO c.test",
                                        "MAIL FROM:<>",
                                        "RCPT TO:<bob@example.test>",
                                        "")
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)
                        : new byte[0];
        byte[] all = java.util.Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, all, start.length, rest.length);
        MemoryTransport transport = new MemoryTransport(all, step);
        RecordingHandler handler = new RecordingHandler();
        InetSocketAddress address = new InetSocketAddress(Ip.parse("192.0.2.1"), 25);
        SessionEnd end =
                new SmtpSession(
                                transport,
                                new InputBuffer(),
                                new SessionSettings(
                                        "mx.example.test",
                                        Limits.defaults(),
                                        Duration.ZERO,
                                        true,
                                        Optional.of(named -> Optional.empty())),
                                handler,
                                TimeSource.system(),
                                SmtpMetrics.NONE,
                                address,
                                address,
                                address,
                                null)
                        .run();
        assertThat(end).isNotEqualTo(SessionEnd.ERROR);
        for (String line : transport.written().split("\r\n", -1)) {
            assertThat(line).matches("|[2-5][0-9][0-9][ -][^\r\n]*");
        }
        for (RecordingHandler.Message m : handler.messages) {
            String content = m.content();
            assertThat(content).doesNotContain("\0");
            assertThat(content.replace("\r\n", "")).doesNotContain("\r").doesNotContain("\n");
        }
    }
}
