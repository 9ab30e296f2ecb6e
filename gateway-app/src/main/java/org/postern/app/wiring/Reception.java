package org.postern.app.wiring;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.postern.app.admin.ListRoutes;
import org.postern.app.admin.Route;
import org.postern.app.lists.AddedLists;
import org.postern.app.telemetry.Metrics;
import org.postern.core.time.TimeSource;

/**
 * What decides who may send and who can receive, beyond the snapshot itself: the parts that learn,
 * ask others or are changed while the gateway runs.
 */
final class Reception {
    private final TimeSource time;
    private final AddedLists lists;

    /** The parts for this configuration. */
    Reception(LiveConfiguration live, Metrics metrics, TimeSource time) {
        this.time = time;
        Path data = live.config().data();
        this.lists = new AddedLists(data, time, live::refreshLists);
        metrics.gauge("lists.entries", () -> live.snapshot().lists().allowSize(), "list", "allow");
        metrics.gauge("lists.entries", () -> live.snapshot().lists().denySize(), "list", "deny");
    }

    /** The paths of the admin listener that these parts answer. */
    List<Route> routes() {
        return new ArrayList<>(new ListRoutes(lists, time).routes());
    }
}
