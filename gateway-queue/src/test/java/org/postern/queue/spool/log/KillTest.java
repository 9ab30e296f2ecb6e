package org.postern.queue.spool.log;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.QueueId;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolListener;

/** Kills a process at random moments under load and compares the spool with what it promised. */
class KillTest {
    private static final int ROUNDS = Integer.getInteger("postern.kill.rounds", 2);

    @TempDir private Path folder;
    private final Map<String, String> stored = new TreeMap<>();
    private final Set<String> ending = new HashSet<>();
    private final Set<String> ended = new HashSet<>();

    @Test
    void losesAndAltersNothingWhenItIsKilledUnderLoad() throws Exception {
        Random random = new Random();
        int unacknowledged = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            run(100 + random.nextInt(900));
            unacknowledged += check("round " + round);
        }
        System.getLogger("KillTest")
                .log(
                        System.Logger.Level.INFO,
                        "{0} kills: {1} stored, {2} delivered, 0 lost, 0 altered, 0 come back;"
                                + " {3} were stored and not acknowledged yet",
                        ROUNDS,
                        stored.size(),
                        ended.size(),
                        unacknowledged);
    }

    /** Lets a worker run until it has said so many lines, then kills it. */
    private void run(int lines) throws IOException, InterruptedException {
        Process worker =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KillWorker.class.getName(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        // one that hangs is killed all the same: nothing interrupts reading from a process
        CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS)
                .execute(worker.toHandle()::destroyForcibly);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(worker.getInputStream(), US_ASCII))) {
            int said = 0;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                note(line);
                if (++said == lines) {
                    worker.toHandle().destroyForcibly();
                }
            }
            assertThat(said).as("lines of the worker").isGreaterThanOrEqualTo(lines);
        }
        assertThat(worker.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private void note(String line) {
        // the last line may be cut short by the kill: it is no promise then
        List<String> words = List.of(line.split(" ", -1));
        switch (words.getFirst()) {
            case "+" -> {
                if (words.size() == 3 && words.get(2).length() == 64) {
                    stored.put(words.get(1), words.get(2));
                }
            }
            case "~" -> ending.add(words.get(1));
            case "-" -> ended.add(words.get(1));
            default -> assertThat(line).doesNotStartWith("!");
        }
    }

    private int check(String when) throws Exception {
        List<SpoolAlarm> alarms = Collections.synchronizedList(new ArrayList<>());
        SpoolListener listener =
                new SpoolListener() {
                    @Override
                    public void alarm(SpoolAlarm alarm) {
                        alarms.add(alarm);
                    }
                };
        Set<String> there = new HashSet<>();
        int unknown = 0;
        try (DiskSpool spool =
                DiskSpool.open(KillWorker.options(folder), TimeSource.system(), listener)) {
            for (QueueEntry entry : spool.entries().toList()) {
                String id = entry.id().toString();
                there.add(id);
                String hash = hash(spool, entry.id());
                assertThat(hash).as(when + ": " + id).isEqualTo(entry.contentSha256());
                if (stored.containsKey(id)) {
                    assertThat(hash).as(when + ": " + id).isEqualTo(stored.get(id));
                } else {
                    stored.put(id, hash);
                    unknown++;
                }
            }
        }
        for (String id : stored.keySet()) {
            if (!ending.contains(id)) {
                assertThat(there).as(when + ": lost").contains(id);
            }
            if (ended.contains(id)) {
                assertThat(there).as(when + ": came back").doesNotContain(id);
            }
        }
        assertThat(alarms).as(when).noneMatch(a -> a.kind() != SpoolAlarm.Kind.NOTICE);
        return unknown;
    }

    private static String hash(DiskSpool spool, QueueId id) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(spool.received(id).open(), sha)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(sha.digest());
    }
}
