package org.postern.app.cli;

import java.io.IOException;
import picocli.CommandLine.Command;

/** {@code postern status}: health, listeners, queue, downstreams and overload on one screen. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Show health, listeners, queue depth and age, downstreams, overload state.",
        footer = "Exit code 1 while the gateway is not taking mail.")
final class StatusCommand extends DaemonCommand {
    @Override
    public Integer call() throws IOException {
        // 503 carries the whole status too: the gateway runs but does not take mail
        return print(config.daemon().ask("GET", query("status", "")));
    }
}
