package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The launcher from odd places and with things missing. */
class LauncherTest {
    private Path folder;

    @BeforeEach
    void make() {
        folder = Surroundings.newFolder("a launcher");
    }

    @AfterEach
    void remove() {
        Surroundings.delete(folder);
    }

    @Test
    void worksThroughSymbolicLinksFromAFolderWithASpaceInItsName() throws IOException {
        Path first = Files.createSymbolicLink(folder.resolve("one"), Peers.ROOT.resolve("postern"));
        Path second = Files.createSymbolicLink(folder.resolve("postern"), Path.of("one"));
        assertThat(first).exists();
        assertVersion(run(Map.of(), second.toString(), "--version"));
    }

    @Test
    void worksFromBinOfADistribution() throws IOException {
        assertVersion(run(Map.of(), distribution().toString(), "--version"));
    }

    @Test
    void passesOverAJavaHomeThatIsTooOldOrNoneAtAll() {
        assertVersion(
                run(
                        Map.of("JAVA_HOME", folder.toString()),
                        Peers.ROOT.resolve("postern").toString(),
                        "--version"));
    }

    @Test
    void handsItsOptionsToTheVirtualMachine() {
        Program.Result result =
                run(
                        Map.of("POSTERN_OPTS", "-XX:+PrintFlagsFinal  -Xmx77m"),
                        Peers.ROOT.resolve("postern").toString(),
                        "--version");
        assertThat(result.out()).containsPattern("MaxHeapSize += " + (78L << 20) + " ");
    }

    @Test
    void saysInOneLineThatADistributionHasNoLib() throws IOException {
        Path launcher = distribution();
        Surroundings.delete(folder.resolve("dist/lib"));
        Program.Result result = run(Map.of(), launcher.toString(), "status");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines()).singleElement().asString().startsWith("postern: ");
    }

    @Test
    void saysInOneLineThatACheckoutIsNotBuiltAndThatMavenIsMissing() throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("check out"));
        Files.createDirectories(checkout.resolve("gateway-app"));
        Path launcher = Files.copy(Peers.ROOT.resolve("postern"), checkout.resolve("postern"));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of("bash", "readlink", "mkdir")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of(Peers.path(tool)));
        }
        Program.Result result =
                run(
                        Map.of(
                                "PATH",
                                tools.toString(),
                                "JAVA_HOME",
                                System.getProperty("java.home")),
                        launcher.toString(),
                        "status");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .contains("no build yet", "Maven", "install");
    }

    @Test
    void saysThatTheSourcesAreNewerThanTheBuildItStarts() throws IOException {
        Path checkout = Files.createDirectories(folder.resolve("edited"));
        Path launcher = Files.copy(Peers.ROOT.resolve("postern"), checkout.resolve("postern"));
        Files.createDirectories(checkout.resolve("gateway-app/target/postern/lib"));
        Path jar = Files.createFile(checkout.resolve("gateway-app/target/gateway-app-1.jar"));
        Path sources = Files.createDirectories(checkout.resolve("gateway-app/src/main/java"));
        Path source = Files.createFile(sources.resolve("Main.java"));
        Map<String, String> java = Map.of("JAVA_HOME", javaThatOnlyAnswers().toString());

        dated(source, "2026-11-20T10:00:00Z");
        dated(jar, "2026-11-20T10:00:01Z");
        assertThat(run(java, launcher.toString(), "run").err()).isEmpty();

        dated(source, "2026-11-20T10:00:02Z");
        assertThat(run(java, launcher.toString(), "run").err())
                .startsWith("postern: the build is older than gateway-app/src/main/java/Main.java")
                .contains("mvn -pl gateway-app -am package")
                .hasLineCount(1);
    }

    private static void dated(Path file, String time) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse(time)));
    }

    private Path javaThatOnlyAnswers() throws IOException {
        Path home = folder.resolve("java");
        Path bin = Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        Path java = Files.writeString(bin.resolve("java"), "#!/bin/sh\nexit 0\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private Path distribution() throws IOException {
        Path lib = Files.createDirectories(folder.resolve("dist/lib"));
        Path target = Peers.ROOT.resolve("gateway-app/target");
        List<Path> jars = new ArrayList<>();
        try (Stream<Path> all = Files.list(target.resolve("postern/lib"));
                Stream<Path> app = Files.list(target)) {
            all.forEach(jars::add);
            app.filter(file -> file.toString().endsWith(".jar")).forEach(jars::add);
        }
        for (Path jar : jars) {
            Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
        }
        Path bin = Files.createDirectories(folder.resolve("dist/bin"));
        return Files.copy(Peers.ROOT.resolve("postern"), bin.resolve("postern"));
    }

    private static Program.Result run(Map<String, String> environment, String... command) {
        return Program.run(new byte[0], environment, List.of(command));
    }

    private static void assertVersion(Program.Result result) {
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).containsIgnoringCase("postern");
        assertThat(result.err()).isEmpty();
    }
}
