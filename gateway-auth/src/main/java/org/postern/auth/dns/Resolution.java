package org.postern.auth.dns;

import java.time.Duration;

/**
 * What the servers said to one question, and how long that may be remembered.
 *
 * @param answer the answer, CNAMEs followed
 * @param ttl its time to live as received, not clamped
 */
record Resolution(DnsAnswer<?> answer, Duration ttl) {
    static Resolution failed(DnsAnswer.Reason reason, String detail) {
        return new Resolution(new DnsAnswer.TempError<>(reason, detail), Duration.ZERO);
    }
}
