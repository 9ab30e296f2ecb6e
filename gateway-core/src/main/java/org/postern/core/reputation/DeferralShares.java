package org.postern.core.reputation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ReputationConfig;
import org.postern.core.time.TimeSource;

/**
 * Knows which share of the mail of each sender, sender domain and client each mailbox store usually
 * puts off, and says when one leaves that by far: what a store defers of one sender and of nobody
 * else is what it would rather not have. Only what a store answered about a message's first attempt
 * counts; a store that is away says nothing about senders. Stores are counted apart, so that one
 * that defers all its mail, while others take theirs, says nothing about its senders either.
 *
 * <p>Somebody is anomalous with more deferrals within the hour than {@code anomaly-deferrals}, when
 * their share is more than half-way from their own past to all of it, and twice that of everybody
 * else at the same store (at all stores, where others made fewer than {@value #OTHERS} attempts at
 * this one): a store that defers everybody makes nobody anomalous, and with fewer attempts of
 * others than that anywhere nobody is judged. The past counts half after two weeks; the hour under
 * way is no part of it, and who has no past of some days is not judged.
 *
 * <p>At most {@value Volumes#MAX} keys. Thread-safe; answers from memory.
 */
public final class DeferralShares {
    private static final Duration HALF_LIFE = Duration.ofDays(14);
    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
    private static final int OTHERS = 10;
    private static final String ALL = "";
    private static final String AT = " at ";

    private final Supplier<ReputationConfig> config;
    private final TimeSource time;
    private final Remembered<Tally> entries =
            new Remembered<>(Volumes::max, Tally::read, Tally::words);

    /** Attempts and deferrals before the hour under way, decayed as of {@code at}, and in it. */
    private record Tally(
            Instant first,
            double tried,
            double deferred,
            Instant at,
            long hour,
            int triedNow,
            int deferredNow) {
        static Tally read(String[] words) {
            double tried = Double.parseDouble(words[1]);
            double deferred = Double.parseDouble(words[2]);
            boolean sound = Double.isFinite(tried) && deferred >= 0 && deferred <= tried;
            return new Tally(
                    Instant.parse(words[0]),
                    sound ? tried : 0,
                    sound ? deferred : 0,
                    Instant.parse(words[3]),
                    Long.parseLong(words[4]),
                    Integer.parseInt(words[5]),
                    Integer.parseInt(words[6]));
        }

        Object[] words() {
            return new Object[] {first, tried, deferred, at, hour, triedNow, deferredNow};
        }

        Tally withNow(int triedNow, int deferredNow) {
            return new Tally(
                    first, tried, deferred, at, hour, triedNow, Math.min(triedNow, deferredNow));
        }

        double usual() {
            return tried == 0 ? 0 : deferred / tried;
        }
    }

    /**
     * One who leaves its own past by far.
     *
     * @param deferred deferrals in the hour under way
     * @param tried messages tried in it
     * @param usual the share, 0 to 1, that was usual before
     */
    public record Surge(int deferred, int tried, double usual) {}

    /**
     * @param config the settings of this moment
     */
    public DeferralShares(Supplier<ReputationConfig> config, TimeSource time) {
        this.config = config;
        this.time = time;
    }

    /**
     * Counts a first attempt for everybody together; to be called once for each, before the rest.
     *
     * @param store which store was asked
     * @param tried 1, or 0 where it has been counted and is now found to be put off
     * @param deferred 1 where the store put it off
     */
    public void attempted(String store, int tried, int deferred) {
        count(ALL, tried, deferred);
        count(ALL + AT + store, tried, deferred);
    }

    /**
     * Counts a first attempt.
     *
     * @param key whose, such as {@code sender a@example.org}
     * @param store which store was asked
     * @param tried 1, or 0 where it has been counted and is now found to be put off
     * @param deferred 1 where the store put it off
     * @return what is anomalous about it, if anything
     */
    public Optional<Surge> attempted(String key, String store, int tried, int deferred) {
        ReputationConfig now = config.get();
        Tally own = count(key + AT + store, tried, deferred);
        boolean hasPast =
                Duration.between(own.first(), time.instant()).compareTo(now.anomalyAfter()) >= 0;
        if (now.anomalyDeferrals() == 0
                || !hasPast
                || own.deferredNow() <= now.anomalyDeferrals()) {
            return Optional.empty();
        }
        double share = own.deferredNow() / (double) own.triedNow();
        double usual = own.usual();
        return share > usual + (1 - usual) / 2 && share > 2 * ofOthers(own, store)
                ? Optional.of(new Surge(own.deferredNow(), own.triedNow(), usual))
                : Optional.empty();
    }

    /**
     * The share of everybody else at this store in this hour, or at all stores while too few have
     * written to this one; all of it while too few have written to any.
     */
    private double ofOthers(Tally own, String store) {
        for (String whose : List.of(ALL + AT + store, ALL)) {
            Tally all = entries.update(whose, before -> next(before, 0, 0));
            int tried = all.triedNow() - own.triedNow();
            if (tried >= OTHERS) {
                return (all.deferredNow() - own.deferredNow()) / (double) tried;
            }
        }
        return 1;
    }

    private Tally count(String key, int tried, int deferred) {
        return entries.update(key, before -> next(before, tried, deferred));
    }

    private Tally next(@Nullable Tally before, int tried, int deferred) {
        Instant now = time.instant();
        long hour = Math.floorDiv(now.toEpochMilli(), HOUR_MILLIS);
        if (before == null) {
            return new Tally(now, 0, 0, now, hour, tried, deferred);
        }
        // what was first seen later than now was so by a clock that was wrong
        Instant first = before.first().isAfter(now) ? now : before.first();
        if (before.hour() == hour) {
            return new Tally(
                    first,
                    before.tried(),
                    before.deferred(),
                    before.at(),
                    hour,
                    before.triedNow() + tried,
                    before.deferredNow() + deferred);
        }
        long age = Math.max(0, Duration.between(before.at(), now).toMillis());
        double left = Math.pow(0.5, age / (double) HALF_LIFE.toMillis());
        return new Tally(
                first,
                before.tried() * left + before.triedNow(),
                before.deferred() * left + before.deferredNow(),
                now,
                hour,
                tried,
                deferred);
    }

    /** Takes out of the hour what a narrower key explains. */
    public void discount(String key, String store, Surge explained) {
        entries.amend(
                key + AT + store,
                t ->
                        t.withNow(
                                Math.max(0, t.triedNow() - explained.tried()),
                                Math.max(0, t.deferredNow() - explained.deferred())));
    }

    /** So much is usual from now on at any store, for whoever looked and found it good. */
    public void acknowledge(String key, int tried, int deferred) {
        entries.amendAll(
                key + AT,
                t ->
                        new Tally(
                                t.first(),
                                t.tried() + tried,
                                t.deferred() + Math.min(tried, deferred),
                                t.at(),
                                t.hour(),
                                t.triedNow(),
                                t.deferredNow()));
    }

    /** How many keys are remembered. */
    public int size() {
        return entries.size();
    }

    /**
     * Reads what an earlier run has seen; a line that makes no sense is left out.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public void load(Path file) throws IOException {
        entries.load(file);
    }

    /**
     * Writes down what was seen, if there is news; whole, or the old file stays.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        entries.save(file);
    }
}
