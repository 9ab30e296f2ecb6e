package org.postern.core.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;

class BansTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.7");

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Bans bans = new Bans(time);

    @Test
    void aBanEndsByItself() {
        bans.add(Cidr.parse("192.0.2.7"), Duration.ofHours(1), "300 unknown recipients");
        assertThat(bans.of(CLIENT)).isPresent();
        assertThat(bans.of(Ip.parse("192.0.2.8"))).isEmpty();
        time.advance(Duration.ofMinutes(59));
        assertThat(bans.of(CLIENT)).isPresent();
        time.advance(Duration.ofMinutes(1));
        assertThat(bans.of(CLIENT)).isEmpty();
        assertThat(bans.all()).isEmpty();
    }

    @Test
    void aStepOfTheWallClockNeitherFreesNorHolds() {
        bans.add(Networks.of(CLIENT), Duration.ofHours(1), "x");
        time.stepWallClock(Duration.ofDays(400));
        assertThat(bans.of(CLIENT)).isPresent();
        time.stepWallClock(Duration.ofDays(-800));
        time.advance(Duration.ofHours(1));
        assertThat(bans.of(CLIENT)).isEmpty();
    }

    @Test
    void aBanCanBeTakenBackAndSurvivesARestart() throws IOException {
        Path file = folder.resolve("bans.tsv");
        bans.add(Networks.of(CLIENT), Duration.ofHours(2), "one\ttwo");
        bans.add(Cidr.parse("2001:db8::/64"), Duration.ofMinutes(1), "x");
        bans.save(file);
        time.advance(Duration.ofHours(1));
        Bans after = new Bans(time);
        after.load(file);
        assertThat(after.all())
                .singleElement()
                .satisfies(ban -> {
                    assertThat(ban.left()).isEqualTo(Duration.ofHours(1));
                    assertThat(ban.reason()).isEqualTo("one?two");
                });
        assertThat(after.lift(Networks.of(CLIENT))).isTrue();
        assertThat(after.lift(Networks.of(CLIENT))).isFalse();
        assertThat(after.of(CLIENT)).isEmpty();
        after.save(file);
        Bans third = new Bans(time);
        third.load(file);
        assertThat(third.all()).isEmpty();
    }
}
