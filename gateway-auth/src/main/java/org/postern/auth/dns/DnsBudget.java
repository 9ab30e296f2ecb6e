package org.postern.auth.dns;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postern.core.time.Deadline;

/**
 * What one message may cost in the DNS: a number of questions, from the cache or not, and an end in
 * time, over all its checks together. Each check has its standard's own limits besides; this one
 * holds when there are five hundred signatures. Thread-safe: checks of one message run side by
 * side.
 */
public final class DnsBudget {
    /**
     * Questions a message may ask where nothing else is said. SPF at its limits needs some 230 for
     * both identities together, everything else fewer than 70.
     */
    public static final int DEFAULT_QUESTIONS = 400;

    private final Deadline deadline;
    private final int limit;
    private final @Nullable DnsRecorder recorder;
    private final AtomicInteger asked = new AtomicInteger();

    private DnsBudget(Deadline deadline, int limit, @Nullable DnsRecorder recorder) {
        this.deadline = deadline;
        this.limit = limit;
        this.recorder = recorder;
    }

    /** Up to this deadline, with {@link #DEFAULT_QUESTIONS}. */
    public static DnsBudget until(Deadline deadline) {
        return new DnsBudget(deadline, DEFAULT_QUESTIONS, null);
    }

    /** Up to this deadline, with at most this many questions. */
    public static DnsBudget of(Deadline deadline, int questions) {
        return new DnsBudget(deadline, questions, null);
    }

    /** The same, and what is asked and answered is kept in {@code recorder}. */
    public static DnsBudget of(Deadline deadline, int questions, DnsRecorder recorder) {
        return new DnsBudget(deadline, questions, recorder);
    }

    /** Called by every {@link DnsClient} with what it answers. */
    void answered(QueryType type, DnsName name, DnsAnswer<?> answer) {
        if (recorder != null) {
            recorder.note(type, name, answer);
        }
    }

    /** Takes one question; false when all are spent. Called by every {@link DnsClient}. */
    public boolean take() {
        if (asked.get() >= limit) {
            return false;
        }
        return asked.incrementAndGet() <= limit;
    }

    /** When the answers must be there. */
    public Deadline deadline() {
        return deadline;
    }

    /** Questions asked so far. */
    public int asked() {
        return Math.min(limit, asked.get());
    }
}
