package org.postern.core.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;

/**
 * Section {@code notifications}: what senders are told about their mail (RFC 3464). Only a sender
 * that authenticated is ever told anything.
 *
 * @param enabled whether failures are told at all; without, what fails is held for the postmaster
 * @param postmaster who stands in From and can be written to, or null: postmaster at the hostname
 * @param perHour {@code per-hour}: notices in one hour to all senders together; 0 is none
 * @param perSender {@code per-sender}: notices in one hour to one sender; 0 is none
 * @param successes whether NOTIFY=SUCCESS is answered (RFC 3461, 4.1)
 * @param delays whether a sender is told that a message waits
 * @param delayAfter {@code delay-after}: age from which a message is late
 * @param downstream name of the downstream that relays notices to other people's domains, empty:
 *     the MX hosts of each
 */
public record NotificationsConfig(
        boolean enabled,
        @Nullable EmailAddress postmaster,
        int perHour,
        int perSender,
        boolean successes,
        boolean delays,
        Duration delayAfter,
        String downstream) {
    /** Name of the way to the MX hosts of senders; no downstream may be called so. */
    public static final String MX_ROUTE = "notices";

    /** Failures and asked-for successes, no delays; 200 an hour, 5 to one sender; by MX. */
    public static NotificationsConfig defaults() {
        return new NotificationsConfig(true, null, 200, 5, true, false, Duration.ofHours(4), "");
    }

    /** The downstream by which notices leave for domains that are not ours. */
    public String route() {
        return downstream.isEmpty() ? MX_ROUTE : downstream;
    }
}
