package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HarvestThresholdsTest {
    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource({
        "'', 20, 100, 1000",
        "'limits: { unknown-recipients: 5 }', 20, 100, 1000",
        "'limits: { unknown-recipients: 0 }', 0, 0, 0",
        "'limits: { unknown-recipients: 0 }\nreputation: { ban-after: 50 }', 0, 0, 50",
        "'reputation: { ban-after: 50 }', 20, 100, 50",
    })
    void noLimitOnUnknownRecipientsIsNoneAcrossSessionsUnlessOneIsNamed(
            String yaml, int slow, int hangUp, int ban) throws IOException {
        Path file = directory.resolve("postern.yaml");
        Files.writeString(
                file,
                """
                hostname: mx1.example.net
                data: /var/lib/postern
                listeners: [{ address: 127.0.0.1, port: 25 }]
                domains:
                  example.net:
                    recipients: { static: [] }
                    downstream: lmtp://127.0.0.1:24
                """
                        + yaml
                        + "\n");
        ReputationConfig read = ((LoadResult.Loaded) ConfigLoader.load(file)).config().reputation();
        assertThat(new int[] {read.slowAfter(), read.hangUpAfter(), read.banAfter()})
                .containsExactly(slow, hangUp, ban);
    }
}
