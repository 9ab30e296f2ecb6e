package org.postern.smtp.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.postern.core.config.Limits;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SmtpMetrics;
import org.postern.smtp.admission.Admission.Answer;
import org.postern.smtp.session.SessionHandler.Standing;

class AdmissionTest {
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final AtomicReference<Limits> limits = new AtomicReference<>(Limits.defaults());
    private final AtomicReference<Double> load = new AtomicReference<>(0.0);
    private final OverloadController overload =
            new OverloadController(
                    List.of(new Gauge("still", () -> 0.1), new Gauge("load", load::get)), time);
    private final Admission admission =
            new Admission(limits::get, overload, time, SmtpMetrics.NONE);

    private Answer enter(String address) {
        return admission.enter(Ip.parse(address), Standing.STRANGER);
    }

    private static Answer.Admitted admitted(Answer answer) {
        assertThat(answer).isInstanceOf(Answer.Admitted.class);
        return (Answer.Admitted) answer;
    }

    private static void refused(Answer answer, NamedLimit limit) {
        assertThat(answer).isInstanceOf(Answer.Refused.class);
        assertThat(((Answer.Refused) answer).limit()).isEqualTo(limit);
    }

    @Test
    void whoLeavesMakesRoom() {
        limits.set(Limits.defaults().toBuilder().connectionsPerClient(1).build());
        try (Answer.Admitted first = admitted(enter("192.0.2.1"))) {
            assertThat(first).isNotNull();
            refused(enter("192.0.2.1"), NamedLimit.CONNECTIONS_PER_CLIENT);
            admitted(enter("192.0.2.2")).close();
        }
        admitted(enter("192.0.2.1")).close();
    }

    @Test
    void aNetworkIsA24OrA64() {
        limits.set(Limits.defaults().toBuilder().connectionsPerNetwork(1).build());
        for (String[] triple :
                new String[][] {
                    {"192.0.2.1", "192.0.2.255", "192.0.3.1"},
                    {"2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"}
                }) {
            try (Answer.Admitted first = admitted(enter(triple[0]))) {
                assertThat(first).isNotNull();
                refused(enter(triple[1]), NamedLimit.CONNECTIONS_PER_NETWORK);
                admitted(enter(triple[2])).close();
            }
            admitted(enter(triple[1])).close();
        }
    }

    @Test
    void zeroIsNoLimit() {
        limits.set(
                Limits.defaults().toBuilder()
                        .connectionsPerClient(0)
                        .connectionsPerNetwork(0)
                        .connectionRatePerClient(0)
                        .build());
        for (int i = 0; i < 5_000; i++) {
            assertThat(enter("192.0.2.1")).isInstanceOf(Answer.Admitted.class);
        }
    }

    @Test
    void aRateIsForgottenAfterTwoMinutesAndRefusalsDoNotCount() {
        limits.set(Limits.defaults().toBuilder().connectionRatePerClient(10).build());
        for (int i = 0; i < 10; i++) {
            admitted(enter("192.0.2.1")).close();
        }
        for (int i = 0; i < 100; i++) {
            refused(enter("192.0.2.1"), NamedLimit.CONNECTION_RATE_PER_CLIENT);
        }
        time.advance(Duration.ofSeconds(90)); // half of the last minute still counts
        for (int i = 0; i < 5; i++) {
            admitted(enter("192.0.2.1")).close();
        }
        refused(enter("192.0.2.1"), NamedLimit.CONNECTION_RATE_PER_CLIENT);
        time.advance(Duration.ofMinutes(3));
        for (int i = 0; i < 10; i++) {
            admitted(enter("192.0.2.1")).close();
        }
    }

    @Test
    void whoChangesItsAddressWithinItsNetworkGainsNothing() {
        limits.set(Limits.defaults().toBuilder().connectionRatePerClient(2).build());
        admitted(enter("2001:db8::1")).close();
        admitted(enter("2001:db8::2")).close();
        refused(enter("2001:db8::3"), NamedLimit.CONNECTION_RATE_PER_CLIENT);
        admitted(enter("2001:db8:0:1::3")).close();
        admitted(enter("192.0.2.1")).close();
        admitted(enter("192.0.2.2")).close();
        admitted(enter("192.0.2.3")).close();
    }

    @Test
    void manyWhoKnockAtOnceDoNotExceedANumberThatTheyRaise() {
        AtomicInteger inside = new AtomicInteger();
        OverloadController counted =
                new OverloadController(
                        List.of(
                                new Gauge(
                                        OverloadController.CONNECTIONS,
                                        () -> inside.get() / 10.0,
                                        true)),
                        time);
        Admission tight = new Admission(limits::get, counted, inside, time, SmtpMetrics.NONE);
        List<Answer.Admitted> in = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            if (tight.enter(Ip.parse("192.0.2.1"), Standing.KNOWN_GOOD)
                    instanceof Answer.Admitted admitted) {
                in.add(admitted);
            }
        }
        assertThat(in).hasSize(9);
        refused(tight.enterListed(Standing.STRANGER), NamedLimit.CONNECTIONS);
        in.forEach(Answer.Admitted::close);
        assertThat(inside).hasValue(0);
    }

    @Test
    void aStepOfTheWallClockChangesNothing() {
        limits.set(Limits.defaults().toBuilder().connectionRatePerClient(1).build());
        admitted(enter("192.0.2.1")).close();
        time.stepWallClock(Duration.ofHours(-6));
        refused(enter("192.0.2.1"), NamedLimit.CONNECTION_RATE_PER_CLIENT);
        time.stepWallClock(Duration.ofHours(12));
        refused(enter("192.0.2.1"), NamedLimit.CONNECTION_RATE_PER_CLIENT);
    }

    @Test
    void strangersAreShedFirstThenEverybody() {
        InetAddress client = Ip.parse("192.0.2.1");
        load.set(0.9);
        time.advance(Duration.ofSeconds(1));
        refused(enter("192.0.2.1"), NamedLimit.OVERLOAD);
        admitted(admission.enter(client, Standing.KNOWN_GOOD)).close();
        assertThat(overload.worst()).isEqualTo("load");
        load.set(1.0);
        time.advance(Duration.ofSeconds(1));
        refused(admission.enter(client, Standing.KNOWN_GOOD), NamedLimit.OVERLOAD);
        load.set(0.0);
        time.advance(Duration.ofSeconds(1));
        admitted(enter("192.0.2.1")).close();
        assertThat(overload.worst()).isEqualTo("still");
    }

    @Test
    void theNamedLimitIsToldWhereItIsTheReason() {
        double[] connections = {0.95};
        OverloadController full =
                new OverloadController(
                        List.of(
                                new Gauge(OverloadController.CONNECTIONS, () -> connections[0]),
                                new Gauge("heap", () -> 0.5)),
                        time);
        Admission tight = new Admission(limits::get, full, time, SmtpMetrics.NONE);
        InetAddress client = Ip.parse("192.0.2.1");
        refused(tight.enter(client, Standing.STRANGER), NamedLimit.CONNECTIONS);
        admitted(tight.enter(client, Standing.KNOWN_GOOD)).close();
        refused(tight.enterListed(Standing.STRANGER), NamedLimit.CONNECTIONS);
    }

    @Test
    void aListedHostIsNotCountedForItself() {
        limits.set(Limits.defaults().toBuilder().connectionsPerClient(1).build());
        try (Answer.Admitted one = admitted(admission.enterListed(Standing.STRANGER));
                Answer.Admitted two = admitted(admission.enterListed(Standing.STRANGER))) {
            assertThat(one).isNotSameAs(two);
        }
    }
}
