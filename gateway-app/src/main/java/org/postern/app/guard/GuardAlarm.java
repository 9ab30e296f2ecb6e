package org.postern.app.guard;

import java.time.Instant;

/**
 * A share that has left its band.
 *
 * @param key what it is about: {@code reason:…}, {@code own:…} or {@code domain:…}
 * @param since when it was noticed
 * @param share its share of the messages of the interval, 0 to 1
 * @param usual what is usual
 * @param rule the rule that decides most of them
 * @param cause the likeliest cause, in words
 */
public record GuardAlarm(
        String key, Instant since, double share, double usual, String rule, String cause) {}
