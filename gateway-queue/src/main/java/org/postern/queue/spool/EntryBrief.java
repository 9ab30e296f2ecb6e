package org.postern.queue.spool;

import java.time.Duration;
import org.postern.core.mail.QueueId;

/**
 * What the index knows of an entry, told without a look at the disk: enough for sums over a whole
 * queue, and for leaving out what a selection cannot mean.
 *
 * @param id queue id
 * @param state recorded state
 * @param active whether an attempt is under way
 * @param ageSeconds how long the gateway has had it, counting only time that it was running
 * @param waitSeconds until something is to be done about it (the next attempt, the end of the
 *     trash), negative when overdue; says nothing about a held one
 * @param size octets of received content, at most {@link Integer#MAX_VALUE}
 * @param route the recipients' domains in A-labels and their own downstreams ({@link Route}); empty
 *     where the index has no room for it: then only the entry itself knows
 * @param sender fingerprint of the reverse-path, 0 when it is not known
 * @param senderDomain fingerprint of the reverse-path's domain, 0 when it is not known
 * @param recipient fingerprint of the recipient where there is one only, 0 otherwise
 */
public record EntryBrief(
        QueueId id,
        EntryState state,
        boolean active,
        int ageSeconds,
        int waitSeconds,
        int size,
        String route,
        int sender,
        int senderDomain,
        int recipient) {

    /** The age as a duration. */
    public Duration age() {
        return Duration.ofSeconds(ageSeconds);
    }

    /** Whether it may be from this address ("" is the null reverse-path); false is certain. */
    public boolean mayBeFrom(String address) {
        return sender == 0 || sender == Fingerprint.of(address);
    }

    /** Whether it may be from an address of this domain in A-labels; false is certain. */
    public boolean mayBeFromDomain(String domain) {
        return senderDomain == 0 || senderDomain == Fingerprint.of(domain);
    }

    /** Whether this address may be among the recipients; false is certain. */
    public boolean mayBeTo(String address) {
        return recipient == 0 || recipient == Fingerprint.of(address);
    }

    /** Whether a recipient may have this domain, in A-labels; false is certain. */
    public boolean mayBeToDomain(String domain) {
        if (route.isEmpty()) {
            return true;
        }
        int at = route.indexOf(domain);
        while (at >= 0) {
            int end = at + domain.length();
            if ((at == 0 || route.charAt(at - 1) == ',')
                    && (end == route.length() || !Route.isOfHost(route.charAt(end)))) {
                return true;
            }
            at = route.indexOf(domain, at + 1);
        }
        return false;
    }
}
