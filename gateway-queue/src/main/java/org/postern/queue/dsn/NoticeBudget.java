package org.postern.queue.dsn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.postern.core.mail.EmailAddress;
import org.postern.core.time.TimeSource;

/**
 * Counts notices, in all and to each sender, over an hour of the monotonic clock that begins with
 * the first. Bounded: the senders of one hour cannot be more than its notices.
 *
 * <p>Thread-safe.
 */
public final class NoticeBudget {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    private final TimeSource time;
    private final Supplier<NoticeSettings> settings;
    private final Map<String, Integer> perSender = new LinkedHashMap<>();
    private long hourBegan;
    private int spent;

    /** A budget of which nothing is spent. */
    public NoticeBudget(NoticeSettings settings, TimeSource time) {
        this(() -> settings, time);
    }

    /** One whose size may change while it is spent. */
    public NoticeBudget(Supplier<NoticeSettings> settings, TimeSource time) {
        this.settings = settings;
        this.time = time;
        this.hourBegan = time.nanoTime();
    }

    /** Spends one notice to this sender, or says which budget has none left. */
    public synchronized Optional<NoticeDecision.Reason> spend(EmailAddress sender) {
        long now = time.nanoTime();
        if (now - hourBegan >= HOUR_NANOS) {
            hourBegan = now;
            spent = 0;
            perSender.clear();
        }
        if (spent >= settings.get().perHour()) {
            return Optional.of(NoticeDecision.Reason.HOUR_BUDGET);
        }
        int toSender = perSender.getOrDefault(sender.key(), 0);
        if (toSender >= settings.get().perSender()) {
            return Optional.of(NoticeDecision.Reason.SENDER_BUDGET);
        }
        spent++;
        perSender.put(sender.key(), toSender + 1);
        return Optional.empty();
    }

    /** Notices spent in the current hour. */
    public synchronized int spent() {
        return spent;
    }
}
