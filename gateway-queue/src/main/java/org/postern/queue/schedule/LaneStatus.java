package org.postern.queue.schedule;

import java.time.Duration;

/**
 * How the attempts towards one downstream go.
 *
 * @param downstream its name
 * @param running attempts under way
 * @param waiting attempts that wait for their turn
 * @param limit attempts that may be under way now
 * @param ceiling the most that its configuration allows
 * @param stopped why nothing is tried now, empty when it is: paused by a person, or the circuit is
 *     open
 * @param stoppedFor how long it stays so unless something changes, zero when it is not stopped
 */
public record LaneStatus(
        String downstream,
        int running,
        int waiting,
        int limit,
        int ceiling,
        String stopped,
        Duration stoppedFor) {}
