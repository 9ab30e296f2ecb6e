package org.postern.core.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.Domain;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;
import org.postern.core.time.TimeSource;

class BansTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.7");

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Bans bans = new Bans(time);

    private static Banned client(String network) {
        return new Banned.Network(Cidr.parse(network));
    }

    @Test
    void anIpv6ClientIsItsSubnetAndItsNetworkTheSite() {
        bans.add(client("2001:db8:1:2::/64"), Duration.ofHours(1), "x");
        assertThat(bans.of(Ip.parse("2001:db8:1:2:ffff::1"))).isPresent();
        assertThat(bans.of(Ip.parse("2001:db8:1:3::1"))).isEmpty();
        bans.add(client("2001:db8:1::/48"), Duration.ofHours(1), "x");
        assertThat(bans.of(Ip.parse("2001:db8:1:3::1"))).isPresent();
        assertThat(bans.of(Ip.parse("2001:db8:2::1"))).isEmpty();
        assertThat(bans.size("client")).isEqualTo(1);
        assertThat(bans.size("network")).isEqualTo(1);
    }

    @Test
    void aDomainIsKeptOutApartAsSenderAndAsSignerAndOverARestart() throws IOException {
        Path file = folder.resolve("bans.tsv");
        Domain domain = Domain.of("list.example");
        assertThat(bans.add(new Banned.Sender(domain), Duration.ofHours(1), "x")).isTrue();
        assertThat(bans.add(new Banned.Sender(domain), Duration.ofHours(2), "x")).isFalse();
        bans.add(new Banned.Signer(Domain.of("signer.example")), Duration.ofHours(1), "x");
        assertThat(bans.of(new Banned.Signer(domain))).isEmpty();
        bans.save(file);
        Files.writeString(file, Files.readString(file) + "spf=\t2099-01-01T00:00:00Z\thalf\n");
        Bans after = new Bans(time);
        after.load(file);
        assertThat(after.all())
                .extracting(Bans.Ban::whom)
                .containsExactly(
                        new Banned.Signer(Domain.of("signer.example")), new Banned.Sender(domain));
        time.advance(Duration.ofHours(2));
        assertThat(after.all()).isEmpty();
    }

    @Test
    void aBanEndsByItself() {
        bans.add(client("192.0.2.7/32"), Duration.ofHours(1), "300 unknown recipients");
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
        bans.add(client("192.0.2.0/24"), Duration.ofHours(1), "x");
        time.stepWallClock(Duration.ofDays(400));
        assertThat(bans.of(CLIENT)).isPresent();
        time.stepWallClock(Duration.ofDays(-800));
        time.advance(Duration.ofHours(1));
        assertThat(bans.of(CLIENT)).isEmpty();
    }

    @Test
    void aBanSaysSinceWhenAndHowManyItRefusedAlsoAfterARestartAndOfAnOlderFile()
            throws IOException {
        Path file = folder.resolve("bans.tsv");
        Banned whom = client("192.0.2.7/32");
        bans.add(whom, Duration.ofHours(1), "x");
        bans.refused(whom);
        bans.refused(client("192.0.2.8/32"));
        time.advance(Duration.ofMinutes(30));
        assertThat(bans.add(whom, Duration.ofHours(1), "more")).as("goes on").isFalse();
        bans.refused(whom);
        bans.save(file);
        Files.writeString(
                file, Files.readString(file) + "192.0.2.9/32\t2026-11-21T11:00:00Z\tolder\n");
        Bans after = new Bans(time);
        after.load(file);
        assertThat(after.of(whom))
                .hasValueSatisfying(ban -> {
                    assertThat(ban.since()).isEqualTo("2026-11-21T10:00:00Z");
                    assertThat(ban.until()).isEqualTo("2026-11-21T11:30:00Z");
                    assertThat(ban.refused()).isEqualTo(2);
                    assertThat(ban.reason()).isEqualTo("more");
                });
        assertThat(after.of(client("192.0.2.9/32")))
                .hasValueSatisfying(ban -> {
                    assertThat(ban.since()).isNull();
                    assertThat(ban.reason()).isEqualTo("older");
                });
    }

    @Test
    void aBanCanBeTakenBackAndSurvivesARestart() throws IOException {
        Path file = folder.resolve("bans.tsv");
        bans.add(client("192.0.2.0/24"), Duration.ofHours(2), "one\ttwo");
        bans.add(client("2001:db8::/64"), Duration.ofMinutes(1), "x");
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
        assertThat(after.lift(client("192.0.2.0/24"))).isTrue();
        assertThat(after.lift(client("192.0.2.0/24"))).isFalse();
        assertThat(after.of(CLIENT)).isEmpty();
        after.save(file);
        Bans third = new Bans(time);
        third.load(file);
        assertThat(third.all()).isEmpty();
    }

    @Test
    void aFloodOfClientsPushesOutNoNetworkAndNoDomain() {
        bans.add(client("198.51.100.0/24"), Duration.ofHours(1), "x");
        bans.add(new Banned.Sender(Domain.of("list.example")), Duration.ofHours(1), "x");
        for (int i = 0; i < Bans.MAX; i++) {
            bans.add(
                    client("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + "/32"),
                    Duration.ofHours(1),
                    "x");
        }
        assertThat(bans.all()).hasSize(Bans.MAX);
        assertThat(bans.of(client("198.51.100.0/24"))).isPresent();
        assertThat(bans.of(new Banned.Sender(Domain.of("list.example")))).isPresent();
        assertThat(bans.of(client("10.0.0.0/32"))).isEmpty();
        assertThat(bans.of(client("10.0.0.2/32"))).isPresent();
        assertThat(bans.within(Cidr.parse("10.0.0.0/24"))).hasSize(254);
        assertThat(bans.around(Cidr.parse("198.51.100.7/32"))).hasSize(1);
    }

    @Test
    void noConnectionWaitsWhileAllBansAreGoneThrough() throws IOException {
        AtomicBoolean asked = new AtomicBoolean();
        AtomicBoolean watching = new AtomicBoolean();
        Bans[] watched = new Bans[1];
        TimeSource clock =
                new TimeSource() {
                    @Override
                    public Instant instant() {
                        if (watching.getAndSet(false)) {
                            asked.set(ended(() -> watched[0].of(CLIENT)));
                        }
                        return time.instant();
                    }

                    @Override
                    public long nanoTime() {
                        return time.nanoTime();
                    }
                };
        watched[0] = new Bans(clock);
        watched[0].add(client("192.0.2.7/32"), Duration.ofHours(1), "x");
        watching.set(true);
        assertThat(watched[0].all()).hasSize(1);
        assertThat(asked.getAndSet(false)).isTrue();
        watching.set(true);
        watched[0].save(folder.resolve("bans.tsv"));
        assertThat(asked).isTrue();
    }

    /** Whether something ends at once on another thread. */
    private static boolean ended(Runnable what) {
        try {
            return Thread.startVirtualThread(what).join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void whatHasEndedIsNoLongerRememberedOnceItIsWrittenDown() throws IOException {
        Path file = folder.resolve("bans.tsv");
        bans.add(client("192.0.2.7/32"), Duration.ofHours(1), "x");
        bans.save(file);
        assertThat(Files.size(file)).isPositive();
        time.advance(Duration.ofHours(1));
        assertThat(bans.size()).isOne();
        bans.save(file);
        assertThat(bans.size()).isZero();
        assertThat(file).isEmptyFile();
    }
}
