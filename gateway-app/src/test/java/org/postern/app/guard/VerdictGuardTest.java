package org.postern.app.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.app.journal.Events;
import org.postern.core.authres.AuthResult;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Ruling;
import org.postern.core.policy.Disposition;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.ManualTimeSource;

class VerdictGuardTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:00:00Z");

    private final ManualTimeSource time = new ManualTimeSource(AT);
    private final List<GuardAlarm> raised = new ArrayList<>();
    private final List<GuardAlarm> recovered = new ArrayList<>();
    private final VerdictGuard guard =
            new VerdictGuard(
                    "own.example"::equals,
                    new VerdictGuard.Listener() {
                        @Override
                        public void raised(GuardAlarm alarm, boolean ruleObserves) {
                            raised.add(alarm);
                        }

                        @Override
                        public void recovered(GuardAlarm alarm) {
                            recovered.add(alarm);
                        }
                    },
                    time);

    private void good(int count, String from) {
        for (int i = 0; i < count; i++) {
            guard.append(Events.accepted(AT, i + 1, "192.0.2.7", from, "b@example.test"));
        }
    }

    private void bad(int count, String client, String from) {
        for (int i = 0; i < count; i++) {
            guard.append(Events.rejected(AT, client, from, "b@example.test"));
        }
    }

    private void interval(int good, int bad) {
        good(good, "a@other.example");
        bad(bad, "192.0.2.9", "x@spam.example");
        time.advance(VerdictGuard.INTERVAL);
    }

    @Test
    void ourOwnMailFailingFromAPrivateAddressNamesTheBalancer() {
        bad(12, "10.0.0.5", "ann@own.example");
        assertThat(raised).hasSize(1);
        assertThat(raised.getFirst().key()).isEqualTo("own:own.example");
        assertThat(raised.getFirst().rule()).isEqualTo("dmarc-reject");
        assertThat(raised.getFirst().cause())
                .contains(
                        "mail of your own domain own.example fails SPF from 10.0.0.5",
                        "a balancer",
                        "networks.load-balancers");
    }

    @Test
    void aFewForgeriesOfOurDomainAreNoAlarm() {
        good(100, "ann@own.example");
        bad(20, "203.0.113.4", "ann@own.example");
        assertThat(raised).isEmpty();
    }

    @Test
    void aShareThatHasAlwaysBeenHighIsUsual() {
        for (int i = 0; i < 20; i++) {
            interval(60, 40);
        }
        assertThat(raised).isEmpty();
    }

    @Test
    void aShareThatLeavesItsBandIsAnAlarmOnceAndEndsWhenItIsBack() {
        for (int i = 0; i < 20; i++) {
            interval(95, 5);
        }
        assertThat(raised).isEmpty();
        interval(50, 50);
        interval(50, 50);
        assertThat(raised)
                .singleElement()
                .extracting(GuardAlarm::key)
                .isEqualTo("reason:dmarc.fail.spf-fail.dkim-unaligned");
        assertThat(guard.alarms()).hasSize(1);
        for (int i = 0; i < 4; i++) {
            interval(95, 5);
        }
        assertThat(recovered).hasSize(1);
        assertThat(guard.alarms()).isEmpty();
    }

    @Test
    void whatARuleObservesOfEverybodyHidesNoWaveOfRefusals() {
        Ruling everybody = new Ruling(Disposition.REJECT, "looks-only", "policy.looks-only", "");
        for (int i = 0; i <= 20; i++) {
            int bad = i < 20 ? 5 : 50;
            for (int m = 0; m < 100; m++) {
                guard.append(
                        Events.observed(
                                m < bad
                                        ? Events.rejected(
                                                AT, "192.0.2.9", "x@spam.example", "b@example.test")
                                        : Events.accepted(
                                                AT,
                                                m + 1,
                                                "192.0.2.7",
                                                "a@other.example",
                                                "b@example.test"),
                                List.of(everybody)));
            }
            time.advance(VerdictGuard.INTERVAL);
        }
        assertThat(raised)
                .singleElement()
                .extracting(GuardAlarm::key, GuardAlarm::rule)
                .containsExactly("reason:dmarc.fail.spf-fail.dkim-unaligned", "dmarc-reject");
    }

    @Test
    void whereSwitchedOnTheRuleObservesUntilAPersonConfirmsIt() {
        guard.switchRules(true);
        bad(12, "10.0.0.5", "ann@own.example");
        assertThat(guard.observes("dmarc-reject")).isTrue();
        assertThat(guard.confirm("dmarc-reject")).isTrue();
        assertThat(guard.observes("dmarc-reject")).isFalse();
        assertThat(guard.confirm("dmarc-reject")).isFalse();
    }

    @Test
    void aWaveOfVirusesIsToldAndLetsNoVirusIn() {
        guard.switchRules(true);
        for (int interval = 0; interval < 20; interval++) {
            good(99, "a@other.example");
            viruses(1);
            time.advance(VerdictGuard.INTERVAL);
        }
        good(50, "a@other.example");
        viruses(50);
        assertThat(raised).extracting(GuardAlarm::rule).contains("virus");
        assertThat(guard.observes("virus")).isFalse();
    }

    private void viruses(int count) {
        for (int i = 0; i < count; i++) {
            guard.append(
                    Events.message(
                            AT,
                            null,
                            "203.0.113." + i,
                            "ann@worm.example",
                            new Ruling(Disposition.REJECT, "virus", "scan.infected", ""),
                            SmtpReply.of(550, "5.7.1", "no"),
                            Events.evidence(
                                    AuthResult.PASS,
                                    AuthResult.PASS,
                                    "203.0.113." + i,
                                    "worm.example"),
                            "b@example.test"));
        }
    }

    @Test
    void dnsTroubleIsNamedAsSuch() {
        for (int i = 0; i < 12; i++) {
            guard.append(
                    Events.message(
                            AT,
                            null,
                            "203.0.113." + i,
                            "ann@own.example",
                            new Ruling(
                                    Disposition.DEFER,
                                    "authentication-defer",
                                    "dmarc.temperror.record",
                                    ""),
                            SmtpReply.of(451, "4.7.0", "later"),
                            Events.evidence(
                                    AuthResult.TEMPERROR,
                                    AuthResult.TEMPERROR,
                                    "203.0.113." + i,
                                    "own.example"),
                            "b@example.test"));
        }
        assertThat(raised.getFirst().cause()).contains("DNS gives no answers", "postern doctor");
    }

    @Test
    void anAlarmEndsThoughNoMoreMailComesOnlyAfterADay() {
        bad(12, "10.0.0.5", "ann@own.example");
        for (int i = 0; i < 12; i++) {
            time.advance(VerdictGuard.INTERVAL);
            guard.tick();
        }
        assertThat(recovered).as("an hour without mail says nothing").isEmpty();
        for (int i = 0; i < 288; i++) {
            time.advance(VerdictGuard.INTERVAL);
            guard.tick();
        }
        assertThat(recovered).hasSize(1);
        assertThat(guard.alarms()).isEmpty();
    }

    @Test
    void aGuardThatIsSwitchedOffHasNoAlarms() {
        guard.switchRules(true);
        bad(12, "10.0.0.5", "ann@own.example");
        guard.forget();
        assertThat(recovered).containsExactlyElementsOf(raised);
        assertThat(guard.alarms()).isEmpty();
        assertThat(guard.observed()).isEmpty();
    }

    @Test
    void anAlarmLetsNobodyFillTheMemory() {
        bad(12, "10.0.0.5", "ann@own.example");
        for (int i = 0; i < 5_000; i++) {
            guard.append(
                    Events.accepted(AT, i + 1, "192.0.2.7", "a@d" + i + ".example", "b@x.test"));
        }
        assertThat(guard.watched()).isEqualTo(VerdictGuard.MAX_KEYS);
        assertThat(guard.alarms()).as("an alarm is not forgotten for strangers").hasSize(1);
    }

    @Test
    void memoryIsBoundedHoweverManyDomainsWrite() {
        for (int i = 0; i < 10_000; i++) {
            guard.append(
                    Events.accepted(AT, i + 1, "192.0.2.7", "a@d" + i + ".example", "b@x.test"));
        }
        assertThat(guard.watched()).isEqualTo(VerdictGuard.MAX_KEYS);
        assertThat(guard.alarms()).isEmpty();
        JournalEvent other = new JournalEvent.Witness(AT, "start", "");
        guard.append(other);
        assertThat(raised).isEmpty();
    }
}
