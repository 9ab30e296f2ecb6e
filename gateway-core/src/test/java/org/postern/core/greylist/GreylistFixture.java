package org.postern.core.greylist;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;

/** A table with a key that is known, its times, and who comes to it. */
abstract class GreylistFixture {
    static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    static final GreylistingConfig CONFIG = config(1_000_000);
    static final EmailAddress ALICE = EmailAddress.of("alice@example.test");
    static final InetAddress CLIENT = Ip.parse("192.0.2.9");
    static final GreylistKey KEY = GreylistKey.of(new byte[GreylistKey.OCTETS]);
    @TempDir Path folder;
    final Greylist greylist = new Greylist(KEY);

    static GreylistingConfig config(int entries) {
        return new GreylistingConfig(
                GreylistingConfig.Mode.ENFORCE,
                Duration.ofMinutes(5),
                Duration.ofDays(2),
                Duration.ofDays(35),
                entries,
                List.of(),
                List.of());
    }

    static Triplet triplet(String sender) {
        return KEY.triplet(CLIENT, ReversePath.of(EmailAddress.of(sender)), ALICE);
    }

    String come(String sender, Duration after) {
        return word(greylist.come(triplet(sender), CONFIG, START.plus(after)));
    }

    static String word(GreylistAnswer answer) {
        return switch (answer) {
            case GreylistAnswer.Passed(boolean first) -> first ? "first" : "passed";
            case GreylistAnswer.Wait(GreylistAnswer.Why why, Duration left) ->
                    why.word() + " " + left.toSeconds();
        };
    }

    static String name(int number) {
        StringBuilder out = new StringBuilder("n");
        for (int n = number; n > 0; n /= 26) {
            out.append((char) ('a' + n % 26));
        }
        return out.toString();
    }
}
