package org.postern.queue.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a downstream looks like at one moment.
 *
 * @param name its name
 * @param busy attempts under way
 * @param idle connections kept open for the next message
 * @param opened connections opened since the start
 * @param reused messages sent over a connection that had carried one before
 * @param lastTrouble the last trouble with the downstream itself (not with a recipient), or null
 * @param lastTroubleAt when that was, or null
 * @param lastSuccessAt when it last took a message, or null
 */
public record DownstreamStatus(
        String name,
        int busy,
        int idle,
        long opened,
        long reused,
        @Nullable String lastTrouble,
        @Nullable Instant lastTroubleAt,
        @Nullable Instant lastSuccessAt) {}
