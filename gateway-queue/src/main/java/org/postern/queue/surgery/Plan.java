package org.postern.queue.surgery;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.QueueEntry;

/**
 * What a change would do, and to exactly which entries.
 *
 * @param id its name, to be given to apply and undo
 * @param action what would be done
 * @param reason why, as given
 * @param actor who made it
 * @param created when
 * @param selection the options that made it
 * @param ids the entries, in order
 * @param bytes content of all of them
 * @param sample the first few, empty for a plan that was read again
 * @param leftOut entries that were selected and are not meant, by the reason in words; empty for a
 *     plan that was read again
 */
public record Plan(
        String id,
        Action action,
        String reason,
        String actor,
        Instant created,
        String selection,
        List<QueueId> ids,
        long bytes,
        List<QueueEntry> sample,
        Map<String, Integer> leftOut) {
    public Plan {
        ids = List.copyOf(ids);
        sample = List.copyOf(sample);
        leftOut = Map.copyOf(leftOut);
    }

    /** How many entries. */
    public int count() {
        return ids.size();
    }

    /** The reason as it is recorded with each entry, so that undo finds what this plan did. */
    String mark() {
        return reason.isEmpty() ? id : id + ": " + reason;
    }
}
