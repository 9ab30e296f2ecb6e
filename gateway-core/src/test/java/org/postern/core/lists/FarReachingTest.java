package org.postern.core.lists;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.config.FileReference;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.ProblemCollector;

class FarReachingTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "CLIENT, 0.0.0.0/0, it is every IPv4 address",
        "CLIENT, ::/0, it is every IPv6 address",
        "CLIENT, 128.0.0.0/1, it is one of 2 parts of all IPv4 addresses",
        "SENDER, *@example.org, 'a local part * is that one alone; everybody of a domain is"
                + " \"@example.org\"'",
    })
    void whatHardlyMeansWhatItSaysIsTold(ListKind kind, String value, String what) {
        assertThat(FarReaching.of(kind, value)).contains(what);
    }

    @ParameterizedTest
    @CsvSource({
        "CLIENT, 10.0.0.0/8",
        "CLIENT, 2001::/16",
        "CLIENT, 192.0.2.7",
        "SENDER, @example.org",
        "SENDER, a*b@example.org",
        "SENDER_DOMAIN, .example.org",
    })
    void whatIsUsualIsNot(ListKind kind, String value) {
        assertThat(FarReaching.of(kind, value)).isEmpty();
    }

    @Test
    void aFileThatHasSuchAnEntryIsWarnedOfAtItsPlace() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("deny.yaml"),
                        """
                        client:
                          - 192.0.2.0/24
                          - 0.0.0.0/0
                        """);
        ProblemCollector problems = new ProblemCollector();
        AccessLists.load(
                List.of(),
                List.of(new FileReference(file, file, Place.start(file))),
                InstantSource.system(),
                problems);
        assertThat(problems.errorCount()).isZero();
        assertThat(problems.toProblems().all())
                .singleElement()
                .satisfies(warning -> assertThat(warning.place().line()).isEqualTo(3))
                .extracting(Problem::message)
                .isEqualTo("client entry 0.0.0.0/0: it is every IPv4 address");
    }
}
