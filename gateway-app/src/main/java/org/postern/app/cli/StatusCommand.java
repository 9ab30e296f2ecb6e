package org.postern.app.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern status}: health, listeners, queue, downstreams and overload on one screen. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show health, listeners, queue depth and age, downstreams, overload state.",
        footer = "Exit code 1 while the gateway is not taking mail.")
final class StatusCommand implements Callable<Integer> {
    @Mixin private final ConfigOption config = new ConfigOption();
    @Mixin private final JsonOption json = new JsonOption();

    @Override
    public Integer call() throws IOException {
        Daemon.Answer answer =
                Daemon.of(Configurations.daemonOf(config.file()))
                        .ask("GET", "/api/v1/status" + json.query("?"));
        Console.out().print(answer.text());
        // 503 carries the whole status too: the gateway runs but does not take mail
        return answer.status() == 200 ? ExitCode.OK : ExitCode.FAILED;
    }
}
