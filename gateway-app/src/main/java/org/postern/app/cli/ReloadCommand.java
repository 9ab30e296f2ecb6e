package org.postern.app.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern reload}: swaps in the configuration and lists as they now stand on disk. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description =
                "Swap in the configuration and lists as they stand on disk, or say why the old ones"
                        + " stay.")
final class ReloadCommand implements Callable<Integer> {
    @Mixin private final ConfigOption config = new ConfigOption();
    @Mixin private final JsonOption json = new JsonOption();

    @Override
    public Integer call() throws IOException {
        Daemon.Answer answer =
                Daemon.of(Configurations.daemonOf(config.file()))
                        .ask("POST", "/api/v1/reload" + json.query("?"));
        Console.out().print(answer.text());
        return answer.status() == 200 ? ExitCode.OK : ExitCode.FAILED;
    }
}
