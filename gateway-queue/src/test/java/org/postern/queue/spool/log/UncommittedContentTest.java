package org.postern.queue.spool.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.MessageSource;
import org.postern.core.mail.ReversePath;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;

/** What is read of a message before its commit is never another message. */
class UncommittedContentTest extends OnSimulatedDisk {
    @Override
    SpoolOptions options() {
        return new SpoolOptions(SPOOL, 256 << 10, 64 << 10, 1000, 40_000);
    }

    private MessageMeta meta() {
        return new MessageMeta(
                Envelope.of(ReversePath.Null.INSTANCE, List.of(TO)),
                time.instant(),
                "192.0.2.1",
                "x",
                new byte[0],
                List.of(),
                Map.of());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatIsStillReadAfterTheEndFailsAndShowsNobodyElsesMail(boolean committed)
            throws Exception {
        SpoolWriter writer = spool.begin();
        writer.write(content(2000), 0, 2000);
        MessageSource source = writer.content();
        InputStream early = source.open();
        assertThat(early.readNBytes(1000)).containsOnly('x');
        if (committed) {
            writer.commit(meta());
        }
        writer.close();
        try (SpoolWriter next = spool.begin()) {
            byte[] other = "y".repeat(2000).getBytes(US_ASCII);
            next.write(other, 0, other.length);
            assertThatThrownBy(early::read).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> source.open().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void beforeTheEndItIsReadWholeAsOftenAsWanted() throws Exception {
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content(2000), 0, 2000);
            MessageSource source = writer.content();
            for (int i = 0; i < 2; i++) {
                try (InputStream in = source.open()) {
                    assertThat(in.readAllBytes()).isEqualTo(content(2000));
                }
            }
            writer.commit(meta());
        }
    }
}
