package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientProbe.Answer;
import org.postern.core.time.ManualTimeSource;

class StoreDoubtTest {
    private static final RecipientSourceConfig.Callout CONFIG =
            new RecipientSourceConfig.Callout(
                    "store",
                    Duration.ofSeconds(10),
                    Duration.ofHours(24),
                    Duration.ofMinutes(30),
                    4);
    private static final EmailAddress STRANGER = EmailAddress.of("x1@example.test");

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Set<String> users = new HashSet<>();
    private final AtomicInteger asked = new AtomicInteger();
    private double maxRemoval = 0.1;

    private CalloutDirectory callout() {
        return new CalloutDirectory(
                CONFIG,
                (address, longest) -> {
                    asked.incrementAndGet();
                    return users.contains(address.key())
                            ? Answer.Exists.INSTANCE
                            : new Answer.Absent("550 5.1.1 no such user");
                },
                folder,
                () -> maxRemoval,
                time);
    }

    private static EmailAddress person(int i, String domain) {
        return EmailAddress.of("p" + i + "@" + domain);
    }

    private CalloutDirectory knowing(int people, String domain) {
        CalloutDirectory callout = callout();
        learn(callout, people, domain);
        return callout;
    }

    private void learn(CalloutDirectory callout, int people, String domain) {
        for (int i = 0; i < people; i++) {
            users.add(person(i, domain).key());
            assertThat(callout.lookup(person(i, domain))).isInstanceOf(RecipientLookup.Known.class);
        }
    }

    private int refused(CalloutDirectory callout, int from, int people, String domain) {
        int refused = 0;
        for (int i = from; i < from + people; i++) {
            refused += isRefused(callout, person(i, domain)) ? 1 : 0;
        }
        return refused;
    }

    private static boolean isRefused(CalloutDirectory callout, EmailAddress address) {
        return callout.lookup(address) == RecipientLookup.Unknown.INSTANCE;
    }

    @Test
    void aStoreThatHasLostItsUsersIsNotBelievedUntilItKnowsThemAgain() {
        CalloutDirectory callout = knowing(100, "example.test");
        time.advance(Duration.ofHours(25));
        users.clear();
        assertThat(isRefused(callout, STRANGER)).isTrue();
        assertThat(refused(callout, 0, 100, "example.test")).as("as many as may go").isEqualTo(5);
        assertThat(callout.missing()).isGreaterThan(5);
        assertThat(callout.error()).contains("whom it knew").contains("--confirm");
        assertThat(callout.lookup(person(0, "example.test")))
                .as("those who went first as well")
                .isInstanceOf(RecipientLookup.Unavailable.class);
        assertThat(isRefused(callout, EmailAddress.of("x2@example.test"))).isFalse();

        learnAgain(100);
        for (int minute = 0; minute < 20; minute++) {
            time.advance(Duration.ofMinutes(1));
            callout.askAgain();
        }
        assertThat(callout.missing()).as("nobody has written meanwhile").isZero();
        assertThat(isRefused(callout, EmailAddress.of("x3@example.test"))).isTrue();
        assertThat(refused(callout, 0, 100, "example.test")).isZero();
        assertThat(callout.error()).isEmpty();
    }

    private void learnAgain(int people) {
        for (int i = 0; i < people; i++) {
            users.add(person(i, "example.test").key());
        }
    }

    @Test
    void aFewWhoAreGoneAreGone() {
        CalloutDirectory callout = knowing(100, "example.test");
        time.advance(Duration.ofHours(25));
        for (int i = 0; i < 5; i++) {
            users.remove(person(i, "example.test").key());
        }
        assertThat(refused(callout, 0, 100, "example.test")).isEqualTo(5);
        for (int i = 0; i < 20; i++) {
            callout.askAgain();
        }
        assertThat(callout.missing()).isZero();
        int before = asked.get();
        callout.askAgain();
        assertThat(asked).as("enough have been asked").hasValue(before);
    }

    @Test
    void theLossOfASmallSiteIsFoundBeforeItsPeopleGetMail() {
        CalloutDirectory callout = knowing(4, "example.test");
        time.advance(Duration.ofHours(2));
        users.clear();
        time.advance(Duration.ofHours(23));
        assertThat(isRefused(callout, person(0, "example.test"))).isTrue();
        callout.askAgain();
        assertThat(callout.missing()).isEqualTo(4);
        assertThat(refused(callout, 0, 4, "example.test")).isZero();
    }

    @Test
    void oneDomainThatIsLostIsNotHiddenByTheOthers() {
        CalloutDirectory callout = knowing(60, "example.test");
        learn(callout, 4, "example.org");
        time.advance(Duration.ofHours(25));
        users.removeIf(user -> user.endsWith("@example.org"));
        refused(callout, 0, 30, "example.test");
        assertThat(refused(callout, 0, 2, "example.org")).isEqualTo(2);
        refused(callout, 30, 30, "example.test");
        callout.askAgain();
        assertThat(refused(callout, 0, 4, "example.org")).isZero();
        assertThat(isRefused(callout, STRANGER)).as("the other domain's are known").isTrue();
    }

    @Test
    void whatIsConfirmedIsBelievedForADayAndNotForEver() {
        CalloutDirectory callout = knowing(40, "example.test");
        assertThat(callout.confirm()).as("nothing waits").isZero();
        time.advance(Duration.ofHours(25));
        users.clear();
        refused(callout, 0, 40, "example.test");
        assertThat(callout.confirm()).isGreaterThan(5);
        assertThat(callout.missing()).isZero();
        assertThat(refused(callout, 0, 40, "example.test")).isEqualTo(40);
        time.advance(Duration.ofMinutes(31));
        learn(callout, 20, "example.test");
        time.advance(Duration.ofHours(25));
        users.clear();
        assertThat(refused(callout, 0, 20, "example.test")).isEqualTo(5);
    }

    @Test
    void aRestartEndsNoDoubt() throws IOException {
        CalloutDirectory before = knowing(40, "example.test");
        time.advance(Duration.ofHours(25));
        users.clear();
        refused(before, 0, 40, "example.test");
        before.save();
        CalloutDirectory after = callout();
        after.load();
        assertThat(after.missing()).isGreaterThan(5);
        assertThat(refused(after, 0, 40, "example.test")).isZero();
        learnAgain(40);
        CalloutDirectory mended = callout();
        mended.load();
        assertThat(isRefused(mended, STRANGER)).as("nobody knows yet").isFalse();
        mended.askAgain();
        mended.askAgain();
        assertThat(isRefused(mended, EmailAddress.of("x4@example.test"))).isTrue();
        mended.save();
        assertThat(folder.resolve(CONFIG.name() + ".refused")).doesNotExist();
    }

    @Test
    void whoLetsEverybodyGoIsNotGuarded() {
        maxRemoval = 1;
        CalloutDirectory callout = knowing(40, "example.test");
        time.advance(Duration.ofHours(25));
        users.clear();
        assertThat(refused(callout, 0, 40, "example.test")).isEqualTo(40);
    }

    @Test
    void whoDidNotExistIsAskedAboutAnewWhenSomebodySaysSo() {
        CalloutDirectory callout = callout();
        assertThat(isRefused(callout, STRANGER)).isTrue();
        users.add(STRANGER.key());
        assertThat(isRefused(callout, STRANGER)).as("remembered").isTrue();
        assertThat(callout.askAnew()).isEqualTo(1);
        assertThat(callout.lookup(STRANGER)).isInstanceOf(RecipientLookup.Known.class);
    }
}
