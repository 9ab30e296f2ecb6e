package org.postern.app.reputation;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.ReputationConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.log.DiskSpool;
import org.postern.queue.surgery.SurgeryListener;

/**
 * What a hold costs over a large queue, which {@code QueueScale fill} makes: {@code FOLDER SENDER},
 * or {@code FOLDER client} for all of it. A program, not a test.
 */
final class HoldScale {
    private static final Duration HOLD = Duration.ofHours(1);

    private HoldScale() {}

    /** Holds what is queued of a sender, or of a client, and lets it go. */
    public static void main(String[] args) throws Exception {
        ReputationConfig defaults = ReputationConfig.defaults(true);
        ReputationConfig config =
                new ReputationConfig(
                        defaults.slowAfter(),
                        defaults.slowBy(),
                        defaults.hangUpAfter(),
                        defaults.banAfter(),
                        defaults.ban(),
                        defaults.window(),
                        defaults.networkFactor(),
                        defaults.goodAfterMessages(),
                        defaults.goodAfterAge(),
                        defaults.halfLife(),
                        Set.of(),
                        defaults.trapHold(),
                        1,
                        0,
                        RuleConfig.Mode.ENFORCE,
                        2,
                        Duration.ZERO,
                        HOLD);
        ManualTimeSource time = new ManualTimeSource(Instant.now());
        try (Metrics metrics = new Metrics();
                Spool spool =
                        DiskSpool.open(
                                new SpoolOptions(
                                        Path.of(args[0]).resolve("spool"),
                                        64 << 20,
                                        8 << 20,
                                        0,
                                        1 << 20),
                                TimeSource.system(),
                                SpoolListener.NONE)) {
            AnomalousSenders senders =
                    new AnomalousSenders(
                            () -> config, client -> false, metrics, new Chronicle(), time);
            QueuedHolds queue =
                    new QueuedHolds(senders, spool, SurgeryListener.NONE, id -> {}, time);
            for (int i = 0; i < 2; i++) {
                // of a client: mail of two senders, neither of whom explains it
                String from = args[1].equals("client") ? "a@d" + i + ".example" : args[1];
                senders.judge(
                        InetAddress.ofLiteral("192.0.2.1"),
                        ReversePath.of(EmailAddress.of(from)),
                        false);
            }
            timed(spool, "a hold begins", queue);
            timed(spool, "the next round, which looks again", queue);
            timed(spool, "a round with nothing to do", queue);
            time.advance(HOLD.plusSeconds(1));
            timed(spool, "the hold ends", queue);
            timed(spool, "the round after it", queue);
        }
    }

    private static void timed(Spool spool, String what, QueuedHolds queue) {
        long start = System.nanoTime();
        queue.round(HOLD);
        System.out.printf(
                Locale.ROOT,
                "%-35s %,7d ms; held now %,d of %,d%n",
                what,
                (System.nanoTime() - start) / 1_000_000,
                spool.summary().count(EntryState.HELD),
                spool.summary().total());
    }
}
