package org.postern.app.wiring;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.PosternConfig;
import org.postern.queue.delivery.DeliveryEnvironment;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.Downstreams;

/**
 * The downstreams of one configuration, by name. The next table takes over those that have not
 * changed, with their connections. Immutable.
 */
final class DownstreamTable implements AutoCloseable {
    private final Map<String, Entry> entries;
    private final Map<String, Downstream> clients;

    /** A client and what it was made from. */
    private record Entry(DownstreamConfig config, Downstream client) {}

    private DownstreamTable(Map<String, Entry> entries) {
        this.entries = Map.copyOf(entries);
        Map<String, Downstream> byName = new HashMap<>();
        entries.forEach((name, entry) -> byName.put(name, entry.client()));
        this.clients = Map.copyOf(byName);
    }

    static DownstreamTable of(PosternConfig config, DeliveryEnvironment environment) {
        return new DownstreamTable(Map.of()).next(config, environment);
    }

    /** The table for another configuration, with the clients that have not changed. */
    DownstreamTable next(PosternConfig config, DeliveryEnvironment environment) {
        Map<String, Entry> next = new HashMap<>();
        for (DownstreamConfig wanted : config.downstreams().values()) {
            Entry before = entries.get(wanted.name());
            next.put(
                    wanted.name(),
                    before != null && before.config().equals(wanted)
                            ? before
                            : new Entry(wanted, Downstreams.create(wanted, environment)));
        }
        return new DownstreamTable(next);
    }

    /** Closes the clients that the next table did not take over. */
    void closeWhatIsNotIn(DownstreamTable next) {
        for (Entry entry : entries.values()) {
            if (!next.entries.containsValue(entry)) {
                entry.client().close();
            }
        }
    }

    Map<String, Downstream> byName() {
        return clients;
    }

    List<Downstream> all() {
        return clients.values().stream().sorted(Comparator.comparing(Downstream::name)).toList();
    }

    @Override
    public void close() {
        entries.values().forEach(e -> e.client().close());
    }
}
