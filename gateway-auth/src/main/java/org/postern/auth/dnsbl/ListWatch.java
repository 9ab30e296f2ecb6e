package org.postern.auth.dnsbl;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.DnsblConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.postern.core.time.Rounds;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tests each list at the start and every {@code dnsbl.self-test} (RFC 5782, 5), and knows which may
 * be believed. A list that answers for everything, or that says 127.255.255.252 to 127.255.255.255
 * because we ask through an open resolver or too often, would otherwise refuse the world.
 *
 * <p>Outlives configurations: a list keeps its state over a reload. Reading a state is one look-up
 * in a map; testing is done by one thread of its own once {@link #start} has been called.
 */
public final class ListWatch implements AutoCloseable {
    /** A list that is switched off is tried again after this at the latest. */
    static final Duration OFF_RETRY = Duration.ofMinutes(1);

    /** A hit counts where the list has been found well within this, or is found so now. */
    static final Duration FRESH = Duration.ofSeconds(30);

    /** One test may take this long. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * Tests without any answer that switch a list off; a single one may be the resolver's restart.
     */
    private static final int SILENT_TESTS = 2;

    private static final Logger LOG = LoggerFactory.getLogger("dnsbl");

    private final TimeSource time;
    private final DnsblListener listener;
    private final Map<Zone, Entry> zones = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition due = lock.newCondition();
    private volatile Plan plan = new Plan(DnsblConfig.NONE, null);
    private boolean poked;
    private volatile boolean closed;
    private @Nullable Thread thread;

    /**
     * What has one state: a zone, by what it lists.
     *
     * @param zone the zone
     * @param names whether it lists names and not addresses
     */
    record Zone(Domain zone, boolean names) {
        static Zone of(DnsListConfig list) {
            return new Zone(list.zone(), list.listsNames());
        }
    }

    private record Plan(DnsblConfig config, @Nullable DnsClient dns) {}

    private static final class Entry {
        private volatile ListState state = new ListState.Untested();
        private volatile long dueNanos;
        private final ReentrantLock proving = new ReentrantLock();
        private volatile long provenNanos;
        private volatile boolean offBySession;
        private volatile boolean pardoned;
        private volatile long pardonedNanos;
        private int silent;

        private Entry(long now) {
            dueNanos = now;
            provenNanos = now - FRESH.toNanos();
        }
    }

    /** A watch over nothing yet. */
    public ListWatch(TimeSource time, DnsblListener listener) {
        this.time = time;
        this.listener = listener;
    }

    /**
     * Watches over these lists from now on; those it knows keep their state.
     *
     * @param dns asked for the tests: without a cache, so that a change is seen
     */
    public void watch(DnsblConfig config, DnsClient dns) {
        plan = new Plan(config, dns);
        List<Zone> wanted = config.lists().stream().map(Zone::of).toList();
        zones.keySet().retainAll(wanted);
        long now = time.nanoTime();
        long next = now + config.selfTest().toNanos();
        for (Zone zone : wanted) {
            Entry entry = zones.computeIfAbsent(zone, z -> new Entry(now));
            if (entry.dueNanos - next > 0) {
                entry.dueNanos = next; // the interval has become shorter
            }
        }
        poke();
    }

    /** Starts testing on a thread of its own. */
    public void start() {
        thread = Thread.ofVirtual().name("dnsbl-watch").start(this::run);
    }

    private void run() {
        try {
            while (!closed) {
                await(Rounds.outcome(LOG, "testing DNS lists", this::testDue, OFF_RETRY));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    private void await(Duration wait) throws InterruptedException {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (left > 0 && !poked && !closed) {
                left = due.awaitNanos(left);
            }
            poked = false;
        } finally {
            lock.unlock();
        }
    }

    private void poke() {
        lock.lock();
        try {
            poked = true;
            due.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a list is asked, and why not. */
    public ListState state(DnsListConfig list) {
        Entry entry = zones.get(Zone.of(list));
        return entry == null ? new ListState.Untested() : entry.state;
    }

    /** The lists as they are watched now, by name, in the order of the configuration. */
    public Map<String, ListState> states() {
        Map<String, ListState> states = new LinkedHashMap<>();
        plan.config().lists().forEach(l -> states.put(l.name(), state(l)));
        return states;
    }

    /**
     * Hears that a list answered a session what it must not, and switches it off. Where a test has
     * found it well again, such answers come from the resolver's cache for a while: they are passed
     * over until the next test but one.
     */
    void trouble(DnsListConfig list, ListState.Reason reason, String detail) {
        Entry entry = zones.get(Zone.of(list));
        if (entry == null || (entry.pardoned && time.nanoTime() - entry.pardonedNanos < 0)) {
            return;
        }
        entry.offBySession = true;
        off(Zone.of(list), entry, reason, detail);
    }

    /**
     * Whether a hit of a list may count against somebody: hits are rare, a list that has just begun
     * to answer for everything has one for each client, and the next test in turn may be minutes
     * away. Unless it was found well a moment ago it is asked for what no list has; all who have a
     * hit meanwhile wait for the one question.
     *
     * @param deadline until when this may wait; a list that does not answer by then vouches for
     *     nothing, which is no reason to switch it off
     */
    boolean vouches(DnsListConfig list, Deadline deadline) {
        Zone zone = Zone.of(list);
        Entry entry = zones.get(zone);
        DnsClient dns = plan.dns();
        if (entry == null || dns == null) {
            return false;
        }
        try {
            if (isProven(entry)) {
                return entry.state instanceof ListState.Well;
            }
            if (!entry.proving.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
            try {
                return (isProven(entry) || proves(zone, entry, dns, deadline))
                        && entry.state instanceof ListState.Well;
            } finally {
                entry.proving.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isProven(Entry entry) {
        return time.nanoTime() - entry.provenNanos < FRESH.toNanos();
    }

    private boolean proves(Zone zone, Entry entry, DnsClient dns, Deadline deadline) {
        return switch (examine(zone, false, dns, DnsBudget.until(deadline))) {
            case ListState.Well well -> {
                entry.provenNanos = time.nanoTime();
                yield true;
            }
            case ListState.Off off -> {
                if (off.reason() != ListState.Reason.NO_ANSWER) {
                    off(zone, entry, off.reason(), off.detail());
                    poke();
                }
                yield false;
            }
            case ListState.Untested untested -> false;
        };
    }

    /**
     * Tests every list whose time has come, all at once.
     *
     * @return until when there is nothing to do
     */
    Duration testDue() throws InterruptedException {
        Plan now = plan;
        List<Thread> tests = new ArrayList<>();
        long start = time.nanoTime();
        zones.forEach((zone, entry) -> {
            if (entry.dueNanos - start <= 0 && now.dns() != null) {
                DnsClient dns = now.dns();
                tests.add(
                        Thread.ofVirtual()
                                .name("dnsbl-test")
                                .start(() -> test(zone, entry, now.config(), dns)));
            }
        });
        for (Thread test : tests) {
            test.join();
        }
        long next = plan.config().selfTest().toNanos();
        for (Entry entry : zones.values()) {
            next = Math.min(next, entry.dueNanos - time.nanoTime());
        }
        return Duration.ofNanos(Math.max(0, next));
    }

    private void test(Zone zone, Entry entry, DnsblConfig config, DnsClient dns) {
        boolean entries =
                config.lists().stream()
                        .filter(l -> Zone.of(l).equals(zone))
                        .allMatch(DnsListConfig::selfTest);
        DnsBudget budget = DnsBudget.until(Deadline.after(time, PATIENCE));
        ListState found;
        try {
            found = examine(zone, entries, dns, budget);
        } catch (RuntimeException e) {
            LOG.error("the test of DNS list {} broke: a defect of ours", zone.zone(), e);
            found = new ListState.Off(ListState.Reason.NO_ANSWER, e.toString());
        }
        entry.silent =
                found instanceof ListState.Off o && o.reason() == ListState.Reason.NO_ANSWER
                        ? entry.silent + 1
                        : 0;
        switch (found) {
            case ListState.Off off -> {
                if (entry.silent == 0 || entry.silent >= SILENT_TESTS) {
                    off(zone, entry, off.reason(), off.detail());
                } else {
                    entry.dueNanos = time.nanoTime() + Duration.ofSeconds(1).toNanos();
                }
            }
            case ListState.Untested untested -> entry.dueNanos = time.nanoTime();
            case ListState.Well well -> {
                if (entry.state instanceof ListState.Off) {
                    entry.pardoned = entry.offBySession;
                    entry.pardonedNanos = time.nanoTime() + config.selfTest().toNanos();
                    entry.offBySession = false;
                    LOG.info("DNS list {} is well again and asked", zone.zone());
                }
                entry.provenNanos = time.nanoTime();
                entry.state = well;
                entry.dueNanos = time.nanoTime() + config.selfTest().toNanos();
            }
        }
    }

    private static ListState examine(Zone zone, boolean entries, DnsClient dns, DnsBudget budget) {
        // RFC 5782, 5: 127.0.0.1 and the name INVALID are on no list, 127.0.0.2 and TEST on each
        Optional<DnsName> never = question(zone, "127.0.0.1", "invalid");
        Optional<DnsName> always = question(zone, "127.0.0.2", "test");
        if (never.isEmpty() || always.isEmpty()) {
            return new ListState.Off(ListState.Reason.WRONG_ZONE, zone.zone() + " is too long");
        }
        ListState first =
                judge(never.get(), dns.a(never.get(), budget), ListState.Reason.LISTS_EVERYTHING);
        if (!(first instanceof ListState.Well) || !entries) {
            return first;
        }
        return judge(always.get(), dns.a(always.get(), budget), null);
    }

    private static Optional<DnsName> question(Zone zone, String address, String name) {
        return zone.names()
                ? ListAnswers.question(Domain.of(name), zone.zone())
                : ListAnswers.question(Ip.parse(address), zone.zone());
    }

    /**
     * Judges one answer.
     *
     * @param listed what it means if the list has it; null: it must have it
     */
    private static ListState judge(
            DnsName name, DnsAnswer<InetAddress> answer, ListState.@Nullable Reason listed) {
        return switch (answer) {
            case DnsAnswer.TempError<InetAddress> e ->
                    new ListState.Off(ListState.Reason.NO_ANSWER, name + ": " + e.reason().word());
            case DnsAnswer.NoData<InetAddress> none -> absent(name, listed);
            case DnsAnswer.NxDomain<InetAddress> none -> absent(name, listed);
            case DnsAnswer.Found<InetAddress> found -> {
                Optional<ListAnswers.Trouble> trouble =
                        ListAnswers.trouble(found.records(), code -> false);
                InetAddress said =
                        trouble.map(ListAnswers.Trouble::address)
                                .orElse(found.records().getFirst());
                String detail = name + " is " + Ip.text(said);
                if (trouble.isPresent()) {
                    yield new ListState.Off(trouble.get().reason(), detail);
                }
                yield listed == null ? new ListState.Well() : new ListState.Off(listed, detail);
            }
        };
    }

    private static ListState absent(DnsName name, ListState.@Nullable Reason listed) {
        return listed == null
                ? new ListState.Off(ListState.Reason.LISTS_NOTHING, name + " does not exist")
                : new ListState.Well();
    }

    private void off(Zone zone, Entry entry, ListState.Reason reason, String detail) {
        ListState before = entry.state;
        entry.state = new ListState.Off(reason, detail);
        Duration every = plan.config().selfTest();
        entry.dueNanos =
                time.nanoTime() + (every.compareTo(OFF_RETRY) < 0 ? every : OFF_RETRY).toNanos();
        if (!(before instanceof ListState.Off o && o.reason() == reason)) {
            listener.switchedOff(zone.zone().ascii(), reason);
            LOG.warn(
                    "DNS list {} is switched off until it is well: {} ({})",
                    zone.zone(),
                    reason.text(),
                    detail);
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
