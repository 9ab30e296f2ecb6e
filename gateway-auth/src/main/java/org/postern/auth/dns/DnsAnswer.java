package org.postern.auth.dns;

import java.time.Duration;
import java.util.List;

/**
 * What a question brought. There is no exception for a DNS trouble: it is an answer like the
 * others, and whoever switches over answers has to say what it means.
 *
 * @param <T> what one record says
 */
public sealed interface DnsAnswer<T> {
    /** The records, in the order in which they came; none unless {@link Found}. */
    default List<T> records() {
        return List.of();
    }

    /**
     * There are records of the type asked for, reached through CNAMEs perhaps.
     *
     * @param records at least one; the list cannot be changed, and what is in it is shared with
     *     other callers
     * @param ttl the smallest time to live on the way to them, clamped, at the time of the look-up
     * @param authentic whether a trusted resolver validated them by DNSSEC (AD, RFC 6840, 5.8)
     * @param stale whether they are past their time to live, given because nobody answers now (RFC
     *     8767)
     */
    record Found<T>(List<T> records, Duration ttl, boolean authentic, boolean stale)
            implements DnsAnswer<T> {
        public Found {
            records = List.copyOf(records);
            if (records.isEmpty()) {
                throw new IllegalArgumentException("found no record");
            }
        }

        /** Records from a fresh answer without DNSSEC. */
        public static <T> Found<T> of(List<T> records, Duration ttl) {
            return new Found<>(records, ttl, false, false);
        }
    }

    /**
     * The name exists and has no record of the type.
     *
     * @param authentic whether a trusted resolver validated that
     */
    record NoData<T>(boolean authentic) implements DnsAnswer<T> {}

    /**
     * The name does not exist (RCODE 3).
     *
     * @param authentic whether a trusted resolver validated that
     */
    record NxDomain<T>(boolean authentic) implements DnsAnswer<T> {}

    /**
     * It cannot be known now. Never to be read as "there is none".
     *
     * @param reason what went wrong
     * @param detail one line for people: which server said what
     */
    record TempError<T>(Reason reason, String detail) implements DnsAnswer<T> {}

    /** Why a question has no answer. */
    enum Reason {
        /** Nobody answered in time. */
        TIMEOUT("timeout"),
        /** A server failed (RCODE 2), often because DNSSEC does not validate. */
        SERVFAIL("servfail"),
        /** A server would not answer us, or said another RCODE. */
        REFUSED("refused"),
        /** What came back could not be read or did not belong to the question. */
        BAD_ANSWER("bad-answer"),
        /** CNAMEs in a circle, or too many of them. */
        CNAME_LOOP("cname-loop"),
        /** The server could not be reached at all. */
        UNREACHABLE("unreachable"),
        /** The message has asked as many questions as it may. */
        BUDGET("budget"),
        /** The message's time is up. */
        DEADLINE("deadline"),
        /** Too many questions are waiting for an answer already. */
        OVERLOAD("overload"),
        /** The client is closed, or the asking thread was interrupted. */
        CLOSED("closed");

        private final String word;

        Reason(String word) {
            this.word = word;
        }

        /** Whether a limit of ours is behind it, and not the DNS. */
        public boolean isOurs() {
            return switch (this) {
                case BUDGET, DEADLINE, OVERLOAD, CLOSED -> true;
                case TIMEOUT, SERVFAIL, REFUSED, BAD_ANSWER, CNAME_LOOP, UNREACHABLE -> false;
            };
        }

        /** The word in reasons and metrics. */
        public String word() {
            return word;
        }
    }
}
