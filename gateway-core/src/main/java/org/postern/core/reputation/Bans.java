package org.postern.core.reputation;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postern.core.files.WholeFile;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.time.TimeSource;

/**
 * Who is kept out for a while: clients, networks and domains, each until its end comes by itself.
 * Ends are by the monotonic clock, so a step of the wall clock neither frees nor holds anybody;
 * over a restart by the wall clock. At most {@value #MAX}, the oldest of single clients go first.
 * Thread-safe; answers from memory.
 */
public final class Bans {
    /** The most bans. */
    public static final int MAX = 50_000;

    /** Words of a line; the first three in files of an earlier version. */
    private static final int WORDS = 5;

    /** No ban is longer, whatever a file of an earlier run says. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private final TimeSource time;
    private final Map<Banned, Kept> entries = new LinkedHashMap<>();
    private boolean changed;

    private record Kept(
            Banned whom,
            long endNanos,
            String reason,
            @Nullable Instant since,
            AtomicLong refused) {
        Ban at(long nanos, Instant now) {
            Duration left = Duration.ofNanos(endNanos - nanos);
            return new Ban(whom, left, now.plus(left), reason, since, refused.get());
        }
    }

    /**
     * One ban.
     *
     * @param whom whom it keeps out
     * @param left how long it still lasts
     * @param until its end by the wall clock as it goes now
     * @param reason why, one line
     * @param since when it began, by the wall clock of then; null where an earlier version did not
     *     write it down
     * @param refused how many connections or recipients it has refused
     */
    public record Ban(
            Banned whom,
            Duration left,
            Instant until,
            String reason,
            @Nullable Instant since,
            long refused) {}

    /** No bans yet. */
    public Bans(TimeSource time) {
        this.time = time;
    }

    /**
     * Keeps somebody out; a ban that is there goes on until the new end.
     *
     * @return whether there was none
     */
    public boolean add(Banned whom, Duration duration, String reason) {
        synchronized (entries) {
            Optional<Ban> before = of(whom);
            Instant since = before.isEmpty() ? time.instant() : before.get().since();
            put(whom, duration, reason, since, before.map(Ban::refused).orElse(0L));
            return before.isEmpty();
        }
    }

    private void put(
            Banned whom, Duration duration, String reason, @Nullable Instant since, long refused) {
        long end = time.nanoTime() + min(duration, LONGEST).toNanos();
        synchronized (entries) {
            entries.remove(whom);
            entries.put(
                    whom,
                    new Kept(
                            whom,
                            end,
                            reason.replaceAll("\\p{Cntrl}", "?"),
                            since,
                            new AtomicLong(refused)));
            changed = true;
            if (entries.size() > MAX) {
                entries.remove(leastMissed());
            }
        }
    }

    /** The oldest of a single client: a flood of those lets no domain and no network in again. */
    private Banned leastMissed() {
        Banned eldest = entries.keySet().iterator().next();
        return entries.keySet().stream()
                .filter(b -> b instanceof Banned.Network(Cidr c) && Networks.isOneClient(c))
                .findFirst()
                .orElse(eldest);
    }

    /** Counts a connection or a recipient that a ban has refused. */
    public void refused(Banned whom) {
        synchronized (entries) {
            Kept entry = entries.get(whom);
            if (entry != null) {
                entry.refused().incrementAndGet();
                changed = true;
            }
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** The ban that keeps a client out, if one does. */
    public Optional<Ban> of(InetAddress client) {
        synchronized (entries) {
            if (entries.isEmpty()) {
                return Optional.empty();
            }
            return of(new Banned.Network(Networks.host(client)))
                    .or(() -> of(new Banned.Network(Networks.site(client))));
        }
    }

    /** The bans of networks that a network lies in, and that are not it. */
    public List<Ban> around(Cidr network) {
        return all().stream()
                .filter(b ->
                        b.whom() instanceof Banned.Network(Cidr c)
                                && c.covers(network)
                                && !c.equals(network))
                .toList();
    }

    /** The bans of a network and of every client and network in it. */
    public List<Ban> within(Cidr network) {
        return all().stream()
                .filter(b -> b.whom() instanceof Banned.Network(Cidr c) && network.covers(c))
                .toList();
    }

    /** The ban of just this, if there is one. */
    public Optional<Ban> of(Banned whom) {
        synchronized (entries) {
            Kept entry = entries.get(whom);
            if (entry == null) {
                return Optional.empty();
            }
            long now = time.nanoTime();
            if (entry.endNanos() - now <= 0) {
                entries.remove(whom);
                changed = true;
                return Optional.empty();
            }
            return Optional.of(entry.at(now, time.instant()));
        }
    }

    /** How many keep out more than one client: networks and domains. */
    public int wide() {
        return (int) all().stream().filter(b -> !b.whom().kind().equals("client")).count();
    }

    /** How many there are, some that have just ended perhaps too. */
    public int size() {
        synchronized (entries) {
            return entries.size();
        }
    }

    /** The same of a {@link Banned#kind kind}. */
    public int size(String kind) {
        return (int) copy().stream().filter(k -> k.whom().kind().equals(kind)).count();
    }

    /**
     * Lets somebody in again.
     *
     * @return whether they were kept out
     */
    public boolean lift(Banned whom) {
        synchronized (entries) {
            boolean there = of(whom).isPresent();
            entries.remove(whom);
            changed |= there;
            return there;
        }
    }

    /** Every ban that holds, the next to end first. */
    public List<Ban> all() {
        return at(copy());
    }

    /** What each connection waits for is this, and nothing that is made of it. */
    private List<Kept> copy() {
        synchronized (entries) {
            return new ArrayList<>(entries.values());
        }
    }

    private List<Ban> at(List<Kept> copy) {
        long nanos = time.nanoTime();
        Instant now = time.instant();
        return copy.stream()
                .filter(k -> k.endNanos() - nanos > 0)
                .sorted(Comparator.comparingLong(k -> k.endNanos() - nanos))
                .map(k -> k.at(nanos, now))
                .toList();
    }

    /**
     * Reads the bans of an earlier run; a line that makes no sense is left out.
     *
     * @throws IOException if the file is there and cannot be read
     */
    public void load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            read(line.split("\t", -1));
        }
    }

    private void read(String[] parts) {
        if (parts.length < 3) {
            return;
        }
        try {
            Duration left = Duration.between(time.instant(), Instant.parse(parts[1]));
            if (left.isPositive()) {
                boolean whole = parts.length == WORDS;
                put(
                        Banned.parse(parts[0]),
                        left,
                        parts[2],
                        whole && !parts[3].isEmpty() ? Instant.parse(parts[3]) : null,
                        whole ? Long.parseLong(parts[4]) : 0);
            }
        } catch (DateTimeParseException | IllegalArgumentException | InvalidAddressException e) {
            return; // half a line after a crash of the machine: one ban is forgotten
        }
    }

    /**
     * Writes the bans down, if there is news; whole, or the old file stays.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path file) throws IOException {
        List<Kept> all;
        synchronized (entries) {
            long now = time.nanoTime();
            changed |= entries.values().removeIf(k -> k.endNanos() - now <= 0);
            // while there are any their ends are written anew: the wall clock may have stepped
            if (!changed && entries.isEmpty()) {
                return;
            }
            changed = false;
            all = copy();
        }
        StringBuilder out = new StringBuilder();
        for (Ban ban : at(all)) {
            out.append(ban.whom())
                    .append('\t')
                    .append(ban.until())
                    .append('\t')
                    .append(ban.reason())
                    .append('\t')
                    .append(ban.since() == null ? "" : ban.since())
                    .append('\t')
                    .append(ban.refused())
                    .append('\n');
        }
        try {
            WholeFile.write(file, out);
        } catch (IOException e) {
            synchronized (entries) {
                changed = true;
            }
            throw e;
        }
    }
}
