package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.telemetry.Metrics;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;

class RecipientFilesTest {
    private static final String WITH_A_FILE =
            "  other.test: { recipients: { file: people.txt }, downstream: \"maildir:mail\" }\n";

    @TempDir Path folder;

    private Snapshot read(String more) throws IOException {
        return SmallSite.snapshot(folder, TimeSource.system(), more, "postmaster@example.test");
    }

    private static List<String> series(Metrics metrics) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("people.txt\"}"))
                .map(line -> line.replaceFirst("\\{.*}", ""))
                .sorted()
                .toList();
    }

    @Test
    void aFileIsMeasuredAsLongAsTheConfigurationNamesIt() throws IOException {
        Files.writeString(folder.resolve("people.txt"), "ann@other.test\nben@other.test\n");
        Snapshot with = read(WITH_A_FILE);
        try (Metrics metrics = new Metrics()) {
            RecipientFiles files =
                    new RecipientFiles(
                            with.config().data(), with.recipients(), TimeSource.system(), metrics);
            files.activate(with.recipients());
            assertThat(series(metrics))
                    .containsExactly(
                            "postern_recipients_entries 2.0",
                            "postern_recipients_staleness_seconds 0.0",
                            "postern_recipients_sync_refused 0.0");
            files.activate(read("").recipients());
            assertThat(series(metrics)).isEmpty();
            files.activate(with.recipients());
            assertThat(series(metrics)).hasSize(3);
        }
    }
}
