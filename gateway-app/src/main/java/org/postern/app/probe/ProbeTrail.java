package org.postern.app.probe;

import java.util.HashMap;
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
 * Where the last {@value #CAPACITY} messages stand, so that the probe can follow its own: those
 * that it {@link #follow}s are kept for as long as it does, whatever comes after them. All are
 * noted, since an attempt can be told before the message that it is about, and both before the
 * reply that names it. Hears what the journal hears, also where none is kept. Thread-safe; memory
 * is bounded by the capacity and by what is followed.
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

    private final Map<QueueId, Trail> followed = new HashMap<>();

    /** One message that is followed, until it is closed. */
    final class Following implements AutoCloseable {
        private final QueueId id;

        private Following(QueueId id) {
            this.id = id;
        }

        /** Where it stands; null when nothing was heard of it. */
        @Nullable Trail now() {
            synchronized (trails) {
                Trail trail = followed.get(id);
                return Trail.NEW.equals(trail) ? null : trail;
            }
        }

        @Override
        public void close() {
            synchronized (trails) {
                followed.remove(id);
            }
        }
    }

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
            Map<QueueId, Trail> among = followed.containsKey(id) ? followed : trails;
            among.put(id, how.apply(among.getOrDefault(id, Trail.NEW)));
        }
    }

    /** Follows a message, from what was heard of it lately. */
    Following follow(QueueId id) {
        synchronized (trails) {
            followed.put(id, trails.getOrDefault(id, Trail.NEW));
            return new Following(id);
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
