package org.postern.app.journal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.postern.core.authres.AuthResult;
import org.postern.core.config.JournalConfig;
import org.postern.core.journal.JournalEvent;
import org.postern.core.mail.QueueId;
import org.postern.core.policy.Disposition;
import org.postern.core.reply.SmtpReply;

/**
 * Writes a week of made-up mail into a journal, for measurements: {@code JournalLoad FOLDER
 * EVENTS}. Of a hundred events 36 are messages that were taken, each with its delivery (36), 8 are
 * unknown recipients, 4 refusals by DMARC, 16 are sessions. Senders, recipients and clients follow
 * a long tail; the seed is fixed.
 */
public final class JournalLoad {
    private static final int BATCH = 4_000;
    private static final int DAYS = 7;
    private static final int RECIPIENTS = 200_000;
    private static final int SENDERS = 400_000;
    private static final int DOMAINS = 30_000;
    private static final int CLIENTS = 40_000;

    private final Random random = new Random(20_261_122);
    private long id = 1L << 40;

    private JournalLoad() {}

    /** Writes, and says how fast. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        long events = Long.parseLong(args[1]);
        Files.createDirectories(folder);
        long start = System.nanoTime();
        new JournalLoad().write(folder, events);
        double seconds = (System.nanoTime() - start) / 1e9;
        long octets = 0;
        for (DayFiles.DayFile file : new DayFiles(folder).list()) {
            octets += DayFiles.size(file);
        }
        System.out.printf(
                Locale.ROOT,
                "%,d events in %.1f s: %,.0f a second, %.1f MB per million%n",
                events,
                seconds,
                events / seconds,
                octets / 1e6 / (events / 1e6));
    }

    private void write(Path folder, long events) throws Exception {
        Privacy privacy = Privacy.forWriting(JournalConfig.Privacy.PLAIN, folder);
        DayFiles files = new DayFiles(folder);
        Instant end = Instant.now();
        Instant begin = end.minus(Duration.ofDays(DAYS));
        long written = 0;
        List<JournalEvent> batch = new ArrayList<>(BATCH + 2);
        DayWriter writer = null;
        while (written < events) {
            long millis = Duration.between(begin, end).toMillis() * written / events;
            Instant at = begin.plusMillis(millis);
            LocalDate day = LocalDate.ofInstant(at, ZoneOffset.UTC);
            if (writer == null || !writer.file().day().equals(day)) {
                if (writer != null) {
                    writer.close();
                }
                writer = DayWriter.open(files.current(day), privacy);
            }
            batch.clear();
            while (batch.size() < BATCH) {
                something(at, batch);
            }
            writer.write(batch);
            written += batch.size();
        }
        if (writer != null) {
            writer.close();
        }
    }

    /** A long tail: half of what comes is among the first two hundredths. */
    private int tail(int n) {
        double x = random.nextDouble();
        return (int) (n * x * x * x * x * x * x);
    }

    private void something(Instant at, List<JournalEvent> batch) {
        int kind = random.nextInt(64);
        int domain = tail(DOMAINS);
        String from = "u" + tail(SENDERS / DOMAINS * 40) + "@d" + domain + ".example";
        String client = address(domain * 3 + random.nextInt(3));
        String to = "r" + tail(RECIPIENTS) + "@example.test";
        if (kind < 36) {
            id++;
            batch.add(Events.accepted(at, id, client, from, to));
            batch.add(Events.attempt(at, id, to, "delivered", "250 2.0.0 Ok: queued as " + id));
        } else if (kind < 44) {
            batch.add(Events.unknown(at, client, from, "x" + random.nextInt() + "@example.test"));
        } else if (kind < 48) {
            batch.add(
                    Events.message(
                            at,
                            null,
                            client,
                            from,
                            new org.postern.core.journal.Ruling(
                                    Disposition.REJECT,
                                    "dmarc-reject",
                                    "dmarc.fail.spf-fail.dkim-none",
                                    ""),
                            SmtpReply.of(550, "5.7.1", "Refused by the policy of d" + domain),
                            Events.evidence(
                                    AuthResult.FAIL,
                                    AuthResult.FAIL,
                                    client,
                                    "d" + domain + ".example"),
                            to));
        } else {
            batch.add(
                    new JournalEvent.Connection(
                            at, Events.client(client), "quit", Duration.ofMillis(120), 1, 0));
        }
    }

    private static String address(int n) {
        int bounded = n % CLIENTS;
        return "100." + (bounded >> 16) + "." + (bounded >> 8 & 0xff) + "." + (bounded & 0xff);
    }

    /** The queue id of the nth message, for questions. */
    static String queueId(long n) {
        return new QueueId((1L << 40) + n).toString();
    }
}
