package org.postern.app.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.JournalConfig;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Ruling;
import org.postern.core.mail.QueueId;
import org.postern.core.policy.Disposition;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;

class PassingTest {
    private static final String ANNA = "sender <anna@partner.example>";
    private static final String CLIENT = "client 192.0.2.7/32";

    private final Instant now = Instant.now();

    @TempDir Path folder;

    private void write(JournalConfig.Privacy privacy, JournalEvent... events) throws IOException {
        JournalConfig config =
                new JournalConfig(true, Duration.ofDays(30), 1L << 30, 1_000, false, privacy);
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(config, folder, 0, metrics, TimeSource.system())) {
            for (JournalEvent event : events) {
                writer.append(event);
            }
        }
    }

    private JournalEvent note(int seconds, String kind, String detail) {
        return new JournalEvent.Witness(now.plusSeconds(seconds), kind, detail);
    }

    private JournalEvent message(int seconds, long id, Ruling ruling) {
        return Events.message(
                now.plusSeconds(seconds),
                id == 0 ? null : new QueueId(id),
                "192.0.2.7",
                "anna@partner.example",
                ruling,
                SmtpReply.of(id == 0 ? 421 : 250, id == 0 ? "4.7.0" : "2.0.0", "words"),
                null,
                "b@example.test");
    }

    private List<String> story(String id) throws JournalException {
        return Story.of(new JournalReader(folder), id).stream().map(Story.Step::text).toList();
    }

    @Test
    void aHeldMessageTellsOfItsHoldWhereThatBeganAndWhoEndedIt() throws Exception {
        String why = ": sent 501 messages within the hour, 12 at most before";
        Ruling held =
                new Ruling(
                        Disposition.QUARANTINE,
                        "anomalous-sender",
                        "reputation.anomaly",
                        ANNA + why + "; on hold until 2099-01-01T00:00:00Z");
        write(
                JournalConfig.Privacy.PLAIN,
                note(-60, "hold", ANNA + why + "; on hold until 2099-01-01T00:00:00Z"),
                note(-50, "hold", "sender <annabel@partner.example>" + why),
                message(0, 7_000, held),
                note(30, "hold-ended", ANNA + ": ended by olga"),
                note(40, "hold", ANNA + why + " again"),
                note(50, "hold-ended", ANNA + ": its time is over"));
        assertThat(story(new QueueId(7_000).toString()))
                .hasSize(4)
                .satisfies(steps -> {
                    assertThat(steps.get(0)).startsWith("hold of " + ANNA + why);
                    assertThat(steps.get(1)).startsWith("from 192.0.2.7");
                    assertThat(steps.get(2)).startsWith("quarantined as ");
                    assertThat(steps.get(3)).isEqualTo("hold of " + ANNA + ": ended by olga");
                });
    }

    @Test
    void whatWasQueuedWhenAHoldBeganTellsOfItAndStaysDeliveredAtItsEnd() throws Exception {
        write(
                JournalConfig.Privacy.PLAIN,
                Events.accepted(now, 8_000, "192.0.2.7", "anna@partner.example", "b@example.test"),
                note(10, "hold", ANNA + ": sent 501 messages"),
                new JournalEvent.Operation(
                        now.plusSeconds(11),
                        "policy",
                        "hold",
                        "",
                        List.of(new QueueId(8_000)),
                        1,
                        ANNA + ": sent 501 messages"),
                Events.attempt(now.plusSeconds(20), 8_000, "b@example.test", "delivered", "250"),
                note(30, "hold-ended", ANNA + ": its time is over"));
        List<Story.Step> steps = Story.of(new JournalReader(folder), new QueueId(8_000).toString());
        assertThat(steps.stream().map(Story.Step::text).toList())
                .containsSubsequence(
                        "hold of " + ANNA + ": sent 501 messages",
                        "policy: hold, because " + ANNA + ": sent 501 messages",
                        "every recipient has it; the spool has let it go",
                        "hold of " + ANNA + ": its time is over");
        assertThat(steps.getLast().progress()).isEqualTo(Story.Progress.DELIVERED);
    }

    @Test
    void aRefusalTellsOfTheBanBehindItAndNotOfALaterOne() throws Exception {
        String why = ": 1000 unknown recipients of its address";
        write(
                JournalConfig.Privacy.HASHED,
                note(-60, "ban", CLIENT + ": kept out until 2099-01-01T00:00:00Z" + why),
                message(
                        0,
                        0,
                        new Ruling(
                                Disposition.DEFER,
                                "harvest-ban",
                                "reputation.banned",
                                CLIENT + why)),
                note(10, "ban", CLIENT + ": kept out until 2099-01-02T00:00:00Z" + why),
                note(20, "ban-lifted", CLIENT + ": let in again by olga"));
        JournalReader reader = new JournalReader(folder);
        TracedMessage refusal =
                reader.find(
                                reader.select(
                                        Map.of("reason", List.of("reputation.banned")),
                                        now.plusSeconds(60)),
                                1)
                        .getFirst();
        List<Story.Step> steps = Story.of(reader, refusal);
        assertThat(steps).allMatch(s -> s.progress() == Story.Progress.REFUSED);
        assertThat(steps.stream().map(Story.Step::text).toList())
                .hasSize(3)
                .startsWith("ban of " + CLIENT + ": kept out until 2099-01-01T00:00:00Z" + why)
                .noneMatch(s -> s.contains("olga") || s.contains("2099-01-02"));
    }
}
