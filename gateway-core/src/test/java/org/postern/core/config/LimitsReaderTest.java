package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsReaderTest {
    @TempDir Path directory;

    @Test
    void aNetworkMayHaveWhatOneOfItsClientsMayHave() throws IOException {
        Limits limits =
                SampleConfig.good(directory, "limits: { connections-per-client: 5000 }\n").limits();
        assertThat(limits.connectionsPerNetwork()).isEqualTo(5000);
        limits = SampleConfig.good(directory, "limits: { connections-per-client: 10 }\n").limits();
        assertThat(limits.connectionsPerNetwork())
                .isEqualTo(Limits.defaults().connectionsPerNetwork());
        limits =
                SampleConfig.good(
                                directory,
                                "limits: { connections-per-client: 5000,"
                                        + " connections-per-network: 100 }\n")
                        .limits();
        assertThat(limits.connectionsPerNetwork()).isEqualTo(100);
    }

    @Test
    void everyLimitIsRead() throws IOException {
        PosternConfig config =
                SampleConfig.good(
                        directory,
                        """
                        limits:
                          connections: 1
                          connections-per-client: 2
                          connections-per-network: 3
                          connection-rate-per-client: 0
                          commands: 5
                          errors: 6
                          unknown-recipients: 7
                          recipients: 800
                          line-bytes: 1KB
                          header-bytes: 64KB
                          message-bytes: 3GB
                          command-timeout: 12s
                          write-timeout: 13s
                          message-timeout: 14m
                          session-timeout: 15h
                          greet-delay: 100ms
                          bare-newline: normalize
                          max-received-hops: 18
                          drain: 19s
                        """);
        assertThat(config.limits())
                .isEqualTo(
                        new Limits(
                                1,
                                2,
                                3,
                                0,
                                5,
                                6,
                                7,
                                800,
                                1024,
                                65536,
                                3L << 30,
                                Duration.ofSeconds(12),
                                Duration.ofSeconds(13),
                                Duration.ofMinutes(14),
                                Duration.ofHours(15),
                                Duration.ofMillis(100),
                                Limits.BareNewline.NORMALIZE,
                                18,
                                Duration.ofSeconds(19)));
    }
}
