package org.postern.app.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.cli.SelectionOptions;
import org.postern.app.journal.JournalReader;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** One grammar everywhere: what a command takes, the daemon and the journal understand. */
class SelectionGrammarTest {
    /** A value of each option. */
    private static final Map<String, String> SAMPLES =
            Map.ofEntries(
                    Map.entry("from", "a@example.org"),
                    Map.entry("to", "@example.net"),
                    Map.entry("client", "192.0.2.0/24"),
                    Map.entry("domain", "example.net"),
                    Map.entry("verdict", "dmarc=fail"),
                    Map.entry("reason", "dmarc.fail"),
                    Map.entry("state", "accepted"),
                    Map.entry("since", "2h"),
                    Map.entry("until", "1h"),
                    Map.entry("older-than", "1h"),
                    Map.entry("size-over", "10MB"),
                    Map.entry("id", "0000000000001"));

    private static List<String> ofTheCommands() {
        return CommandSpec.forAnnotatedObject(new SelectionOptions()).options().stream()
                .map(OptionSpec::longestName)
                .map(name -> name.substring(2))
                .toList();
    }

    /** An option that the daemon overlooked would select more than was meant. */
    @Test
    void everyOptionOfTheCommandsIsReadByTheDaemon() {
        assertThat(ofTheCommands())
                .map(name -> name.equals("reason") ? "reason-code" : name)
                .containsExactlyInAnyOrderElementsOf(SurgeryRoutes.OPTIONS);
    }

    @Test
    void everyOptionOfTheCommandsIsReadByTheJournal(@TempDir Path folder) {
        assertThat(ofTheCommands()).containsExactlyInAnyOrderElementsOf(SAMPLES.keySet());
        JournalReader journal = new JournalReader(folder);
        SAMPLES.forEach((name, value) ->
                assertThatCode(() -> journal.select(Map.of(name, List.of(value)), Instant.EPOCH))
                        .as(name)
                        .doesNotThrowAnyException());
    }
}
