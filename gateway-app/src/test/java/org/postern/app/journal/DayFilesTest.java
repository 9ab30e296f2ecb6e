package org.postern.app.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DayFilesTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 22);

    @TempDir Path folder;

    private void file(String name, int size) throws IOException {
        Files.write(folder.resolve(name), new byte[size]);
    }

    private List<String> names() throws IOException {
        return new DayFiles(folder)
                .list().stream().map(f -> String.valueOf(f.path().getFileName())).toList();
    }

    @Test
    void filesAreInOrderOfDaysAndPartsAndStrangersAreLeftAlone() throws IOException {
        for (String name :
                List.of(
                        "2026-11-22.10.db",
                        "2026-11-22.9.db",
                        "2026-11-22.db",
                        "2026-11-21.db",
                        "2026-13-01.db",
                        "2026-11-22.db-wal",
                        "hash.key")) {
            file(name, 1);
        }
        assertThat(names())
                .containsExactly(
                        "2026-11-21.db", "2026-11-22.db", "2026-11-22.9.db", "2026-11-22.10.db");
        assertThat(new DayFiles(folder).current(TODAY).part()).isEqualTo(10);
    }

    @Test
    void aFolderThatDoesNotExistIsAnEmptyJournal() throws IOException {
        assertThat(new DayFiles(folder.resolve("none")).list()).isEmpty();
    }

    @Test
    void whatIsTooOldGoesWithItsCompanions() throws IOException {
        file("2026-10-01.db", 10);
        file("2026-10-01.db-wal", 10);
        file("2026-11-22.db", 10);
        DayFiles files = new DayFiles(folder);
        files.retain(TODAY.minusDays(30), 1_000, files.current(TODAY));
        assertThat(folder).isDirectoryNotContaining("glob:**2026-10-01*");
        assertThat(names()).containsExactly("2026-11-22.db");
    }

    @Test
    void beyondTheSizeTheOldestGoFirstAndNeverTheOneInUse() throws IOException {
        file("2026-11-20.db", 400);
        file("2026-11-21.db", 400);
        file("2026-11-22.db", 2_000);
        DayFiles files = new DayFiles(folder);
        files.retain(TODAY.minusDays(30), 2_500, files.current(TODAY));
        assertThat(names()).containsExactly("2026-11-21.db", "2026-11-22.db");
        files.retain(TODAY.minusDays(30), 100, files.current(TODAY));
        assertThat(names()).containsExactly("2026-11-22.db");
    }
}
