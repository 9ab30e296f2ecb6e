package org.postern.queue.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;

/**
 * Goes as far as a delivery goes before there is a message: name, connection, greeting, TLS, hello;
 * then says farewell. A Maildir is written to and cleaned up. Nothing is delivered.
 *
 * <p>Blocks for at most the time-outs given here on each step; thread-safe, without state.
 */
public final class DownstreamCheck {
    private DownstreamCheck() {}

    /** What was seen. */
    public sealed interface Result {
        /**
         * It is there and speaks.
         *
         * @param peer {@code host[address]:port}, the socket's path, or the Maildir
         * @param tls protocol and cipher suite, or null where it speaks in the clear
         */
        record Speaks(String peer, @Nullable String tls) implements Result {}

        /**
         * A delivery would be deferred now.
         *
         * @param step where it broke off: {@code resolve}, {@code connect}, {@code greeting}, …
         * @param why the reply or what happened, one line
         */
        record Trouble(String step, String why) implements Result {}
    }

    /**
     * Looks at one downstream.
     *
     * @param patience longest wait for one step, in place of the configured time-out where that is
     *     longer
     */
    public static Result of(
            DownstreamConfig config, DeliveryEnvironment environment, Duration patience) {
        if (config.target() instanceof Target.Maildir maildir) {
            return maildir(maildir.directory());
        }
        DownstreamConfig hurried =
                new DownstreamConfig(
                        config.name(),
                        config.target(),
                        config.tls(),
                        1,
                        config.timeout().compareTo(patience) > 0 ? patience : config.timeout(),
                        config.trust(),
                        config.mx(),
                        config.xclient());
        try (Watchdog watchdog = new Watchdog(config.name() + "-check", environment.time())) {
            Connection open = new Connector(hurried, environment, watchdog, false).open();
            Result seen = new Result.Speaks(open.peer(), open.tls());
            open.quit();
            return seen;
        } catch (RelayException e) {
            return new Result.Trouble(
                    e.step().name().toLowerCase(Locale.ROOT), e.outcome().reply().toString());
        }
    }

    /** Makes nothing that stays: whoever asks may be another user than the gateway's. */
    private static Result maildir(Path directory) {
        Path tmp = directory.resolve("tmp");
        Path there = tmp;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        try {
            Files.delete(Files.createTempFile(there, "postern-check", null));
            return new Result.Speaks(directory.toString(), null);
        } catch (IOException e) {
            return new Result.Trouble("content", ContentException.words(e));
        }
    }
}
