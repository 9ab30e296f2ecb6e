package org.postern.app.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static String scrape(Metrics metrics) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void showsCountersGaugesAndHistogramsUnderTheNamesOfTheInterface() throws IOException {
        try (Metrics metrics = new Metrics()) {
            metrics.count("smtp.replies", "command", "RCPT", "code", "550");
            metrics.count("smtp.replies", "command", "RCPT", "code", "550");
            metrics.gauge("queue.messages", () -> 3, "state", "held");
            metrics.time("spool.sync", Duration.ofMillis(3));
            assertThat(scrape(metrics))
                    .contains("postern_smtp_replies_total{code=\"550\",command=\"RCPT\"} 2.0")
                    .contains("postern_queue_messages{state=\"held\"} 3.0")
                    .contains("postern_spool_sync_seconds_count 1")
                    .contains("# HELP postern_smtp_replies_total");
        }
    }

    @Test
    void refusesAMetricThatNobodyExplained() {
        try (Metrics metrics = new Metrics()) {
            assertThatThrownBy(() -> metrics.count("made.up"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("made.up");
        }
    }
}
