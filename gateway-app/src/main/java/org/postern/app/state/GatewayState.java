package org.postern.app.state;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.spool.Spool;
import org.postern.queue.surgery.Surgeon;
import org.postern.smtp.admission.OverloadController;

/** The running gateway as who watches or shows it sees it. Thread-safe; every answer is quick. */
public interface GatewayState {
    /** The version of the program. */
    String version();

    /** How long it has been running. */
    Duration uptime();

    /** The configuration in force. */
    Snapshot snapshot();

    /** Where it listens, with the ports really bound; empty before and after. */
    List<InetSocketAddress> listeners();

    /** SMTP connections open now. */
    int connections();

    /** The overload controller. */
    OverloadController overload();

    /** The spool. */
    Spool spool();

    /** Who changes the queue by plan. */
    Surgeon surgeon();

    /** What people tell the relay. */
    RelayControl relay();

    /** Tells the relay that entries may have become due. */
    void wakeRelay();

    /** The downstreams, by name. */
    List<Downstream> downstreams();

    /** Whether it is taking mail, part by part. */
    List<Part> parts();

    /** The alerts that are active, the most urgent first. */
    default List<Alert> alerts() {
        return List.of();
    }

    /**
     * Reads the configuration again and puts it into force, or keeps the old one.
     *
     * @param confirmed whether recipient files may lose as many as they were refused for
     */
    SnapshotResult reload(boolean confirmed);

    /** The last reload if it was refused: an older configuration is in force. */
    Optional<Snapshots.Refusal> refusal();

    /**
     * One part of readiness.
     *
     * @param name such as {@code spool}
     * @param ready whether it is well
     * @param detail why not, or a word on how; one line
     */
    record Part(String name, boolean ready, String detail) {
        /**
         * Whether mail is taken without it: a stepped clock stamps it, without a relay it waits.
         */
        public boolean leavesMailAlone() {
            return name.equals("clock") || name.equals("relay");
        }
    }

    /**
     * What decisions lean on beside the gateway itself: services of others, and rules that have an
     * end; mail is taken without them as well.
     */
    List<Helper> helpers();

    /**
     * A service of somebody else, or a rule whose time is over.
     *
     * @param kind such as {@code dns list}
     * @param name its name in the configuration
     * @param well whether it is of use now
     * @param detail how it is; one line
     */
    record Helper(String kind, String name, boolean well, String detail) {}

    /** Whether every part is ready. */
    default boolean ready() {
        return parts().stream().allMatch(Part::ready);
    }
}
