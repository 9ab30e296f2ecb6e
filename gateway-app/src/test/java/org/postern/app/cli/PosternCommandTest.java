package org.postern.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import picocli.CommandLine;

/** Exit codes as the interface promises them; the output is looked at end to end. */
class PosternCommandTest {
    @TempDir Path folder;

    private String config(String more) throws IOException {
        return SmallSite.write(folder, more, "postmaster@example.test").toString();
    }

    @Test
    void answersTwoToWrongUsage() {
        assertThat(PosternCommand.execute("no-such-command")).isEqualTo(ExitCode.USAGE);
        assertThat(PosternCommand.execute("send-test", "not an address")).isEqualTo(ExitCode.USAGE);
        assertThat(PosternCommand.execute()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void answersOneToAConfigurationWithProblemsAndNoughtToOneWithout() throws IOException {
        assertThat(PosternCommand.execute("check", "--config", config(""))).isEqualTo(ExitCode.OK);
        assertThat(PosternCommand.execute("check", "--config", config("no-such-key: 1\n")))
                .isEqualTo(ExitCode.FAILED);
        assertThat(
                        PosternCommand.execute(
                                "run", "--config", folder.resolve("missing.yaml").toString()))
                .isEqualTo(ExitCode.FAILED);
    }

    @Test
    void answersThreeWhenNoDaemonCanBeReached() throws IOException {
        String config = config("admin: { port: 1 }\n");
        assertThat(PosternCommand.execute("status", "--config", config))
                .isEqualTo(ExitCode.UNREACHABLE);
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data/admin.token"), "0".repeat(64) + "\n");
        assertThat(PosternCommand.execute("queue", "list", "--config", config))
                .isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void saysWhichListEntryHits() throws IOException {
        Files.writeString(folder.resolve("deny.yaml"), "client:\n  - 192.0.2.0/24\n");
        String config = config("lists: { deny: [deny.yaml] }\n");
        assertThat(PosternCommand.execute("lists", "test", "192.0.2.7", "--config", config))
                .isEqualTo(ExitCode.OK);
        assertThat(PosternCommand.execute("lists", "test", "192.0.3.7", "--config", config))
                .isEqualTo(ExitCode.FAILED);
        assertThat(PosternCommand.execute("lists", "test", "not a thing", "--config", config))
                .isEqualTo(ExitCode.USAGE);
    }

    /** A line that picocli has to wrap looks broken; an unescaped variable becomes "null". */
    @Test
    void theHelpOfEveryCommandIsWhole() {
        List<CommandLine> commands = new ArrayList<>();
        collect(new CommandLine(new PosternCommand()), commands);
        assertThat(commands).hasSizeGreaterThan(30);
        for (CommandLine command : commands) {
            String name = command.getCommandSpec().qualifiedName();
            assertThat(command.getUsageMessage())
                    .as(name)
                    .doesNotContainPattern("(?<!the )\\bnull\\b");
            for (String line : command.getCommandSpec().usageMessage().footer()) {
                assertThat(line.replace("$$", "$")).as(name).hasSizeLessThanOrEqualTo(80);
            }
        }
    }

    private static void collect(CommandLine command, List<CommandLine> into) {
        into.add(command);
        command.getSubcommands().values().forEach(sub -> collect(sub, into));
    }
}
