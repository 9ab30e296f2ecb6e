package org.postern.app.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.ProbeConfig;
import org.postern.core.time.ManualTimeSource;

/** When the probe's alert is raised. */
class ProbeTest {
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-22T10:00:00Z"));
    private final Metrics metrics = new Metrics();

    @TempDir Path folder;

    @AfterEach
    void close() {
        metrics.close();
    }

    private PosternConfig config() throws Exception {
        return SmallSite.snapshot(
                        folder,
                        time,
                        "probe: { recipient: probe@example.test, every: 1m }\n",
                        "postmaster@example.test",
                        "probe@example.test")
                .config();
    }

    @Test
    void aProbeThatBreaksOffInEveryRoundRaisesTheAlertAndASuccessEndsIt() throws Exception {
        PosternConfig config = config();
        ProbeConfig settings = Objects.requireNonNull(config.probe());
        AtomicBoolean breaks = new AtomicBoolean(true);
        try (Probe probe =
                new Probe(
                        () -> config,
                        (c, p) -> {
                            if (breaks.get()) {
                                throw new IllegalStateException("a defect");
                            }
                            return List.of();
                        },
                        metrics,
                        time)) {
            probe.round(config, settings);
            assertThat(probe.missing()).as("one round says little").isEmpty();
            for (int i = 0; i < 2; i++) {
                time.advance(Duration.ofMinutes(1));
                probe.round(config, settings);
            }
            assertThat(probe.missing().orElseThrow()).contains("broke off", "a defect");
            breaks.set(false);
            probe.round(config, settings);
            assertThat(probe.missing()).isEmpty();
        }
    }
}
