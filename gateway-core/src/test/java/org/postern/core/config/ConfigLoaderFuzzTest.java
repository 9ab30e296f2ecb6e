package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postern.core.problem.Problem;

/** Whatever a file holds, reading it ends, throws nothing and says why if it is refused. */
class ConfigLoaderFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyFileIsLoadedOrRefusedWithAReason(byte[] content) throws IOException {
        Path file = Files.createTempFile("postern", ".yaml");
        try {
            Files.write(file, content);
            switch (ConfigLoader.load(file)) {
                case LoadResult.Loaded loaded ->
                        assertThat(loaded.config().listeners()).isNotEmpty();
                case LoadResult.Refused refused -> {
                    assertThat(refused.problems().hasErrors()).isTrue();
                    for (Problem problem : refused.problems().all()) {
                        assertThat(problem.toString()).doesNotContain("\n", "\r", "\u001b");
                    }
                }
            }
        } finally {
            Files.delete(file);
        }
    }
}
