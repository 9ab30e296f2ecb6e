package org.postern.app.wiring;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.postern.app.telemetry.Metrics;
import org.postern.core.lists.AccessLists;

/**
 * How many entries of each list are in force and how many have expired, for {@code allow}, {@code
 * deny} and every list of one's own: a list that was emptied by mistake shows. The names are those
 * of the configuration in force. Thread-safe.
 */
final class ListGauges {
    private final Metrics metrics;
    private final Supplier<AccessLists> lists;
    private final Set<String> shown = new HashSet<>();

    ListGauges(Metrics metrics, Supplier<AccessLists> lists) {
        this.metrics = metrics;
        this.lists = lists;
        follow();
    }

    /** The lists may be others now. */
    synchronized void follow() {
        Set<String> now = new HashSet<>(lists.get().names());
        now.addAll(List.of("allow", "deny"));
        for (String name : now) {
            if (shown.add(name)) {
                metrics.gauge("lists.entries", () -> lists.get().inForce(name), "list", name);
                metrics.gauge("lists.expired", () -> lists.get().expired(name), "list", name);
            }
        }
        shown.removeIf(name -> {
            boolean gone = !now.contains(name);
            if (gone) {
                metrics.forget("lists.entries", "list", name);
                metrics.forget("lists.expired", "list", name);
            }
            return gone;
        });
    }
}
