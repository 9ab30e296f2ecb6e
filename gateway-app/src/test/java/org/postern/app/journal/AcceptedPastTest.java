package org.postern.app.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.JournalConfig;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Screening;
import org.postern.core.net.Ip;
import org.postern.core.scan.ScanResult;
import org.postern.core.time.TimeSource;

class AcceptedPastTest {
    @TempDir Path folder;

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    private record Told(InetAddress client, List<String> domains, int messages) {}

    private void write(JournalEvent... events) throws Exception {
        try (Metrics metrics = new Metrics();
                JournalWriter writer =
                        new JournalWriter(
                                new JournalConfig(
                                        true,
                                        Duration.ofDays(1),
                                        1L << 30,
                                        1_000,
                                        false,
                                        JournalConfig.Privacy.HASHED),
                                folder,
                                0,
                                metrics,
                                TimeSource.system())) {
            for (JournalEvent event : events) {
                writer.append(event);
            }
        }
    }

    private List<Told> told(Instant before) throws JournalException {
        List<Told> told = new ArrayList<>();
        AcceptedPast.tell(
                new JournalReader(folder),
                before,
                (client, domains, messages, first, last) -> {
                    assertThat(first).isEqualTo(now);
                    assertThat(last).isEqualTo(now);
                    told.add(
                            new Told(
                                    client,
                                    domains.stream().map(d -> d.ascii()).sorted().toList(),
                                    messages));
                });
        return told;
    }

    @Test
    void whatWasAcceptedIsToldByClientAndByWhoAuthenticatedWhateverThePrivacy() throws Exception {
        write(
                Events.accepted(now, 1, "192.0.2.7", "a@example.org", "b@example.test"),
                Events.accepted(now, 2, "192.0.2.7", "c@example.org", "b@example.test"),
                Events.accepted(now, 3, "192.0.2.8", "a@example.org", "b@example.test"),
                Events.unknown(now, "192.0.2.9", "a@example.org", "b@example.test"));
        List<Told> told = told(now.plusSeconds(1));
        assertThat(told).hasSize(2).allMatch(t -> !t.domains().isEmpty());
        assertThat(told)
                .extracting(Told::client, Told::messages)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(Ip.parse("192.0.2.7"), 2),
                        org.assertj.core.groups.Tuple.tuple(Ip.parse("192.0.2.8"), 1));
        assertThat(told(now)).as("what came since is told of as it comes").isEmpty();
    }

    @Test
    void aSignatureOverAPartOfTheBodyTeachesNothingOfItsSigner() throws Exception {
        JournalEvent.Message whole =
                Events.accepted(now, 1, "192.0.2.7", "a@example.org", "b@example.test");
        JournalEvent.Message part =
                Events.partlySigned(
                        Events.accepted(now, 2, "192.0.2.8", "a@example.org", "b@example.test"));
        write(whole, part);
        assertThat(told(now.plusSeconds(1)))
                .containsExactlyInAnyOrder(
                        new Told(
                                Ip.parse("192.0.2.7"), List.of("example.org", "signer.example"), 1),
                        new Told(Ip.parse("192.0.2.8"), List.of("example.org"), 1));
    }

    @Test
    void aDayThatIsDamagedIsLeftOut() throws Exception {
        write(Events.accepted(now, 1, "192.0.2.7", "a@example.org", "b@example.test"));
        Files.writeString(folder.resolve("2001-01-01.db"), "no database");
        assertThat(told(now.plusSeconds(1))).hasSize(1);
    }

    @Test
    void withoutAJournalThereIsNothingToTell() throws Exception {
        assertThat(told(now)).isEmpty();
    }

    @Test
    void whatAScannerFoundSomethingInOrCouldNotLookAtTeachesNothing() throws Exception {
        int number = 10;
        String clean = "";
        for (ScanResult.Outcome outcome : ScanResult.Outcome.values()) {
            Screening looked =
                    new Screening(
                            null,
                            List.of(),
                            List.of(
                                    ScanResult.of(
                                            ScanResult.Scanner.CLAMAV,
                                            ScanResult.Outcome.CLEAN,
                                            ""),
                                    ScanResult.of(ScanResult.Scanner.RSPAMD, outcome, "x")),
                            null);
            String client = "192.0.2." + number++;
            clean = outcome == ScanResult.Outcome.CLEAN ? client : clean;
            write(
                    Events.screened(
                            Events.accepted(
                                    now, 100L + number, client, "a@example.org", "b@example.test"),
                            looked));
        }
        assertThat(told(now.plusSeconds(1)))
                .extracting(Told::client)
                .containsExactly(Ip.parse(clean));
    }
}
