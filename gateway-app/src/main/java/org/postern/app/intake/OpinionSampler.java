package org.postern.app.intake;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.secondopinion.Opinion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks other implementations about a share of the messages ({@code authentication.second-opinion})
 * and counts where they differ. One thread in the background does the asking; a session only keeps
 * the octets of a message that was chosen, and hands them in without waiting. What does not fit, by
 * size or because the queue is full, is dropped and counted. Thread-safe.
 */
public final class OpinionSampler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("second-opinion");

    /** The largest message that is kept for asking. */
    static final int MAX_OCTETS = 256 * 1_024;

    /** Messages that may wait to be asked about. */
    static final int QUEUE = 16;

    private final Others others;
    private final Metrics metrics;
    private final RandomGenerator random;
    private final BlockingQueue<Question> waiting = new ArrayBlockingQueue<>(QUEUE);
    private final Thread asking;

    /** Who is asked. */
    public interface Others {
        /** What they say; may block. */
        List<Opinion> compare(
                AuthenticationRequest request, byte[] message, AuthenticationOutcome ours);
    }

    private record Question(
            String id,
            AuthenticationRequest request,
            ByteArrayOutputStream message,
            AuthenticationOutcome ours) {}

    /** The octets of a chosen message. Used by the session's thread. */
    static final class Sample {
        private @Nullable ByteArrayOutputStream octets = new ByteArrayOutputStream(8_192);

        void write(byte[] block, int offset, int length) {
            if (octets == null) {
                return;
            }
            if (octets.size() + length > MAX_OCTETS) {
                octets = null;
            } else {
                octets.write(block, offset, length);
            }
        }
    }

    /** A sampler that asks these, with its thread started. */
    public OpinionSampler(Others others, Metrics metrics, RandomGenerator random) {
        this.others = others;
        this.metrics = metrics;
        this.random = random;
        this.asking = Thread.ofVirtual().name("second-opinion").start(this::run);
    }

    /** Something to keep a message's octets in if it is one of the chosen, else null. */
    @Nullable Sample begin(double share) {
        return share > 0 && random.nextDouble() < share ? new Sample() : null;
    }

    /** Has others asked about a chosen message, some time; never waits. */
    void ask(Sample sample, String id, AuthenticationRequest request, AuthenticationOutcome ours) {
        ByteArrayOutputStream octets = sample.octets;
        if (octets == null) {
            dropped("too-large");
        } else if (!waiting.offer(new Question(id, request, octets, ours))) {
            dropped("queue-full");
        }
    }

    private void dropped(String reason) {
        metrics.count("auth.second.opinion.dropped", "reason", reason);
    }

    private void run() {
        try {
            while (true) {
                answer(waiting.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void answer(Question question) {
        try {
            for (Opinion opinion :
                    others.compare(
                            question.request(),
                            question.message().toByteArray(),
                            question.ours())) {
                count(question.id(), opinion);
            }
        } catch (RuntimeException | StackOverflowError e) {
            // what other people's code does with hostile input must not end the asking
            dropped("failed");
            LOG.warn("no second opinion on {}: {}", question.id(), e.toString(), e);
        }
    }

    private void count(String id, Opinion opinion) {
        metrics.count(
                "auth.second.opinion",
                "method",
                opinion.subject(),
                "result",
                opinion.agrees() ? "agree" : "differ",
                "reason",
                opinion.reason());
        if (!opinion.agrees()) {
            LOG.info(
                    "{} differs on {} of {}: it says {}, we say {} ({})",
                    opinion.source(),
                    opinion.subject(),
                    id,
                    opinion.result(),
                    opinion.ours(),
                    opinion.reason());
        }
    }

    /** Stops asking; what waits is let go. */
    @Override
    public void close() {
        asking.interrupt();
    }
}
