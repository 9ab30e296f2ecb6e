package org.postern.core.greylist;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;

/** Who waits, who passes, and how much room those who wait have. */
class GreylistTest extends GreylistFixture {
    @Test
    void whoIsNewWaitsAndPassesWithinTheWindow() {
        assertThat(come("a@s.example", Duration.ZERO)).isEqualTo("new 300");
        assertThat(come("a@s.example", Duration.ofSeconds(299))).isEqualTo("early 1");
        assertThat(greylist.waiting()).isEqualTo(1);
        assertThat(come("a@s.example", Duration.ofMinutes(5))).isEqualTo("first");
        assertThat(come("a@s.example", Duration.ofSeconds(301))).isEqualTo("passed");
        assertThat(greylist.waiting()).isZero();
        assertThat(greylist.entries()).isEqualTo(1);
    }

    @Test
    void whoComesBackAfterTheWindowIsNewAgain() {
        come("a@s.example", Duration.ZERO);
        assertThat(come("a@s.example", Duration.ofDays(2).plusSeconds(1))).isEqualTo("new 300");
    }

    @Test
    void whoPassedIsKnownAsLongAsItKeepsComing() {
        come("a@s.example", Duration.ZERO);
        come("a@s.example", Duration.ofMinutes(5));
        assertThat(come("a@s.example", Duration.ofDays(35))).isEqualTo("passed");
        assertThat(come("a@s.example", Duration.ofDays(69))).isEqualTo("passed");
        assertThat(come("a@s.example", Duration.ofDays(105))).isEqualTo("new 300");
    }

    @Test
    void aClockSetBackCostsOneMoreDelayAndOneSetForwardOpensToNobodyNew() {
        come("a@s.example", Duration.ZERO);
        assertThat(come("a@s.example", Duration.ofHours(-6))).isEqualTo("new 300");
        assertThat(come("a@s.example", Duration.ofHours(-6).plusMinutes(5))).isEqualTo("first");
        assertThat(come("a@s.example", Duration.ofHours(-12))).isEqualTo("passed");
        assertThat(come("b@s.example", Duration.ofHours(6))).isEqualTo("new 300");
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.200,    a@s.example,                        same",
        "192.0.3.9,      a@s.example,                        other",
        "192.0.2.9,      b@s.example,                        other",
        "192.0.2.9,      A@S.example,                        same",
        "192.0.2.9,      a+tag@s.example,                    same",
        "192.0.2.9,      prvs=1234567890=a@s.example,        same",
    })
    void theNetworkAndTheFoldedSenderMakeTheTriplet(String client, String sender, String which) {
        Triplet other =
                KEY.triplet(Ip.parse(client), ReversePath.of(EmailAddress.of(sender)), ALICE);
        assertThat(other.equals(triplet("a@s.example"))).isEqualTo(which.equals("same"));
    }

    @Test
    void forwardersAndListsAreOneSenderFromMessageToMessage() {
        assertThat(triplet("bounce-4711-99@l.example"))
                .isEqualTo(triplet("bounce-4712-1@l.example"));
        assertThat(
                        triplet(
                                "0100018f2ab34c1d-5b6e1a2f-9c33-4e1b-a1d2-7fe0c1d2e3f4-000000@l.example"))
                .isEqualTo(
                        triplet(
                                "0100018fff00aa11-0a0b0c0d-1f2e-4abc-b2c3-00ff11ee22dd-000000@l.example"));
        assertThat(triplet("marketing@l.example")).isNotEqualTo(triplet("newsletter@l.example"));
        assertThat(triplet("SRS0=AAAA=XY=d.example=user@f.example"))
                .isEqualTo(triplet("SRS0=BBBB=ZZ=d.example=user@f.example"));
        assertThat(triplet("SRS0=AAAA=XY=d.example=user@f.example"))
                .isNotEqualTo(triplet("SRS0=AAAA=XY=d.example=other@f.example"));
    }

    @Test
    void ipv6IsTakenBySlash64() {
        ReversePath sender = ReversePath.Null.INSTANCE;
        assertThat(KEY.triplet(Ip.parse("2001:db8::1"), sender, ALICE))
                .isEqualTo(KEY.triplet(Ip.parse("2001:db8::ffff"), sender, ALICE))
                .isNotEqualTo(KEY.triplet(Ip.parse("2001:db8:0:1::1"), sender, ALICE));
    }

    @Test
    void oneNetworkHasNoMoreThanItsShareWaiting() {
        GreylistingConfig small = config(10_000);
        for (int i = 0; i < 100; i++) {
            Triplet one =
                    triplet("x" + (char) ('a' + i % 26) + (char) ('a' + i / 26) + "@s.example");
            assertThat(word(greylist.come(one, small, START))).isEqualTo("new 300");
        }
        assertThat(greylist.waiting()).isEqualTo(100);
        Triplet last = triplet("last@s.example");
        assertThat(word(greylist.come(last, small, START.plusSeconds(1))))
                .isIn("new 300", "crowded 300");
        assertThat(greylist.waiting()).as("one of its own went for it").isEqualTo(100);
        Triplet elsewhere =
                KEY.triplet(
                        Ip.parse("198.51.100.1"),
                        ReversePath.of(EmailAddress.of("a@s.example")),
                        ALICE);
        assertThat(word(greylist.come(elsewhere, small, START))).isEqualTo("new 300");
    }

    @Test
    void whoseNetworkIsFloodedGetsThroughAllTheSameIfItComesBack() {
        GreylistingConfig small = config(16_000);
        for (int i = 0; i < 2_000; i++) {
            greylist.come(triplet(name(i) + "@flood.example"), small, START);
        }
        assertThat(greylist.waiting()).isLessThanOrEqualTo(160);
        int through = 0;
        for (int i = 0; i < 100; i++) {
            Triplet honest = triplet(name(i) + "@honest.example");
            greylist.come(honest, small, START.plusSeconds(10));
            through +=
                    greylist.come(honest, small, START.plusSeconds(310))
                                    instanceof GreylistAnswer.Passed
                            ? 1
                            : 0;
        }
        assertThat(through).isGreaterThan(80);
    }

    @Test
    void whatNeverCameBackIsForgottenAndCountsAgainstItsNetworkNoLonger() {
        GreylistingConfig small = config(10_000);
        Triplet known = triplet("known@s.example");
        greylist.come(known, small, START);
        greylist.come(known, small, START.plusSeconds(300));
        for (int i = 0; i < 100; i++) {
            greylist.come(triplet(name(i) + "@s.example"), small, START);
        }
        assertThat(greylist.waiting()).isEqualTo(100);
        sweep(small, START.plus(Duration.ofDays(2)));
        assertThat(greylist.waiting()).as("their window is not over").isEqualTo(100);
        sweep(small, START.plus(Duration.ofDays(2)).plusSeconds(1));
        assertThat(greylist.waiting()).isZero();
        assertThat(greylist.entries()).isEqualTo(1);
        assertThat(greylist.knows(known, small, START.plus(Duration.ofDays(3)))).isTrue();
        sweep(small, START.plus(Duration.ofDays(400)));
        assertThat(greylist.knows(known, small, START.plus(Duration.ofDays(3))))
                .as("a clock that ran far ahead for a while takes nobody's past away")
                .isTrue();
    }

    @Test
    void whoHasPassedAndNotComeForLongIsForgottenWhereTheClockGoesEvenly() {
        GreylistingConfig small = config(10_000);
        Triplet gone = triplet("gone@s.example");
        greylist.come(gone, small, START);
        greylist.come(gone, small, START.plusSeconds(300));
        Instant end = START.plusSeconds(301).plus(small.keep());
        for (Instant now = end.minus(Duration.ofDays(2));
                now.isBefore(end);
                now = now.plus(Duration.ofMinutes(30))) {
            sweep(small, now);
        }
        assertThat(greylist.entries()).isEqualTo(1);
        sweep(small, end);
        assertThat(greylist.entries()).isZero();
    }

    @Test
    void fewerEntriesThanBeforeMakeTheTableSmaller() {
        GreylistingConfig large = config(160_000);
        for (int i = 0; i < 20_000; i++) {
            Triplet known = triplet(name(i) + "@s.example");
            greylist.come(known, large, START);
            greylist.come(known, large, START.plusSeconds(300));
        }
        long before = greylist.entries();
        long octets = greylist.bytes();
        assertThat(before).isGreaterThan(1_000);
        sweep(config(160), START.plusSeconds(301));
        assertThat(greylist.entries()).isBetween(1L, 160L);
        assertThat(greylist.bytes()).isLessThan(octets);
        assertThat(greylist.evicted()).isEqualTo(before - greylist.entries());
    }

    private void sweep(GreylistingConfig config, Instant now) {
        for (int part = 0; part < Greylist.parts(); part++) {
            greylist.sweep(config, now);
        }
    }

    @Test
    void itStaysWithinItsBoundAndKeepsWhoPassed() {
        GreylistingConfig small = config(1_600);
        Triplet known = triplet("known@s.example");
        greylist.come(known, small, START);
        greylist.come(known, small, START.plusSeconds(300));
        Random random = new Random(7);
        for (int i = 0; i < 50_000; i++) {
            byte[] address = new byte[4];
            random.nextBytes(address);
            greylist.come(
                    KEY.triplet(Ip.parse(Ip.text(address)), ReversePath.Null.INSTANCE, ALICE),
                    small,
                    START.plusSeconds(300L + i / 100));
        }
        assertThat(greylist.entries()).isBetween(1_500L, 1_600L);
        assertThat(greylist.waiting()).isEqualTo(greylist.entries() - 1);
        assertThat(greylist.evicted()).isGreaterThan(48_000);
        assertThat(greylist.bytes()).isLessThanOrEqualTo(262_144L + 16 * 256 * 24);
        assertThat(word(greylist.come(known, small, START.plusSeconds(1_000)))).isEqualTo("passed");
    }

    @Test
    void changesThatNobodyTakesAwayStayBounded() {
        GreylistingConfig wide = config(50_000_000);
        for (int i = 0; i < 17_000; i++) {
            greylist.come(new Triplet((long) i << 48, i), wide, START);
        }
        assertThat(greylist.drain()).isNull();
        assertThat(greylist.drain()).isEmpty();
    }

    @Test
    void whoseKeyIsAnotherHasOtherTripletsAndOtherCounters() {
        GreylistKey other = GreylistKey.random();
        assertThat(other).isNotEqualTo(KEY);
        int together = 0;
        for (int i = 0; i < 1_000; i++) {
            InetAddress client = Ip.parse("2001:db8:%x::1".formatted(i));
            Triplet mine = KEY.triplet(client, ReversePath.Null.INSTANCE, ALICE);
            Triplet theirs = other.triplet(client, ReversePath.Null.INSTANCE, ALICE);
            assertThat(mine).isNotEqualTo(theirs);
            together += mine.network() == theirs.network() ? 1 : 0;
        }
        assertThat(together).isLessThan(10);
    }
}
