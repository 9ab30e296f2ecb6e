package org.postern.auth.dnsbl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.auth.dns.TestDns;
import org.postern.core.config.CodePattern;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;
import org.postern.core.time.Deadline;
import org.postern.core.time.ManualTimeSource;

class ListWatchTest {
    private static final DnsListConfig LIST = list("zen", Subject.CLIENT, true);

    private final ManualTimeSource time = new ManualTimeSource(Instant.EPOCH);
    private final List<String> alarms = new ArrayList<>();
    private final ListWatch watch =
            new ListWatch(
                    time,
                    new DnsblListener() {
                        @Override
                        public void asked(String list, Outcome outcome) {}

                        @Override
                        public void switchedOff(String zone, ListState.Reason reason) {
                            alarms.add(zone + " " + reason.word());
                        }
                    });

    static DnsListConfig list(String name, Subject ask, boolean selfTest) {
        return new DnsListConfig(
                name,
                Domain.of(name + ".example"),
                Set.of(ask),
                1,
                List.of(CodePattern.ANY),
                selfTest);
    }

    static DnsblConfig config(DnsListConfig... lists) {
        return new DnsblConfig(
                1,
                RuleConfig.Mode.ENFORCE,
                Duration.ofSeconds(3),
                Duration.ofMinutes(10),
                List.of(lists));
    }

    private ListState after(TestDns dns, DnsListConfig list) throws InterruptedException {
        watch.watch(config(list), dns);
        watch.testDue();
        return watch.state(list);
    }

    private static TestDns well() {
        return TestDns.of().a("2.0.0.127.zen.example", "127.0.0.2");
    }

    @Test
    void aListIsNotAskedBeforeItsTest() {
        watch.watch(config(LIST), well());
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Untested.class);
    }

    @Test
    void aListThatHasItsTestEntryAndNotTheOtherIsWell() throws InterruptedException {
        assertThat(after(well(), LIST)).isInstanceOf(ListState.Well.class);
        assertThat(alarms).isEmpty();
    }

    @Test
    void aListOfNamesIsTestedByNames() throws InterruptedException {
        DnsListConfig names = list("dbl", Subject.HELO, true);
        assertThat(after(TestDns.of().a("test.dbl.example", "127.0.1.2"), names))
                .isInstanceOf(ListState.Well.class);
        assertThat(after(TestDns.of().a("invalid.dbl.example", "127.0.1.2"), names))
                .isInstanceOf(ListState.Well.class); // not due yet
        time.advance(Duration.ofMinutes(10));
        assertThat(after(TestDns.of().a("invalid.dbl.example", "127.0.1.2"), names))
                .isInstanceOf(ListState.Off.class);
        assertThat(alarms).containsExactly("dbl.example lists-everything");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.2,        lists-everything",
        "127.255.255.252,  wrong-zone",
        "127.255.255.253,  refused",
        "127.255.255.254,  open-resolver",
        "127.255.255.255,  over-quota",
        "192.0.2.80,       foreign-answer",
    })
    void anAnswerForWhatNoListHasSwitchesItOff(String answer, String reason)
            throws InterruptedException {
        ListState state = after(well().a("1.0.0.127.zen.example", answer), LIST);
        assertThat(state).isInstanceOf(ListState.Off.class);
        assertThat(((ListState.Off) state).detail())
                .isEqualTo("1.0.0.127.zen.example is " + answer);
        assertThat(alarms).containsExactly("zen.example " + reason);
    }

    @Test
    void whatSwitchedItOffIsNamedAndNotAnotherAnswerBesideIt() throws InterruptedException {
        ListState state =
                after(well().a("1.0.0.127.zen.example", "127.0.0.3", "127.255.255.254"), LIST);
        assertThat(((ListState.Off) state).detail())
                .isEqualTo("1.0.0.127.zen.example is 127.255.255.254");
        assertThat(alarms).containsExactly("zen.example open-resolver");
    }

    @Test
    void aListThatListsNothingIsSwitchedOffUnlessItHasNoTestEntries() throws InterruptedException {
        assertThat(after(TestDns.of(), list("bare", Subject.CLIENT, false)))
                .isInstanceOf(ListState.Well.class);
        assertThat(after(TestDns.of(), LIST)).isInstanceOf(ListState.Off.class);
        assertThat(alarms).containsExactly("zen.example lists-nothing");
    }

    @Test
    void silenceSwitchesAListOffAtTheSecondTest() throws InterruptedException {
        TestDns silent =
                TestDns.of().timeout("1.0.0.127.zen.example").timeout("2.0.0.127.zen.example");
        assertThat(after(well(), LIST)).isInstanceOf(ListState.Well.class);
        time.advance(Duration.ofMinutes(10));
        assertThat(after(silent, LIST)).isInstanceOf(ListState.Well.class);
        time.advance(Duration.ofSeconds(1));
        assertThat(after(silent, LIST)).isInstanceOf(ListState.Off.class);
        assertThat(alarms).containsExactly("zen.example no-answer");
    }

    @Test
    void aListThatIsSwitchedOffIsTriedEveryMinuteAndComesBack() throws InterruptedException {
        after(TestDns.of(), LIST);
        watch.watch(config(LIST), well());
        time.advance(Duration.ofSeconds(59));
        watch.testDue();
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Off.class);
        time.advance(Duration.ofSeconds(1));
        watch.testDue();
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Well.class);
    }

    @Test
    void aReloadKeepsTheStateOfAListAndForgetsThoseThatAreGone() throws InterruptedException {
        after(TestDns.of(), LIST);
        watch.watch(config(LIST, list("new", Subject.CLIENT, true)), well());
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Off.class);
        watch.watch(config(), well());
        assertThat(watch.states()).isEmpty();
        watch.watch(config(LIST), well());
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Untested.class);
    }

    private Deadline soon() {
        return Deadline.after(time, Duration.ofSeconds(3));
    }

    @Test
    void theFirstHitOfAListThatHasBegunToAnswerForEverythingSwitchesItOff()
            throws InterruptedException {
        after(well(), LIST);
        watch.watch(config(LIST), well().a("1.0.0.127.zen.example", "127.0.0.2"));
        assertThat(watch.vouches(LIST, soon())).as("found well a moment ago").isTrue();
        time.advance(ListWatch.FRESH);
        assertThat(watch.vouches(LIST, soon())).isFalse();
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Off.class);
        assertThat(alarms).containsExactly("zen.example lists-everything");
        assertThat(watch.vouches(LIST, soon())).isFalse();
    }

    @Test
    void aListThatIsWellVouchesForItsHitsAndIsAskedOnceInAWhile() throws InterruptedException {
        TestDns dns = well();
        after(dns, LIST);
        time.advance(ListWatch.FRESH);
        int before = dns.asked().size();
        for (int i = 0; i < 10; i++) {
            assertThat(watch.vouches(LIST, soon())).isTrue();
        }
        assertThat(dns.asked().size() - before).isEqualTo(1);
    }

    @Test
    void aListThatDoesNotSayWhetherItIsWellVouchesForNothingAndStaysOn()
            throws InterruptedException {
        after(well(), LIST);
        watch.watch(config(LIST), well().timeout("1.0.0.127.zen.example"));
        time.advance(ListWatch.FRESH);
        assertThat(watch.vouches(LIST, soon())).isFalse();
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Well.class);
    }

    @Test
    void aShorterIntervalHoldsFromTheReloadOn() throws InterruptedException {
        after(well(), LIST);
        DnsblConfig often =
                new DnsblConfig(
                        1,
                        RuleConfig.Mode.ENFORCE,
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(10),
                        List.of(LIST));
        watch.watch(often, TestDns.of());
        time.advance(Duration.ofSeconds(9));
        watch.testDue();
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Well.class);
        time.advance(Duration.ofSeconds(1));
        watch.testDue();
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Off.class);
    }

    @Test
    void whatACacheStillSaysAfterAGoodTestDoesNotSwitchTheListOffAgain()
            throws InterruptedException {
        after(well(), LIST);
        watch.trouble(LIST, ListState.Reason.OVER_QUOTA, "x is 127.255.255.255");
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Off.class);
        time.advance(ListWatch.OFF_RETRY);
        watch.testDue();
        watch.trouble(LIST, ListState.Reason.OVER_QUOTA, "x is 127.255.255.255");
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Well.class);
        time.advance(Duration.ofMinutes(10));
        watch.testDue();
        watch.trouble(LIST, ListState.Reason.OVER_QUOTA, "x is 127.255.255.255");
        assertThat(watch.state(LIST)).isInstanceOf(ListState.Off.class);
        assertThat(alarms).hasSize(2);
    }
}
