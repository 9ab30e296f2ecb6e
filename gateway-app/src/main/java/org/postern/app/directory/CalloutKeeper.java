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
 * whether its store refuses anybody at all, and whether it still knows whom it knew.
 */
final class CalloutKeeper implements SourceKeeper {
    private static final Logger LOG = LoggerFactory.getLogger("recipients");
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final CalloutDirectory directory;
    private final RecipientCallout probe;
    private final Background background;
    private boolean doubted;

    CalloutKeeper(CalloutDirectory directory, RecipientCallout probe) {
        this.directory = directory;
        this.probe = probe;
        this.background =
                new Background(
                        "remember " + directory.config().name(),
                        () -> {
                            check();
                            askAgain();
                            save();
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

    /** A doubt begins in a session: it is told of here, a minute later at most. */
    private void askAgain() {
        directory.askAgain();
        int missing = directory.missing();
        String name = directory.config().name();
        if (missing > 0 && !doubted) {
            LOG.error(
                    "{}: the store says no to {} whom it knew; it is not believed, they get 451"
                            + " until it knows them again. If they are gone: postern recipients"
                            + " sync --confirm {}",
                    name,
                    missing,
                    name);
        } else if (missing == 0 && doubted) {
            LOG.info("{}: the store is believed again", name);
        }
        doubted = missing > 0;
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
