package org.postern.queue.spool.log;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.AttemptResult;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.StoredMessage;

/**
 * A process that stores and delivers until it is killed. Each line on its standard output is a
 * promise: {@code + id sha256} once a commit has returned, {@code ~ id} before an outcome is
 * recorded, {@code - id} once that has returned.
 */
final class KillWorker {
    private static final Recipient TO = Recipient.of(EmailAddress.of("b@example.net"));

    private KillWorker() {}

    static SpoolOptions options(Path folder) {
        return new SpoolOptions(folder, 4 << 20, 256 << 10, 0, 1 << 20);
    }

    /** Takes the folder. */
    public static void main(String[] args) throws Exception {
        DiskSpool spool =
                DiskSpool.open(options(Path.of(args[0])), TimeSource.system(), SpoolListener.NONE);
        for (int i = 0; i < 8; i++) {
            long seed = System.nanoTime() + i;
            Thread.ofPlatform().start(() -> store(spool, new Random(seed)));
        }
        Thread.ofPlatform().start(() -> deliver(spool));
    }

    private static synchronized void say(String line) {
        PrintStream out = System.out;
        out.write((line + "\n").getBytes(US_ASCII), 0, line.length() + 1);
        out.flush();
    }

    private static void store(DiskSpool spool, Random random) {
        try {
            while (true) {
                // now and then one with a file of its own
                int size = random.nextInt(50) == 0 ? 1_500_000 : random.nextInt(20_000) + 1;
                byte[] content = new byte[size];
                random.nextBytes(content);
                try (SpoolWriter writer = spool.begin()) {
                    writer.write(content, 0, size);
                    StoredMessage stored =
                            writer.commit(
                                    new MessageMeta(
                                            Envelope.of(ReversePath.Null.INSTANCE, List.of(TO)),
                                            Instant.EPOCH,
                                            "192.0.2.1",
                                            "x",
                                            new byte[0],
                                            List.of(),
                                            Map.of()));
                    say("+ " + stored.id() + " " + stored.contentSha256());
                }
            }
        } catch (IOException e) {
            say("! " + e);
        }
    }

    private static void deliver(DiskSpool spool) {
        try {
            while (true) {
                for (QueueEntry entry : spool.claimDue(20, route -> true)) {
                    boolean later = entry.id().sequence() % 5 == 0 && entry.attempts() == 0;
                    say((later ? "? " : "~ ") + entry.id());
                    spool.record(
                            entry.id(),
                            new AttemptResult(
                                    Map.of(
                                            TO,
                                            new RecipientStatus(
                                                    TO,
                                                    later
                                                            ? RecipientState.DEFERRED
                                                            : RecipientState.DELIVERED,
                                                    "said",
                                                    "s")),
                                    Duration.ofSeconds(1),
                                    "",
                                    true));
                    if (!later) {
                        say("- " + entry.id());
                    }
                }
            }
        } catch (IOException e) {
            say("! " + e);
        }
    }
}
