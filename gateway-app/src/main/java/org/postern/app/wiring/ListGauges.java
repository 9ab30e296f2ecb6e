package org.postern.app.wiring;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.postern.app.telemetry.Metrics;
import org.postern.app.telemetry.NamedGauges;
import org.postern.core.lists.AccessLists;

/**
 * How many entries of each list are in force and how many have expired, for {@code allow}, {@code
 * deny} and every list of one's own: a list that was emptied by mistake shows. The names are those
 * of the configuration in force. Thread-safe.
 */
final class ListGauges {
    private final Supplier<AccessLists> lists;
    private final NamedGauges gauges;

    ListGauges(Metrics metrics, Supplier<AccessLists> lists) {
        this.lists = lists;
        this.gauges =
                new NamedGauges(metrics)
                        .gauge("lists.entries", name -> lists.get().inForce(name), "list")
                        .gauge("lists.expired", name -> lists.get().expired(name), "list");
        follow();
    }

    /** The lists may be others now. */
    void follow() {
        Set<String> now = new HashSet<>(lists.get().names());
        now.addAll(List.of("allow", "deny"));
        gauges.show(now);
    }
}
