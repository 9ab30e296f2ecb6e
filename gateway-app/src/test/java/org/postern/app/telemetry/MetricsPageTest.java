package org.postern.app.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Keeps the page in step with the source. To write it anew: {@code POSTERN_WRITE=1 mvn -pl
 * gateway-app test -Dtest=MetricsPageTest}.
 */
class MetricsPageTest {
    private static final Path ROOT =
            Path.of(System.getProperty("postern.root", "..")).toAbsolutePath().normalize();

    @Test
    void thePageHasEveryMetricWithItsKindAndLabels() throws IOException {
        Path page = ROOT.resolve("docs/metrics.md");
        String now = MetricsPage.markdown(ROOT);
        if (System.getenv("POSTERN_WRITE") != null) {
            Files.writeString(page, now);
        }
        assertThat(page).content().isEqualTo(now);
        assertThat(now)
                .contains("| `postern_smtp_replies_total` | counter | command, code |")
                .contains("| `postern_spool_sync_seconds` | histogram |  |")
                .contains("| `postern_queue_messages` | gauge | state |");
    }
}
