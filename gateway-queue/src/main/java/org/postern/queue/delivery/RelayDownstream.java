package org.postern.queue.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.mail.Recipient;
import org.postern.queue.delivery.RecipientOutcome.Delivered;

/**
 * Delivers by SMTP or LMTP. Attempts beyond the configured number of connections wait for one to be
 * free. A message with more recipients than the downstream takes at once goes out in several
 * transactions, one after another on the same connection.
 *
 * <p>Thread-safe. How it fails: see {@link Transaction} and {@link Connector}.
 */
final class RelayDownstream implements Downstream {
    /** Recipients in one transaction where nothing is announced (RFC 5321, 4.5.3.1.8). */
    private static final int BATCH = 100;

    /** The most that is believed of an announcement (RFC 9422). */
    private static final int MAX_BATCH = 1_000;

    private final DownstreamConfig config;
    private final DeliveryEnvironment environment;
    private final Semaphore permits;
    private final Tally tally;
    private final Watchdog watchdog;
    private final ConnectionPool pool;
    private final Connector connector;
    private volatile boolean closed;

    RelayDownstream(DownstreamConfig config, DeliveryEnvironment environment) {
        this(config, environment, new Watchdog(config.name(), environment.time()), false);
    }

    /**
     * @param watchdog closed with this
     * @param foreign whether this is somebody else's domain
     */
    RelayDownstream(
            DownstreamConfig config,
            DeliveryEnvironment environment,
            Watchdog watchdog,
            boolean foreign) {
        this.config = config;
        this.environment = environment;
        this.permits = new Semaphore(config.connections(), true);
        this.tally = new Tally(environment.time());
        this.watchdog = watchdog;
        this.pool = new ConnectionPool(environment.time(), watchdog);
        this.connector = new Connector(config, environment, watchdog, foreign);
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public DeliveryReport deliver(DeliveryRequest request) throws InterruptedException {
        long start = environment.time().nanoTime();
        permits.acquire();
        tally.begin();
        try {
            Attempt attempt = new Attempt(request);
            attempt.run();
            boolean interrupted = Thread.currentThread().isInterrupted() && !attempt.contentSent;
            if (interrupted || (request.point().isBrokenOff() && attempt.decidedNothing())) {
                throw new InterruptedException("the attempt was interrupted");
            }
            return attempt.report(Duration.ofNanos(environment.time().nanoTime() - start));
        } finally {
            tally.end();
            permits.release();
        }
    }

    @Override
    public boolean isFinalStore() {
        return switch (config.target()) {
            case Target.Lmtp _, Target.LmtpUnix _, Target.Maildir _ -> true;
            case Target.Smtp _ -> false;
        };
    }

    @Override
    public DownstreamStatus status() {
        return tally.status(config.name(), pool.size());
    }

    @Override
    public void close() {
        closed = true;
        pool.close();
        watchdog.close();
    }

    /** One call of {@link #deliver}. */
    private final class Attempt {
        private final DeliveryRequest request;
        private final Map<Recipient, RecipientOutcome> outcomes = new LinkedHashMap<>();
        private String peer = config.name();
        private @Nullable String tls;
        private @Nullable Step trouble;
        private boolean contentSent;
        private boolean dsnPassedOn;

        Attempt(DeliveryRequest request) {
            this.request = request;
        }

        void run() {
            // RFC 5321, 4.5.4.1: one copy for several recipients, so each is named once
            Deque<Recipient> due =
                    new ArrayDeque<>(new LinkedHashSet<>(request.envelope().recipients()));
            if (closed) {
                endAll(
                        due,
                        Step.CONNECT,
                        Outcomes.deferred("4.3.2", config.name() + " is shutting down"));
                return;
            }
            boolean fresh = false;
            while (!due.isEmpty()) {
                if (request.point().isBrokenOff()) {
                    endAll(due, Step.LOCAL, Outcomes.stopping());
                    return;
                }
                Connection connection = connection(fresh, due);
                if (connection == null) {
                    return;
                }
                fresh = transactions(connection, due);
            }
        }

        private @Nullable Connection connection(boolean fresh, Deque<Recipient> due) {
            Connection idle = fresh ? null : pool.take();
            if (idle != null) {
                tally.connectionReused();
                return idle;
            }
            try {
                Connection opened = connector.open();
                tally.connectionOpened();
                return opened;
            } catch (RelayException e) {
                endAll(due, e.step(), e.outcome());
                return null;
            }
        }

        /**
         * Sends to all that are due, over one connection for as long as it lasts.
         *
         * @return whether the connection was dead before it was used: a new one is to be tried
         */
        private boolean transactions(Connection connection, Deque<Recipient> due) {
            peer = connection.peer();
            tls = connection.tls();
            boolean used = connection.messages() > 0;
            try {
                if (!introduce(connection)) {
                    ConnectionPool.farewell(connection);
                    return true;
                }
            } catch (ClientIntroduction.Refused e) {
                refuseAll(due, e.outcome());
                return false;
            } catch (RelayException e) {
                if (used) {
                    return true; // dead while it was idle, or as good as dead
                }
                endAll(due, e.step(), e.outcome());
                return false;
            }
            do {
                List<Recipient> batch = batch(connection, due);
                Transaction.Result result = new Transaction(connection, request, batch).run();
                if (result.stale()) {
                    batch.reversed().forEach(due::addFirst);
                    return true;
                }
                outcomes.putAll(result.outcomes());
                contentSent |= result.contentSent();
                dsnPassedOn = result.dsnPassedOn();
                result.tooMany().reversed().forEach(due::addFirst);
                RelayException broken = result.trouble();
                if (broken != null) {
                    endAll(due, broken.step(), broken.outcome());
                }
            } while (!due.isEmpty() && connection.isUsable() && !request.point().isBrokenOff());
            pool.give(connection);
            return false;
        }

        /**
         * Names the client by XCLIENT where that is wanted.
         *
         * @return whether the message may go this way: false on a connection that still stands for
         *     another message's client and cannot be told otherwise
         */
        private boolean introduce(Connection connection) throws RelayException {
            MessageOrigin origin = config.xclient() ? request.origin() : null;
            if (origin == null || connection.extensions().xclient().isEmpty()) {
                return !connection.isIntroduced();
            }
            ClientIntroduction.of(origin).tell(connection, environment.hostname());
            return true;
        }

        private List<Recipient> batch(Connection connection, Deque<Recipient> due) {
            int announced = connection.extensions().recipientMax();
            int most = announced > 0 ? Math.min(announced, MAX_BATCH) : BATCH;
            List<Recipient> batch = new ArrayList<>(Math.min(most, due.size()));
            while (batch.size() < most && !due.isEmpty()) {
                batch.add(due.removeFirst());
            }
            return batch;
        }

        private void endAll(Deque<Recipient> due, Step step, RecipientOutcome outcome) {
            if (!(outcome instanceof RecipientOutcome.Failed)) {
                trouble = step;
            }
            tally.troubled(outcome.reply().toString());
            refuseAll(due, outcome);
        }

        /** Its answer for all that are left; the downstream itself is well. */
        private void refuseAll(Deque<Recipient> due, RecipientOutcome outcome) {
            for (Recipient r : due) {
                outcomes.put(r, outcome);
            }
            due.clear();
        }

        /** Whether another attempt finds everything as this one did. */
        boolean decidedNothing() {
            return outcomes.values().stream()
                    .allMatch(o ->
                            o instanceof RecipientOutcome.Deferred d
                                    && !d.fromDownstream()
                                    && !d.maybeDelivered());
        }

        DeliveryReport report(Duration elapsed) {
            Map<Recipient, RecipientOutcome> ordered = new LinkedHashMap<>();
            for (Recipient r : request.envelope().recipients()) {
                ordered.put(r, Objects.requireNonNull(outcomes.get(r), "every recipient ends"));
            }
            if (request.point().isBrokenOff()) {
                // whatever broke after that was we
                trouble = trouble == null ? null : Step.LOCAL;
            }
            DeliveryReport report =
                    new DeliveryReport(ordered, peer, trouble, tls, dsnPassedOn, elapsed);
            if (ordered.values().stream().anyMatch(o -> o instanceof Delivered)) {
                tally.succeeded();
            }
            return report;
        }
    }
}
