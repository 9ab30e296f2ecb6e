package org.postern.app.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/**
 * What commands have in common that ask the running gateway and show what it says: where to find
 * it, and the form of its answers.
 */
abstract class DaemonCommand implements Callable<Integer> {
    @Mixin final ConfigOption config = new ConfigOption();
    @Mixin final JsonOption json = new JsonOption();

    /**
     * What is asked for, in the form that is wanted.
     *
     * @param path below {@code /api/v1/}
     * @param more parameters, each after its ampersand
     */
    final String query(String path, String more) {
        return "/api/v1/" + path + json.query("?") + more;
    }

    /**
     * Asks and shows the answer as it comes, as {@link Daemon#show} does.
     *
     * @param path below {@code /api/v1/}
     * @param more parameters, each after its ampersand
     */
    final int show(String method, String path, String more) throws IOException {
        return config.daemon().show(method, query(path, more));
    }

    /**
     * Prints an answer whose no is an answer too, with exit code 1.
     *
     * @throws CommandFailure if it is none
     */
    static int print(Daemon.Answer answer) throws IOException {
        return switch (answer.status()) {
            case 200, 404, 409, 503 -> {
                Console.out().print(answer.text());
                yield answer.status() == 200 ? ExitCode.OK : ExitCode.FAILED;
            }
            default -> throw answer.failure();
        };
    }
}
