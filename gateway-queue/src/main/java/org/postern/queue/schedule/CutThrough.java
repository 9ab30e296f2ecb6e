package org.postern.queue.schedule;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.postern.core.mail.QueueId;
import org.postern.core.reply.SmtpReply;

/**
 * Sessions that wait for what the downstream says of the message that they have just stored. The
 * message is durable before anybody waits, and is delivered by the schedule like any other; here
 * the session is told how the first attempt went.
 *
 * <p>One of two has the last word on a refusal, and never both: either the session has stopped
 * waiting and has said 250, and then the refusal is a failure like any other; or the attempt takes
 * the refusal for the session, and then the entry ends durably before the session says 5yz.
 * Thread-safe.
 */
public final class CutThrough {
    private final Map<QueueId, Ticket> waiting = new ConcurrentHashMap<>();

    CutThrough() {}

    /** What the session learns. */
    public sealed interface Answer {
        /** Every recipient has it; the spool has let it go. */
        record Delivered() implements Answer {}

        /**
         * Every recipient was refused for good; the spool has let it go, and nobody will be told
         * but by this reply.
         *
         * @param reply the downstream's 5yz reply for the first recipient
         */
        record Refused(SmtpReply reply) implements Answer {}

        /** Anything else: the spool has it, and sees to it. */
        record Spooled() implements Answer {}
    }

    private enum Phase {
        WAITING,
        REFUSING,
        OVER
    }

    /** A session's wait for one message; closed when it has its answer or gives up. */
    public final class Ticket implements AutoCloseable {
        private final QueueId id;
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();
        private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);

        private Ticket(QueueId id) {
            this.id = id;
        }

        /**
         * Waits for the first attempt. After {@code patience} the answer is {@code Spooled}, unless
         * a refusal is just being recorded: that is waited for.
         */
        public Answer await(Duration patience) {
            try {
                return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return giveUp();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return giveUp();
            } catch (ExecutionException e) {
                throw new IllegalStateException("nobody completes it so", e);
            }
        }

        private Answer giveUp() {
            return phase.compareAndSet(Phase.WAITING, Phase.OVER)
                    ? new Answer.Spooled()
                    : answer.join();
        }

        /** The entry has ended durably, or could not be ended. */
        void refused(Answer said) {
            phase.set(Phase.OVER);
            answer.complete(said);
        }

        @Override
        public void close() {
            phase.compareAndSet(Phase.WAITING, Phase.OVER);
            waiting.remove(id, this);
        }
    }

    /** A session will wait for this message; to be called before it is committed. */
    public Ticket expect(QueueId id) {
        Ticket ticket = new Ticket(id);
        waiting.put(id, ticket);
        return ticket;
    }

    /**
     * Takes a refusal for the session that waits, if one still does: from now on it must say it.
     */
    Optional<Ticket> refusing(QueueId id) {
        return Optional.ofNullable(waiting.get(id))
                .filter(t -> t.phase.compareAndSet(Phase.WAITING, Phase.REFUSING));
    }

    /** The first attempt is over, without a refusal for the session. */
    void over(QueueId id, boolean delivered) {
        Ticket ticket = waiting.get(id);
        if (ticket != null && ticket.phase.compareAndSet(Phase.WAITING, Phase.OVER)) {
            ticket.answer.complete(delivered ? new Answer.Delivered() : new Answer.Spooled());
        }
    }
}
