package org.postern.queue.delivery;

/**
 * A place that takes accepted mail: a mailbox store, a mail server behind us, a Maildir.
 *
 * <p>Thread-safe. {@link #deliver} is called by the schedule, one virtual thread for each attempt;
 * it blocks for as long as the downstream takes, within the time-outs of its configuration. How it
 * fails: by an outcome for each recipient, never by an exception.
 */
public interface Downstream extends AutoCloseable {
    /** Its name in status, metrics and logs. */
    String name();

    /**
     * Makes one attempt.
     *
     * @return an outcome for every recipient of the request's envelope
     * @throws InterruptedException if the attempt is broken off, or its thread interrupted, before
     *     anything was decided: as if it had not begun
     */
    DeliveryReport deliver(DeliveryRequest request) throws InterruptedException;

    /**
     * Whether it puts mail into mailboxes: what it has taken is delivered (RFC 3464, 2.3.3), while
     * anything else has only been relayed.
     */
    default boolean isFinalStore() {
        return false;
    }

    /** What the downstream looks like now; cheap, for status and metrics. */
    DownstreamStatus status();

    /**
     * Closes idle connections and takes no more: later attempts are deferred. Attempts that are
     * under way end by themselves. Does not block.
     */
    @Override
    void close();
}
