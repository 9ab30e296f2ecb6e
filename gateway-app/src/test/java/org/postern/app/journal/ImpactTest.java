package org.postern.app.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.JournalConfig;
import org.postern.core.time.TimeSource;

class ImpactTest {
    private final Instant now = Instant.now();

    @TempDir Path folder;

    @BeforeEach
    void someMail() throws IOException {
        JournalConfig config =
                new JournalConfig(
                        true,
                        Duration.ofDays(30),
                        1L << 30,
                        1_000,
                        false,
                        JournalConfig.Privacy.PLAIN);
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(config, folder, 0, metrics, TimeSource.system())) {
            for (int i = 0; i < 30; i++) {
                writer.append(
                        Events.rejected(
                                now, "10.0.0.5", "a@own.example", "u" + i + "@example.test"));
            }
            writer.append(
                    Events.rejected(
                            now,
                            "10.0.0.5",
                            "b@own.example",
                            "u0@example.test",
                            "u1@example.test"));
            writer.append(
                    Events.accepted(now, 1, "192.0.2.7", "c@good.example", "u2@example.test"));
            writer.append(
                    Events.unknown(now, "192.0.2.8", "x@spam.example", "nobody@example.test"));
        }
    }

    private Impact impact(String... options) throws Exception {
        JournalReader reader = new JournalReader(folder);
        Map<String, List<String>> map =
                options.length == 0 ? Map.of() : Map.of(options[0], List.of(options[1]));
        return Impact.of(reader, reader.select(map, now.plusSeconds(60)));
    }

    @Test
    void everythingIsCountedByWhatBecameOfItAndWhy() throws Exception {
        Impact all = impact();
        assertThat(all.messages()).isEqualTo(33);
        assertThat(all.dispositions())
                .containsExactly(new Impact.Count("rejected", 32), new Impact.Count("accepted", 1));
        assertThat(all.reasons())
                .containsExactly(
                        new Impact.Count("dmarc.fail.spf-fail.dkim-unaligned", 31),
                        new Impact.Count("default.accept", 1),
                        new Impact.Count("recipient.unknown", 1));
        assertThat(all.clients().getFirst()).isEqualTo(new Impact.Count("10.0.0.5", 31));
        assertThat(all.senderDomains().getFirst()).isEqualTo(new Impact.Count("own.example", 31));
        assertThat(all.hours().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(33);
    }

    @Test
    void aReasonsVictimsAreCountedOneByOne() throws Exception {
        Impact hit = impact("reason", "dmarc.fail");
        assertThat(hit.messages()).isEqualTo(31);
        assertThat(hit.recipients()).hasSize(30);
        assertThat(hit.recipients().get("u0@example.test").messages()).isEqualTo(2);
        assertThat(hit.recipients().get("u5@example.test").messages()).isEqualTo(1);
        assertThat(hit.recipients()).doesNotContainKey("nobody@example.test");
    }

    @Test
    void aSelectionThatMeansNothingIsZero() throws Exception {
        Impact none = impact("client", "203.0.113.0/24");
        assertThat(none.messages()).isZero();
        assertThat(none.recipients()).isEmpty();
    }
}
