package org.postern.app.cli;

import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code postern status}: health, listeners, queue, downstreams and overload on one screen. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show health, listeners, queue depth and age, downstreams, overload state.",
        footer = "Exit code 1 while a part of the gateway is not well, as GET /readyz has it.")
final class StatusCommand extends DaemonCommand {
    @Override
    public Integer call() throws IOException {
        // 503 carries the whole status too: the gateway runs and not all of it is well
        return print(config.daemon().ask("GET", query("status", "")));
    }
}
