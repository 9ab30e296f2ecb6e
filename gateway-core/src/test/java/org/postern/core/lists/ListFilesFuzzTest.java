package org.postern.core.lists;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.postern.core.config.FileReference;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.TimeSource;

/** Whatever a list file holds, reading it ends and throws nothing, and the rest can be asked. */
class ListFilesFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyFileIsReadWithoutAnException(byte[] content) throws IOException {
        Path file = Files.createTempFile("postern", ".yaml");
        try {
            Files.write(file, content);
            ProblemCollector problems = new ProblemCollector();
            AccessLists lists =
                    AccessLists.load(
                            List.of(),
                            List.of(new FileReference(file, file, Place.start(file))),
                            TimeSource.system(),
                            problems);
            assertThat(lists.client(Ip.parse("192.0.2.1"))).isNotNull();
            assertThat(problems.toProblems()).isNotNull();
        } finally {
            Files.delete(file);
        }
    }
}
