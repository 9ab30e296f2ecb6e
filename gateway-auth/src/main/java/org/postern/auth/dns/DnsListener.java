package org.postern.auth.dns;

/**
 * Hears what the DNS client does, for metrics. Called on the asking or on the client's own threads,
 * so an implementation is thread-safe, quick and throws nothing.
 */
public interface DnsListener {
    /** Hears nothing. */
    DnsListener NONE =
            new DnsListener() {
                @Override
                public void asked(Outcome outcome) {}

                @Override
                public void happened(Event event) {}
            };

    /** A caller's question came to an end ({@code dns_queries_total{outcome}}). */
    void asked(Outcome outcome);

    /** Something happened on the way to the servers ({@code dns_events_total{event}}). */
    void happened(Event event);

    /** How a caller's question ended. */
    enum Outcome {
        /** Answered from the cache, whatever the answer. */
        CACHED("cached"),
        /** Answered with records past their time to live (RFC 8767). */
        STALE("stale"),
        /** A server gave records. */
        FOUND("found"),
        /** A server said that there is no such record. */
        NODATA("nodata"),
        /** A server said that there is no such name. */
        NXDOMAIN("nxdomain"),
        /** See {@link DnsAnswer.Reason#TIMEOUT}. */
        TIMEOUT("timeout"),
        /** See {@link DnsAnswer.Reason#SERVFAIL}. */
        SERVFAIL("servfail"),
        /** See {@link DnsAnswer.Reason#REFUSED}. */
        REFUSED("refused"),
        /** See {@link DnsAnswer.Reason#BAD_ANSWER}. */
        BAD_ANSWER("bad-answer"),
        /** See {@link DnsAnswer.Reason#CNAME_LOOP}. */
        CNAME_LOOP("cname-loop"),
        /** See {@link DnsAnswer.Reason#UNREACHABLE}. */
        UNREACHABLE("unreachable"),
        /** See {@link DnsAnswer.Reason#BUDGET}. */
        BUDGET("budget"),
        /** See {@link DnsAnswer.Reason#DEADLINE}. */
        DEADLINE("deadline"),
        /** See {@link DnsAnswer.Reason#OVERLOAD}. */
        OVERLOAD("overload"),
        /** See {@link DnsAnswer.Reason#CLOSED}. */
        CLOSED("closed");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        /** The metric's label. */
        public String word() {
            return word;
        }

        /** What a fresh answer from a server counts as. */
        public static Outcome of(DnsAnswer<?> answer) {
            return switch (answer) {
                case DnsAnswer.Found<?> found -> found.stale() ? STALE : FOUND;
                case DnsAnswer.NoData<?> nothing -> NODATA;
                case DnsAnswer.NxDomain<?> nothing -> NXDOMAIN;
                case DnsAnswer.TempError<?> error ->
                        switch (error.reason()) {
                            case TIMEOUT -> TIMEOUT;
                            case SERVFAIL -> SERVFAIL;
                            case REFUSED -> REFUSED;
                            case BAD_ANSWER -> BAD_ANSWER;
                            case CNAME_LOOP -> CNAME_LOOP;
                            case UNREACHABLE -> UNREACHABLE;
                            case BUDGET -> BUDGET;
                            case DEADLINE -> DEADLINE;
                            case OVERLOAD -> OVERLOAD;
                            case CLOSED -> CLOSED;
                        };
            };
        }
    }

    /** Something on the way to the servers. */
    enum Event {
        /** A question went out, by UDP or TCP. */
        SENT("sent"),
        /** A question went out again after a failure. */
        RETRIED("retried"),
        /** An answer did not fit and was asked for by TCP. */
        TRUNCATED("truncated"),
        /** A datagram did not belong to our question: a wrong id or another question. */
        IGNORED("ignored"),
        /** A server is asked last from now on, for a while. */
        SERVER_DOWN("server-down"),
        /** A server that was down answered. */
        SERVER_UP("server-up");

        private final String word;

        Event(String word) {
            this.word = word;
        }

        /** The metric's label. */
        public String word() {
            return word;
        }
    }
}
