package org.postern.queue.delivery;

import java.time.Duration;

/**
 * How long each step may take, from the one time-out of the configuration (RFC 5321, 4.5.3.2; its
 * figures are met with the default of five minutes).
 *
 * @param connect for one address to answer: the time-out, at most 30 s
 * @param reply for one whole reply, also when it comes octet by octet: the time-out
 * @param block for the downstream to take one block of content: the time-out, at most 3 min
 * @param content for the whole content: six times the time-out
 * @param finalReply for the replies after the content: twice the time-out, because hanging up here
 *     is what makes duplicates (RFC 5321, 4.5.3.2.6)
 * @param quit for the farewell: the time-out, at most 5 s
 */
record Timeouts(
        Duration connect,
        Duration reply,
        Duration block,
        Duration content,
        Duration finalReply,
        Duration quit) {

    static Timeouts of(Duration timeout) {
        return new Timeouts(
                atMost(timeout, Duration.ofSeconds(30)),
                timeout,
                atMost(timeout, Duration.ofMinutes(3)),
                timeout.multipliedBy(6),
                timeout.multipliedBy(2),
                atMost(timeout, Duration.ofSeconds(5)));
    }

    private static Duration atMost(Duration value, Duration max) {
        return value.compareTo(max) > 0 ? max : value;
    }
}
