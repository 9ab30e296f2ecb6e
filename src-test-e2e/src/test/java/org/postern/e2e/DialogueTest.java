package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays every text of {@code src-test-e2e/dialogues} against the gateway. A folder there has a
 * gateway of its own: the sections of its {@code gateway.yaml} take the place of those of the same
 * name, further YAML files are its lists; a certificate {@code mx-chain.pem} with its key lies
 * beside it.
 */
@WithPeers
class DialogueTest {
    private static final Path FOLDER = Peers.ROOT.resolve("src-test-e2e/dialogues");

    @TestFactory
    Stream<DynamicTest> theGatewayKeepsToItsGoldenDialogues(Surroundings around)
            throws IOException {
        int port = around.gateway().smtpPort();
        return play(FOLDER, port);
    }

    private static Stream<DynamicTest> play(Path folder, int port) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
        assertThat(files).isNotEmpty();
        return files.stream()
                .map(file ->
                        DynamicTest.dynamicTest(
                                FOLDER.relativize(file).toString(),
                                file.toUri(),
                                () -> Dialogue.read(file).play(port)));
    }

    @TestFactory
    Stream<DynamicNode> aGatewayOfAnotherConfigurationKeepsToItsOwn(Surroundings around)
            throws IOException {
        List<Path> folders;
        try (Stream<Path> all = Files.list(FOLDER)) {
            folders = all.filter(Files::isDirectory).sorted().toList();
        }
        return folders.stream().map(folder -> inFolder(folder, around));
    }

    private static DynamicNode inFolder(Path folder, Surroundings around) {
        try {
            Gateway gateway = around.newGateway("dialogues");
            Certificates.ecdsa(gateway.folder(), "mx", "mx.example.test");
            for (Path list : lists(folder)) {
                gateway.file("lists/" + list.getFileName(), Files.readString(list));
            }
            gateway.configureSections(Files.readString(folder.resolve("gateway.yaml")));
            gateway.start();
            return DynamicContainer.dynamicContainer(
                    folder.getFileName().toString(),
                    Stream.concat(
                            play(folder, gateway.smtpPort()),
                            Stream.of(DynamicTest.dynamicTest("and stops", gateway::close))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> lists(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("gateway.yaml"))
                    .toList();
        }
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
