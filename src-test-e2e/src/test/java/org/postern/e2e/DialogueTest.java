package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Plays every text of {@code src-test-e2e/dialogues} against the gateway. */
@WithPeers
class DialogueTest {
    @TestFactory
    Stream<DynamicTest> theGatewayKeepsToItsGoldenDialogues(Surroundings around)
            throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(Peers.ROOT.resolve("src-test-e2e/dialogues"))) {
            files = all.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
        assertThat(files).isNotEmpty();
        int port = around.gateway().smtpPort();
        return files.stream()
                .map(file ->
                        DynamicTest.dynamicTest(
                                file.getFileName().toString(),
                                file.toUri(),
                                () -> Dialogue.read(file).play(port)));
    }

    @Test
    void aDifferenceIsNamedByFileAndLine(@TempDir Path folder, Surroundings around)
            throws IOException {
        Path file =
                Files.writeString(folder.resolve("wrong.txt"), "# a\nS: 220\nC: NOOP\nS: 599\n");
        Dialogue dialogue = Dialogue.read(file);
        int port = around.gateway().smtpPort();
        assertThatThrownBy(() -> dialogue.play(port))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("wrong.txt:4: expected \"599\", heard \"250 ");
    }
}
