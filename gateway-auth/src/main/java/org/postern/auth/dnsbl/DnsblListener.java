package org.postern.auth.dnsbl;

/**
 * Hears what comes of asking lists, for metrics. Called on any thread; quick, throws nothing. Names
 * of lists come from the configuration and are few.
 */
public interface DnsblListener {
    /** Hears nothing. */
    DnsblListener NONE =
            new DnsblListener() {
                @Override
                public void asked(String list, Outcome outcome) {}

                @Override
                public void switchedOff(String zone, ListState.Reason reason) {}
            };

    /** A question to a list ended. */
    void asked(String list, Outcome outcome);

    /** A zone was switched off. */
    void switchedOff(String zone, ListState.Reason reason);

    /** How a question to a list ended. */
    enum Outcome {
        /** It has it, by an answer that counts. */
        LISTED("listed"),
        /** It has it, by an answer that {@code codes} leaves out. */
        FILTERED("filtered"),
        /** It does not have it. */
        NOT_LISTED("not-listed"),
        /** Nobody answered in time, or only from before. */
        NO_ANSWER("no-answer"),
        /** It answered that it will not, or nonsense. */
        TROUBLE("trouble"),
        /** It was not asked, being switched off or not tested yet. */
        OFF("off");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        /** The word in metrics. */
        public String word() {
            return word;
        }
    }
}
