package org.postern.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.FileReference;
import org.postern.core.lists.AccessLists;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.ManualTimeSource;

class ListGaugesTest {
    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Metrics metrics = new Metrics();
    private AccessLists lists = AccessLists.empty();

    @AfterEach
    void close() {
        metrics.close();
    }

    private AccessLists named(String name, String content) throws IOException {
        Path path = Files.writeString(folder.resolve(name + ".yaml"), content);
        return AccessLists.load(
                List.of(),
                List.of(),
                Map.of(name, List.of(new FileReference(path, path, Place.start(path)))),
                time,
                new ProblemCollector());
    }

    private List<String> shown() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("postern_lists_"))
                .toList();
    }

    @Test
    void eachListIsCountedAndWhatHasExpiredApart() throws IOException {
        lists =
                named(
                        "partners",
                        """
                        client: [192.0.2.0/24]
                        sender:
                          - { entry: a@partner.example, expires: 2026-11-22T00:00:00Z }
                        """);
        ListGauges gauges = new ListGauges(metrics, () -> lists);
        assertThat(shown())
                .containsExactlyInAnyOrder(
                        "postern_lists_entries{list=\"allow\"} 0.0",
                        "postern_lists_entries{list=\"deny\"} 0.0",
                        "postern_lists_entries{list=\"partners\"} 2.0",
                        "postern_lists_expired{list=\"allow\"} 0.0",
                        "postern_lists_expired{list=\"deny\"} 0.0",
                        "postern_lists_expired{list=\"partners\"} 0.0");
        time.advance(java.time.Duration.ofDays(2));
        assertThat(shown())
                .contains(
                        "postern_lists_entries{list=\"partners\"} 1.0",
                        "postern_lists_expired{list=\"partners\"} 1.0");
        lists = named("others", "# nobody\n");
        gauges.follow();
        assertThat(shown())
                .contains("postern_lists_entries{list=\"others\"} 0.0")
                .noneMatch(line -> line.contains("partners"));
    }
}
