package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReputationReaderTest {
    @TempDir Path directory;

    private List<String> warnings(String section) throws IOException {
        return switch (SampleConfig.load(directory, "reputation: { " + section + " }\n")) {
            case LoadResult.Loaded loaded ->
                    loaded.warnings().stream().map(p -> p.message()).toList();
            case LoadResult.Refused refused ->
                    throw new AssertionError(refused.problems().toString());
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                                | 500 | 50  | OBSERVE",
                "reputation: { ban: 2h }                         | 500 | 50  | OBSERVE",
                "reputation: { anomaly-mode: enforce }           | 500 | 50  | ENFORCE",
                "reputation: { anomaly-messages: 300 }           | 300 | 0   | ENFORCE",
                "reputation: { anomaly-deferrals: 30 }           | 0   | 30  | ENFORCE",
                "reputation: { anomaly-messages: 0 }             | 0   | 0   | ENFORCE",
                "reputation: { anomaly-messages: 9, anomaly-mode: observe } | 9 | 0 | OBSERVE",
            })
    void whoNamesAThresholdMeansItAndElseItIsObserved(
            String section, int messages, int deferrals, RuleConfig.Mode mode) throws IOException {
        String more = section == null ? "" : section + "\n";
        ReputationConfig config = SampleConfig.good(directory, more).reputation();
        assertThat(config.anomalyMessages()).isEqualTo(messages);
        assertThat(config.anomalyDeferrals()).isEqualTo(deferrals);
        assertThat(config.anomalyMode()).isEqualTo(mode);
    }

    @Test
    void thresholdsInAnOrderThatCannotWorkAreWarnedOf() throws IOException {
        assertThat(warnings("slow-after: 100, hang-up-after: 10, ban-after: 5"))
                .containsExactlyInAnyOrder(
                        "reputation.slow-after 100 is reached by none but known good senders: who"
                                + " is not is hung up on from 10 unknown recipients on",
                        "reputation.slow-after 100 is reached by none but known good senders: who"
                                + " is not is kept out from 5 unknown recipients on",
                        "reputation.hang-up-after 10 is reached by none but known good senders:"
                                + " who is not is kept out from 5 unknown recipients on");
        assertThat(warnings("ban-after: 50"))
                .containsExactly(
                        "reputation.hang-up-after 100 is reached by none but known good senders:"
                                + " who is not is kept out from 50 unknown recipients on");
        assertThat(warnings("anomaly-messages: 500, anomaly-after: 0s"))
                .containsExactly(
                        "with anomaly-after 0s whoever is new is anomalous from anomaly-messages or"
                                + " anomaly-deferrals on: there is no past to measure by");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "slow-after: 20, hang-up-after: 100, ban-after: 1000",
                "slow-after: 100, hang-up-after: 0, ban-after: 0",
                "slow-after: 0, hang-up-after: 0, ban-after: 1",
                "anomaly-messages: 0, anomaly-after: 0s",
            })
    void thresholdsThatWorkTogetherAreNot(String section) throws IOException {
        assertThat(warnings(section)).isEmpty();
    }
}
