package org.postern.app.probe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Evidence;
import org.postern.core.journal.Journal;
import org.postern.core.journal.JournalEvent;
import org.postern.core.mail.QueueId;

/**
 * Where the last {@value #CAPACITY} messages stand, so that the probe can follow its own. All are
 * noted, since an attempt can be told before the message that it is about. Hears what the journal
 * hears, also where none is kept. Thread-safe; memory is bounded by the capacity.
 */
public final class ProbeTrail implements Journal {
    private static final int CAPACITY = 2_000;

    private final Map<QueueId, Trail> trails =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<QueueId, Trail> eldest) {
                    return size() > CAPACITY;
                }
            };

    /**
     * One message.
     *
     * @param results what the checks said, as {@code method=result} words; null until it is known
     * @param place where it stands
     * @param last what was heard last, for people
     */
    record Trail(@Nullable String results, Place place, String last) {
        private static final Trail NEW = new Trail(null, Place.UNDER_WAY, "not tried yet");

        private Trail moved(Place to, String text) {
            return new Trail(results, to, text);
        }
    }

    /** Where a message stands. */
    enum Place {
        /** In the queue. */
        UNDER_WAY,
        /** The downstream has it. */
        DELIVERED,
        /** On hold, or given up: it will not arrive by itself. */
        STOPPED
    }

    @Override
    public void append(JournalEvent event) {
        switch (event) {
            case JournalEvent.Message message -> {
                QueueId id = message.id();
                if (id != null) {
                    Evidence evidence = message.evidence();
                    String results = evidence == null ? "" : words(evidence.verdicts());
                    change(id, old -> new Trail(results, old.place(), old.last()));
                }
            }
            case JournalEvent.Attempt attempt ->
                    change(
                            attempt.id(),
                            old ->
                                    old.moved(
                                            switch (attempt.outcome()) {
                                                case "delivered" -> Place.DELIVERED;
                                                case "deferred" -> Place.UNDER_WAY;
                                                default -> Place.STOPPED;
                                            },
                                            attempt.downstream() + ": " + attempt.reply()));
            case JournalEvent.Progress progress -> {
                if (progress.kind() == JournalEvent.Progress.Kind.HELD) {
                    change(
                            progress.id(),
                            old -> old.moved(Place.STOPPED, "held: " + progress.text()));
                }
            }
            case JournalEvent.Connection _,
                    JournalEvent.Refusal _,
                    JournalEvent.Operation _,
                    JournalEvent.Configuration _,
                    JournalEvent.Witness _ -> {
                // nothing that a probe is followed by
            }
        }
    }

    private void change(QueueId id, UnaryOperator<Trail> how) {
        synchronized (trails) {
            trails.put(id, how.apply(trails.getOrDefault(id, Trail.NEW)));
        }
    }

    /** Where a message stands; null when nothing was heard of it. */
    @Nullable Trail of(QueueId id) {
        synchronized (trails) {
            return trails.get(id);
        }
    }

    private static String words(Verdicts verdicts) {
        StringJoiner words = new StringJoiner(" ");
        words.add("spf=" + verdicts.spf().result().word());
        words.add("iprev=" + verdicts.iprev().result().word());
        if (verdicts.dkim().isEmpty()) {
            words.add("dkim=none");
        }
        for (DkimResult one : verdicts.dkim()) {
            words.add("dkim=" + one.result().word());
        }
        words.add("arc=" + verdicts.arc().result().word());
        words.add("dmarc=" + verdicts.dmarc().result().word());
        return words.toString();
    }
}
