package org.postern.queue.schedule;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.Recipient;
import org.postern.core.time.TimeSource;
import org.postern.queue.dsn.NoticeSender;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Route;

/**
 * The lanes of all downstreams, and which of them an entry takes: by its route before it is
 * claimed, by its recipients after. Thread-safe.
 */
final class Lanes {
    /** Attempts at once to say that there is nowhere to go. */
    private static final int NOWHERE_AT_ONCE = 16;

    private final Router router;
    private final ToIntFunction<String> concurrency;
    private final TimeSource time;
    private final Map<String, Lane> byName = new ConcurrentHashMap<>();

    /**
     * None yet: each comes with its first use.
     *
     * @param concurrency the most attempts at once for a downstream of this name, at least 1
     */
    Lanes(Router router, ToIntFunction<String> concurrency, TimeSource time) {
        this.router = router;
        this.concurrency = concurrency;
        this.time = time;
    }

    /** The lane of a downstream, at the limit that is configured now. */
    Lane of(String name) {
        Lane lane = byName.computeIfAbsent(name, n -> new Lane(n, time, limit(n)));
        lane.ceiling(limit(name));
        return lane;
    }

    /** Those that exist. */
    Collection<Lane> all() {
        return byName.values();
    }

    /** Whether one more attempt would begin at once there. */
    boolean isFree(String downstream) {
        Lane lane = byName.get(downstream);
        if (lane == null) {
            return true;
        }
        LaneStatus status = lane.status();
        return status.stopped().isEmpty()
                && status.waiting() == 0
                && status.running() < status.limit();
    }

    /** How each goes, by name, without the one that leads nowhere. */
    List<LaneStatus> status() {
        return byName.values().stream()
                .filter(lane -> !lane.name().equals(Attempts.NO_DOWNSTREAM))
                .map(Lane::status)
                .sorted(Comparator.comparing(LaneStatus::downstream))
                .toList();
    }

    /** Whether every downstream of a route has a place; takes the places if so. */
    boolean hasPlace(String route) {
        for (String name : namesOf(route)) {
            if (!of(name).reserve()) {
                // places taken for the others come back at the end of the round
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the lanes of these downstreams have a place, kept for an entry or free.
     *
     * @param route by which it was claimed: what {@link #hasPlace} was asked about
     */
    boolean hasPlaceNow(String route, Set<String> names) {
        Set<String> kept = namesOf(route);
        return names.stream().allMatch(name -> kept.contains(name) || of(name).reserve());
    }

    /** The recipients still to be tried, by the downstream that has them now; never empty. */
    Map<String, List<Recipient>> groups(QueueEntry entry) {
        Map<String, List<Recipient>> groups = new TreeMap<>();
        Optional<String> elsewhere = isNotice(entry) ? router.notices() : Optional.empty();
        for (RecipientStatus r : entry.recipients()) {
            if (r.state().isPending()) {
                String name = nameFor(r.recipient().address(), elsewhere);
                groups.computeIfAbsent(name, n -> new ArrayList<>()).add(r.recipient());
            }
        }
        if (groups.isEmpty()) {
            // nothing is pending: the record that says so was lost; the spool settles it
            groups.put(Attempts.NO_DOWNSTREAM, List.of());
        }
        return groups;
    }

    /** Whether we wrote it: nothing else may leave for domains that are not ours. */
    private static boolean isNotice(QueueEntry entry) {
        return entry.envelope().reversePath().isNull()
                && entry.notes().containsKey(NoticeSender.ABOUT_NOTE);
    }

    /** The downstreams that a route leads to. */
    private Set<String> namesOf(String route) {
        Set<String> names = new HashSet<>();
        for (String part : Route.parts(route)) {
            String own = Route.downstream(part);
            if (own != null && router.has(own)) {
                names.add(own);
                continue;
            }
            Optional<String> name = nameFor(Route.host(part));
            names.add(name.orElse(Attempts.NO_DOWNSTREAM));
            if (name.isEmpty()) {
                // a notice of ours, or mail of a domain that we had: only the entry tells
                router.notices().ifPresent(names::add);
            }
        }
        return names;
    }

    private String nameFor(EmailAddress recipient, Optional<String> elsewhere) {
        if (!router.canSay(recipient)) {
            return Attempts.NO_DOWNSTREAM; // another store than the right one would be a guess
        }
        return router.own(recipient)
                .or(() -> nameFor(recipient.host().ascii()))
                .or(() -> elsewhere)
                .orElse(Attempts.NO_DOWNSTREAM);
    }

    private Optional<String> nameFor(String host) {
        try {
            return router.downstream(Domain.parse(host));
        } catch (InvalidAddressException e) {
            // an address literal, or a route that the index could not number
            return Optional.empty();
        }
    }

    private int limit(String name) {
        return name.equals(Attempts.NO_DOWNSTREAM) ? NOWHERE_AT_ONCE : concurrency.applyAsInt(name);
    }
}
