package org.postern.app.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.postern.app.wiring.Gateway;
import org.postern.app.wiring.StartFailure;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern run}: the gateway in the foreground, until SIGTERM or SIGINT. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Run the gateway in the foreground.",
        footer = {
            "SIGHUP reloads the configuration and lists. SIGTERM stops: no new connections,",
            "a message in DATA may finish within limits.drain, the rest waits in the spool."
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger("postern");

    @Mixin private final ConfigOption config = new ConfigOption();

    @Override
    public Integer call() throws InterruptedException {
        Path file = config.file();
        // a thread that ends, or a SIGHUP that goes wrong, is told where everything else is
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, e) -> LOG.error("thread {} ended, a defect", thread.getName(), e));
        switch (Snapshots.start(file, TimeSource.system())) {
            case SnapshotResult.Refused refused ->
                    throw new CommandFailure(ExitCode.FAILED, refused.problems().toString());
            case SnapshotResult.Loaded loaded -> {
                try (Gateway gateway = Gateway.start(loaded, Version.text())) {
                    Runtime.getRuntime().addShutdownHook(new Thread(gateway::close, "shutdown"));
                    gateway.awaitClosed();
                } catch (StartFailure e) {
                    for (Problem warning : loaded.warnings()) {
                        Console.err().println(warning);
                    }
                    throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
                }
            }
        }
        return ExitCode.OK;
    }
}
