package org.postern.core.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir Path folder;
    private Path file = Path.of("state");

    @BeforeEach
    void place() {
        file = folder.resolve("state");
    }

    @Test
    void theNewFileReplacesTheOldAndNothingIsLeftBeside() throws IOException {
        WholeFile.write(file, "old, and longer than the new one");
        WholeFile.write(file, "new ü");
        assertThat(file).hasContent("new ü");
        assertThat(names()).containsExactly("state");
    }

    @Test
    void foldersAreMade() throws IOException {
        Path deep = folder.resolve("a/b/state");
        WholeFile.write(deep, "x");
        assertThat(deep).hasContent("x");
    }

    @Test
    void whereWritingBreaksOffTheOldFileStays() throws IOException {
        WholeFile.write(file, "old");
        assertThatThrownBy(() ->
                        WholeFile.write(
                                file,
                                channel -> {
                                    channel.write(ByteBuffer.wrap(new byte[9]));
                                    throw new IOException("No space left on device");
                                }))
                .hasMessage("No space left on device");
        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("state");
    }

    @Test
    void whatACrashLeftBesideIsWrittenOver() throws IOException {
        Files.writeString(folder.resolve("state.new"), "half of something much longer than this");
        WholeFile.write(file, "whole");
        assertThat(file).hasContent("whole");
        assertThat(names()).containsExactly("state");
    }

    @Test
    void aFileThatSomebodyWroteTakesTheOldOnesPlace() throws IOException {
        WholeFile.write(file, "old");
        WholeFile.replace(file, Files.writeString(folder.resolve("other"), "new"));
        assertThat(file).hasContent("new");
        assertThat(names()).containsExactly("state");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> p.getFileName().toString()).toList();
        }
    }
}
