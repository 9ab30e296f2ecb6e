package org.postern.app.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.BuiltInRule;
import org.postern.core.journal.Evidence;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Disposition;
import org.postern.core.time.TimeSource;

/**
 * Learns, for each reason, for our own domains and for the domains that write most, which share of
 * their mail it hits, and raises an alarm when a share leaves its band. Three questions are asked
 * of each message that reached a verdict:
 *
 * <ul>
 *   <li>{@code reason:R}, the share of all messages that reason R decided against;
 *   <li>{@code own:D}, the share of mail that bears our own domain D and fails SPF or DMARC:
 *       usually none, so this one speaks before anything was learned;
 *   <li>{@code domain:D}, the same for another domain that has passed DMARC before.
 * </ul>
 *
 * <p>Alarms end when two intervals with mail in a row were within the band, or after a day without
 * any. While one is on, its key does not learn. Where switched on, the rule that decides most of
 * the affected mail only observes from then on, until a person confirms it. Memory is bounded by
 * the number of keys. Thread-safe; an append takes a lock for less than a microsecond and never
 * waits for anybody.
 */
public final class VerdictGuard implements Journal {
    /** How long shares are summed up before they are learned. */
    public static final Duration INTERVAL = Duration.ofMinutes(5);

    /** Keys that are watched at once. */
    static final int MAX_KEYS = 2_000;

    private static final int MIN_MESSAGES = 30;
    private static final int MIN_OWN = 10;
    private static final double UNKNOWN_OWN = 0.3;
    private static final int CALM_INTERVALS = 2;

    /** Intervals without any mail after which an alarm says nothing any more: a day. */
    private static final int SILENT_INTERVALS = 288;

    private final Predicate<String> isOwn;
    private final Listener listener;
    private final TimeSource time;
    private final Set<String> observed = ConcurrentHashMap.newKeySet();
    private final Map<String, Watched> keys = new LinkedHashMap<>(64, 0.75f, true);
    private long begun;
    private int all;

    private volatile boolean switching;

    /** Hears of alarms; called on the thread that noticed. */
    public interface Listener {
        /** A share left its band. */
        void raised(GuardAlarm alarm, boolean ruleObserves);

        /** It is back. */
        void recovered(GuardAlarm alarm);
    }

    /** One key: what is usual, and the interval under way. */
    private static final class Watched {
        private final Band band = new Band();
        private Suspects suspects = new Suspects();
        private int total;
        private int bad;
        private int calm;
        private int silent;
        private @Nullable GuardAlarm alarm;
    }

    /**
     * @param isOwn whether a domain, in A-labels, is one of ours
     */
    public VerdictGuard(Predicate<String> isOwn, Listener listener, TimeSource time) {
        this.isOwn = isOwn;
        this.listener = listener;
        this.time = time;
        this.begun = time.nanoTime();
    }

    /** Whether an alarm puts the rule behind it into observe mode. */
    public void switchRules(boolean on) {
        switching = on;
    }

    /** The rules that only observe because of an alarm. */
    public Set<String> observed() {
        return Set.copyOf(observed);
    }

    /** Whether a rule only observes just now. */
    public boolean observes(String rule) {
        return observed.contains(rule);
    }

    /** A person says that a rule is right: it decides again. False if it did all the time. */
    public boolean confirm(String rule) {
        return observed.remove(rule);
    }

    /** How many keys are watched. */
    int watched() {
        synchronized (keys) {
            return keys.size();
        }
    }

    /** Alarms that are on. */
    public List<GuardAlarm> alarms() {
        synchronized (keys) {
            List<GuardAlarm> on = new ArrayList<>();
            for (Watched watched : keys.values()) {
                if (watched.alarm != null) {
                    on.add(watched.alarm);
                }
            }
            return on;
        }
    }

    /**
     * Says that time has passed, so that an alarm also ends where no mail comes: to be called every
     * few seconds or minutes.
     */
    public void tick() {
        List<Runnable> news = new ArrayList<>(0);
        synchronized (keys) {
            turnIfDue(news);
        }
        news.forEach(Runnable::run);
    }

    /** Forgets everything, as a guard that is switched off does; alarms that are on end. */
    public void forget() {
        List<GuardAlarm> on;
        synchronized (keys) {
            on = alarms();
            keys.clear();
            all = 0;
        }
        observed.clear();
        on.forEach(listener::recovered);
    }

    private void turnIfDue(List<Runnable> news) {
        if (time.nanoTime() - begun >= INTERVAL.toNanos()) {
            turn(news);
        }
    }

    @Override
    public void append(JournalEvent event) {
        if (!(event instanceof JournalEvent.Message message)) {
            return;
        }
        List<Runnable> news = new ArrayList<>(0);
        synchronized (keys) {
            turnIfDue(news);
            all++;
            observe(message, news);
        }
        news.forEach(Runnable::run);
    }

    private void observe(JournalEvent.Message message, List<Runnable> news) {
        // each by itself: what hits everybody in mode observe must hide nothing that is new
        Map<String, String> against = new LinkedHashMap<>();
        if (message.ruling().disposition() != Disposition.ACCEPT) {
            against.put(message.ruling().reason(), message.ruling().rule());
        }
        message.observed().forEach(r -> against.putIfAbsent(r.reason(), r.rule()));
        against.forEach((reason, rule) -> {
            Watched watched = key("reason:" + reason);
            watched.bad++;
            watched.suspects.add(message, rule);
            judge("reason:" + reason, watched, all, "mail with " + reason, news);
        });
        Evidence evidence = message.evidence();
        if (evidence == null) {
            return;
        }
        Verdicts verdicts = evidence.verdicts();
        String author = verdicts.dmarc().authorDomain();
        String domain = author == null ? senderDomain(message.from()) : author;
        if (domain.isEmpty()) {
            return;
        }
        boolean own = isOwn.test(domain);
        boolean passes = verdicts.dmarc().result() == AuthResult.PASS;
        if (!own && !passes && !keys.containsKey("domain:" + domain)) {
            return; // whoever never passed is no one whose failure is news
        }
        String name = (own ? "own:" : "domain:") + domain;
        Watched watched = key(name);
        watched.total++;
        if (fails(verdicts)) {
            watched.bad++;
            watched.suspects.add(message, message.ruling().rule());
            String whose = own ? "mail of your own domain " + domain : "mail of " + domain;
            judge(name, watched, watched.total, whose, news);
        }
    }

    /** Mail that neither aligned SPF nor DKIM speaks for; without a policy, that SPF fails. */
    private static boolean fails(Verdicts verdicts) {
        return switch (verdicts.dmarc().result()) {
            case PASS -> false;
            case FAIL, SOFTFAIL, POLICY, TEMPERROR -> true;
            case NONE, NEUTRAL, PERMERROR ->
                    verdicts.spf().result() == AuthResult.FAIL
                            || verdicts.spf().result() == AuthResult.SOFTFAIL
                            || verdicts.spf().reason().startsWith("client-address.");
        };
    }

    private static String senderDomain(ReversePath from) {
        return switch (from) {
            case ReversePath.Null nobody -> "";
            case ReversePath.Mailbox(EmailAddress address) ->
                    address.host().ascii().toLowerCase(Locale.ROOT);
        };
    }

    private Watched key(String name) {
        Watched known = keys.get(name);
        if (known != null) {
            return known;
        }
        if (keys.size() >= MAX_KEYS) {
            forgetOne();
        }
        Watched added = new Watched();
        keys.put(name, added);
        return added;
    }

    /** Room for another: the one that was not seen for longest goes, one with an alarm last. */
    private void forgetOne() {
        String gone = keys.keySet().iterator().next();
        for (Map.Entry<String, Watched> entry : keys.entrySet()) {
            if (entry.getValue().alarm == null) {
                gone = entry.getKey();
                break;
            }
        }
        Watched forgotten = keys.remove(gone);
        if (forgotten != null && forgotten.alarm != null) {
            listener.recovered(forgotten.alarm);
        }
    }

    private void judge(String name, Watched watched, int total, String whose, List<Runnable> news) {
        boolean own = name.startsWith("own:");
        if (watched.alarm != null || total < (own ? MIN_OWN : MIN_MESSAGES)) {
            return;
        }
        double share = (double) watched.bad / total;
        double upper = watched.band.upper(own ? UNKNOWN_OWN : Double.POSITIVE_INFINITY);
        if (share <= upper) {
            return;
        }
        GuardAlarm alarm =
                new GuardAlarm(
                        name,
                        time.instant(),
                        share,
                        watched.band.mean(),
                        watched.suspects.rule(),
                        watched.suspects.cause(whose));
        watched.alarm = alarm;
        watched.calm = 0;
        watched.silent = 0;
        boolean switched = switching && restsOnVerdicts(alarm.rule());
        if (switched) {
            observed.add(alarm.rule());
        }
        news.add(() -> listener.raised(alarm, switched));
    }

    /**
     * Whether a rule weighs who a message is from. Of the others the alarm is told and no more: a
     * wave of viruses is no reason to let viruses in. What a configuration's rule weighs nobody
     * knows here.
     */
    private static boolean restsOnVerdicts(String rule) {
        return BuiltInRule.of(rule)
                .map(known -> known.ground() == BuiltInRule.Ground.AUTHENTICATION)
                .orElse(true);
    }

    /** An interval is over: what was usual is learned, what has calmed down is over. */
    private void turn(List<Runnable> news) {
        begun = time.nanoTime();
        int messages = all;
        all = 0;
        Collection<Map.Entry<String, Watched>> entries = List.copyOf(keys.entrySet());
        for (Map.Entry<String, Watched> entry : entries) {
            Watched watched = entry.getValue();
            boolean reason = entry.getKey().startsWith("reason:");
            int total = reason ? messages : watched.total;
            double share = total == 0 ? 0 : (double) watched.bad / total;
            GuardAlarm alarm = watched.alarm;
            if (alarm == null) {
                if (total > 0) {
                    watched.band.learn(share);
                }
            } else {
                boolean within =
                        share <= watched.band.upper(reason ? share : UNKNOWN_OWN / CALM_INTERVALS);
                // an interval without mail says neither that it is well nor that it is not
                watched.silent = total == 0 ? watched.silent + 1 : 0;
                watched.calm = total == 0 ? watched.calm : within ? watched.calm + 1 : 0;
                if (watched.calm >= CALM_INTERVALS || watched.silent >= SILENT_INTERVALS) {
                    watched.alarm = null;
                    news.add(() -> listener.recovered(alarm));
                }
            }
            watched.total = 0;
            watched.bad = 0;
            watched.suspects = new Suspects();
        }
    }
}
