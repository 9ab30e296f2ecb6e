package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;
import org.postern.core.scan.ScanResult.Scanner;

/** What two scanners say together. */
class ScanRulesTest extends PolicyFixture {
    private static final ScannerConfig RSPAMD =
            scanner(Scanner.RSPAMD, ScannerConfig.OnFailure.ACCEPT, RuleConfig.Mode.ENFORCE);
    private static final ScannerConfig CLAMAV =
            scanner(Scanner.CLAMAV, ScannerConfig.OnFailure.DEFER, RuleConfig.Mode.ENFORCE);

    private static ScannerConfig scanner(
            Scanner scanner, ScannerConfig.OnFailure onFailure, RuleConfig.Mode mode) {
        return new ScannerConfig(
                scanner,
                new ScannerConfig.Address.Tcp("127.0.0.1", 1),
                Duration.ofSeconds(1),
                onFailure,
                1_000,
                1,
                mode);
    }

    private Verdict decide(List<ScannerConfig> scanners, Outcome rspamd, Outcome clamd) {
        return PolicyEngine.of(
                        PolicyConfig.NONE,
                        Map.of(),
                        DnsblConfig.NONE,
                        scanners,
                        AccessLists.empty(),
                        InstantSource.system())
                .decide(
                        Stage.DATA,
                        client.withReversePath(SENDER)
                                .withScans(
                                        List.of(
                                                ScanResult.of(Scanner.RSPAMD, rspamd, ""),
                                                ScanResult.of(Scanner.CLAMAV, clamd, ""))));
    }

    @ParameterizedTest
    @CsvSource({
        "QUARANTINE,  CLEAN,     spam-quarantine",
        "QUARANTINE,  TOO_LARGE, spam-quarantine",
        "QUARANTINE,  INFECTED,  virus",
        "QUARANTINE,  FAILED,    virus-unscanned",
        "SOFT_REJECT, INFECTED,  virus",
        "SOFT_REJECT, FAILED,    spam-defer",
        "REJECT,      FAILED,    spam",
        "FAILED,      INFECTED,  virus",
        "FAILED,      FAILED,    virus-unscanned",
        "FAILED,      CLEAN,     default",
    })
    void whatOneRefusesIsRefusedWhatOneCannotSayIsPutOffAndOnlyTheRestIsHeld(
            Outcome rspamd, Outcome clamd, String rule) {
        assertThat(decide(List.of(RSPAMD, CLAMAV), rspamd, clamd).rule()).isEqualTo(rule);
        assertThat(decide(List.of(CLAMAV, RSPAMD), rspamd, clamd))
                .isInstanceOfAny(decide(List.of(RSPAMD, CLAMAV), rspamd, clamd).getClass());
    }

    @Test
    void aScannerThatOnlyObservesStandsInNobodysWay() {
        ScannerConfig watching =
                scanner(Scanner.CLAMAV, ScannerConfig.OnFailure.DEFER, RuleConfig.Mode.OBSERVE);
        assertThat(decide(List.of(RSPAMD, watching), Outcome.QUARANTINE, Outcome.FAILED).rule())
                .isEqualTo("spam-quarantine");
    }
}
