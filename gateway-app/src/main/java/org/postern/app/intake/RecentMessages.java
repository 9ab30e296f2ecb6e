package org.postern.app.intake;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.QueueId;

/**
 * The story of the last {@value #CAPACITY} accepted messages, step by step, in memory: what {@code
 * send-test} follows and {@code queue show} adds to a message's state. Lost at a restart; the log
 * keeps the same steps. Thread-safe.
 */
public final class RecentMessages {
    /** Messages remembered; the oldest is forgotten first. */
    public static final int CAPACITY = 2_000;

    private static final int MAX_STEPS = 200;

    private final Map<QueueId, List<Step>> stories =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<QueueId, List<Step>> eldest) {
                    return size() > CAPACITY;
                }
            };

    /**
     * One step.
     *
     * @param at wall-clock time
     * @param text what happened, for people
     * @param progress where the message stands after it
     */
    public record Step(Instant at, String text, Progress progress) {}

    /** Where a message stands. */
    public enum Progress {
        /** More steps follow by themselves. */
        UNDER_WAY,
        /** Every recipient has it. */
        DELIVERED,
        /** Nothing more happens until somebody acts. */
        HELD
    }

    /** Adds a step to a message's story, up to {@value #MAX_STEPS}. */
    public void add(QueueId id, Step step) {
        synchronized (stories) {
            List<Step> steps = stories.computeIfAbsent(id, _ -> new ArrayList<>(4));
            if (steps.size() < MAX_STEPS) {
                steps.add(step);
            }
        }
    }

    /** The steps of a message so far; empty when it is not remembered. */
    public List<Step> story(QueueId id) {
        synchronized (stories) {
            return List.copyOf(stories.getOrDefault(id, List.of()));
        }
    }
}
