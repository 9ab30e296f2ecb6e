package org.postern.app.directory;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.postern.core.recipients.CalloutDirectory;
import org.postern.queue.delivery.RecipientCallout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what a call-out remembers, every minute and at the end, and looks now and then
 * whether its store refuses anybody at all.
 */
final class CalloutKeeper implements SourceKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final CalloutDirectory directory;
    private final RecipientCallout probe;
    private final Background background;

    CalloutKeeper(CalloutDirectory directory, RecipientCallout probe) {
        this.directory = directory;
        this.probe = probe;
        this.background =
                new Background(
                        "remember " + directory.config().name(),
                        () -> {
                            save();
                            check();
                            return EVERY;
                        });
    }

    private void check() {
        boolean before = directory.takesAnybody();
        directory
                .checkThatItRefuses(() ->
                        "postern-nobody-"
                                + Long.toHexString(ThreadLocalRandom.current().nextLong()))
                .filter(takesAnybody -> takesAnybody && !before)
                .ifPresent(yes ->
                        LOG.warn(
                                "{}: the store says yes to addresses that nobody has; this call-out"
                                        + " keeps nobody out. Let it refuse unknown recipients at"
                                        + " RCPT, or list them another way",
                                directory.config().name()));
    }

    private void save() {
        try {
            directory.save();
        } catch (IOException e) {
            LOG.warn(
                    "{}: what is remembered cannot be written: {}",
                    directory.config().name(),
                    e.getMessage());
        }
    }

    @Override
    public void start() {
        background.start();
    }

    @Override
    public void wake() {
        background.wake();
    }

    @Override
    public void close() {
        background.close();
        save();
        probe.close();
    }
}
