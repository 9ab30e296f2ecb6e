package org.postern.queue.surgery;

import java.util.List;
import org.postern.core.mail.QueueId;

/**
 * A person did something to entries; told after it is durable.
 *
 * @param what what: the word of the command, such as {@code drop}, {@code undo}, {@code retry} or
 *     {@code reinject}
 * @param plan the plan's id, empty where there was none
 * @param actor who
 * @param reason why, as given, may be empty
 * @param selection the options that named the entries, empty where ids did
 * @param ids the entries it was done to, in order
 */
public record SurgeryEvent(
        String what,
        String plan,
        String actor,
        String reason,
        String selection,
        List<QueueId> ids) {
    public SurgeryEvent {
        ids = List.copyOf(ids);
    }
}
