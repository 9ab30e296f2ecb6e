package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is wrong is said in one line with its place and what to do, and nothing is half-started. */
@WithPeers
class BadInputTest {
    private Gateway gateway;

    @BeforeEach
    void make(Surroundings around) {
        gateway = around.newGateway("bad");
    }

    @AfterEach
    void remove() {
        gateway.close();
    }

    @Test
    void brokenYaml() {
        change(yaml -> yaml.replace("hostname: mx.example.test", "hostname: [mx.example.test"));
        refusedWith("postern.yaml:", ":");
    }

    @Test
    void anUnknownKeyIsNamedWithItsPlaceAndTheNearestKnownOne() {
        change(yaml -> yaml.replace("networks:", "netwroks:"));
        refusedWith("postern.yaml:7:1: ", "netwroks", "networks");
    }

    @Test
    void aWrongValueSaysWhatIsAllowed() {
        change(yaml -> yaml.replace("timeout: 1s", "timeout: soon"));
        refusedWith("postern.yaml:6:47: ", "soon", "30s");
    }

    @Test
    void aListFileThatDoesNotExist() {
        change(yaml -> yaml.replace("lists/deny.yaml", "lists/absent.yaml"));
        refusedWith("lists/absent.yaml");
    }

    @Test
    void aConfigurationFileThatDoesNotExist() throws IOException {
        Files.delete(gateway.config());
        refusedWith(gateway.config().toString());
    }

    @Test
    void checkNamesEveryProblemAtOnce() {
        change(yaml ->
                yaml.replace("networks:", "netwroks:")
                        .replace("timeout: 1s", "timeout: soon")
                        .replace("127.0.0.1, port", "127.0.0.300, port"));
        Program.Result result = gateway.command("check");
        assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
        assertThat(
                        (result.out() + result.err())
                                .lines()
                                .filter(line -> line.matches(".*postern\\.yaml:[0-9]+:[0-9]+: .+")))
                .as(result.all())
                .hasSize(4);
    }

    @Test
    void aPortThatIsTaken() throws IOException {
        try (ServerSocket taken =
                new ServerSocket(gateway.smtpPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            refusedWith("127.0.0.1:" + gateway.smtpPort());
            assertThat(Ports.open(gateway.adminPort())).isFalse();
        }
    }

    @Test
    void anAdminPortThatIsTaken() throws IOException {
        try (ServerSocket taken =
                new ServerSocket(gateway.adminPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            refusedWith("127.0.0.1:" + gateway.adminPort());
            assertThat(Ports.open(gateway.smtpPort())).isFalse();
        }
    }

    /** A file stands where the directory should be: nobody can write there, root neither. */
    @Test
    void aDataDirectoryThatCannotBeWritten() {
        gateway.file("data", "in the way\n");
        refusedWith(gateway.folder().resolve("data").toString());
    }

    @Test
    void aDownstreamWhoseNameDoesNotResolve() {
        change(yaml -> yaml.replaceAll("lmtp://[0-9.:]+", "lmtp://store.invalid:24"));
        refusedWith("store.invalid");
    }

    @Test
    void aSecondGatewayOnTheSameDataDirectory() {
        gateway.start();
        Program second =
                Program.start(
                        gateway.folder().resolve("second.log"),
                        java.util.Map.of(),
                        java.util.List.of(
                                Peers.ROOT.resolve("postern").toString(),
                                "run",
                                "--config",
                                otherPorts().toString()));
        assertThat(second.awaitEnd()).as(second.output()).isEqualTo(1);
        assertThat(errors(second)).as(second.output()).hasSize(1);
    }

    private java.nio.file.Path otherPorts() {
        gateway.file(
                "second.yaml",
                gateway.configuration()
                        .replace("port: " + gateway.smtpPort(), "port: " + Ports.free())
                        .replace("port: " + gateway.adminPort(), "port: " + Ports.free()));
        return gateway.folder().resolve("second.yaml");
    }

    @Test
    void wrongUsageIsExitTwo() {
        assertThat(gateway.command("queue", "frobnicate").exitCode()).isEqualTo(2);
        assertThat(gateway.command("status", "--no-such-option").exitCode()).isEqualTo(2);
    }

    @Test
    void withoutADaemonTheCommandsEndWithThree() {
        for (String[] command :
                new String[][] {
                    {"status"}, {"queue", "list"}, {"reload"}, {"send-test", "alice@example.test"}
                }) {
            Program.Result result = gateway.command(command);
            assertThat(result.exitCode()).as(String.join(" ", command) + result.all()).isEqualTo(3);
            assertThat(result.err().lines()).as(result.all()).hasSize(1);
        }
    }

    private void change(UnaryOperator<String> edit) {
        String before = gateway.configuration();
        String after = edit.apply(before);
        assertThat(after).isNotEqualTo(before);
        gateway.configure(after);
    }

    /** The start ends with exit code 1 and one line, which contains these words. */
    private void refusedWith(String... words) {
        Program run = gateway.launch();
        assertThat(run.awaitEnd()).as(run.output()).isEqualTo(1);
        assertThat(errors(run)).as(run.output()).hasSize(1).first().asString().contains(words);
    }

    private static java.util.List<String> errors(Program run) {
        assertThat(run.output()).doesNotContain("Exception", "\tat ");
        return run.output().lines().toList();
    }
}
