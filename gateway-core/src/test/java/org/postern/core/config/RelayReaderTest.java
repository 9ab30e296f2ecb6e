package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

class RelayReaderTest {
    private static final String START =
            """
            hostname: mx1.example.net
            data: data
            listeners: [{ address: 127.0.0.1, port: 25 }]
            downstreams: { out: "smtp://127.0.0.1:10025", store: "lmtp://127.0.0.1:24" }
            """;
    private static final String DOMAINS =
            """
            domains:
              example.net: { recipients: { static: [a@example.net] }, downstream: store }
            """;

    @TempDir Path directory;
    private Path file = Path.of("postern.yaml");

    @BeforeEach
    void place() {
        file = directory.resolve("postern.yaml");
    }

    private LoadResult load(String yaml) throws IOException {
        Files.writeString(file, yaml);
        return ConfigLoader.load(file);
    }

    private PosternConfig good(String yaml) throws IOException {
        LoadResult result = load(yaml);
        assertThat(result).as(result.toString()).isInstanceOf(LoadResult.Loaded.class);
        return ((LoadResult.Loaded) result).config();
    }

    private void isRefused(String yaml, String words) throws IOException {
        LoadResult result = load(yaml);
        assertThat(result).isInstanceOf(LoadResult.Refused.class);
        assertThat(result.toString()).contains(words);
    }

    @Test
    void withoutTheSectionsTheDefaultsHold() throws IOException {
        PosternConfig config = good(START + DOMAINS);
        assertThat(config.relay()).isEqualTo(RelayConfig.defaults());
        assertThat(config.notifications()).isEqualTo(NotificationsConfig.defaults());
        assertThat(config.domains().values())
                .allSatisfy(d -> assertThat(d.quota()).isEqualTo(QuotaConfig.NONE));
    }

    @Test
    void everyKeyOfTheSectionsIsRead() throws IOException {
        PosternConfig config =
                good(
                        START
                                + """
                                domains:
                                  example.net:
                                    recipients: { static: [a@example.net] }
                                    downstream: store
                                    quota: { messages: 500, bytes: 2GB }
                                relay: { cut-through: true, cut-through-wait: 5s }
                                notifications:
                                  enabled: false
                                  postmaster: help@example.net
                                  per-hour: 7
                                  per-sender: 2
                                  successes: false
                                  delays: true
                                  delay-after: 90m
                                  downstream: out
                                """);
        assertThat(config.domains().get(Domain.of("example.net")))
                .extracting(DomainConfig::quota)
                .isEqualTo(new QuotaConfig(500, 2L << 30));
        assertThat(config.relay()).isEqualTo(new RelayConfig(true, Duration.ofSeconds(5)));
        assertThat(config.notifications())
                .isEqualTo(
                        new NotificationsConfig(
                                false,
                                EmailAddress.of("help", Domain.of("example.net")),
                                7,
                                2,
                                false,
                                true,
                                Duration.ofMinutes(90),
                                "out"));
    }

    @Test
    void noticesAreRelayedOnlyByADownstreamThatRelays() throws IOException {
        isRefused(START + DOMAINS + "notifications: { downstream: store }\n", "smtp://");
        isRefused(START + DOMAINS + "notifications: { downstream: nobody }\n", "smtp://");
    }

    @Test
    void noDownstreamMayBearTheNameOfTheNoticesWay() throws IOException {
        isRefused(
                START.replace("out:", "notices:") + DOMAINS, "no downstream may be called notices");
    }

    @Test
    void aWaitOfNothingIsRefused() throws IOException {
        isRefused(START + DOMAINS + "relay: { cut-through-wait: 0 }\n", "longer than 0");
        isRefused(START + DOMAINS + "notifications: { delay-after: 0 }\n", "longer than 0");
    }
}
