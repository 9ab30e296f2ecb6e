package org.postern.auth.dnsbl;

/** Whether a list is asked. */
public sealed interface ListState {
    /** It has not been tested yet; it is not asked. */
    record Untested() implements ListState {}

    /** It is asked. */
    record Well() implements ListState {}

    /**
     * It is switched off until a test finds it well.
     *
     * @param reason why
     * @param detail one line for people: what it answered to which question
     */
    record Off(Reason reason, String detail) implements ListState {}

    /** Why a list is switched off. */
    enum Reason {
        /** 127.255.255.252: the zone is not what it should be. */
        WRONG_ZONE("wrong-zone", "the zone's name is not right for this list"),
        /** 127.255.255.253, or any other of that network: it will not answer us. */
        REFUSED("refused", "the list refuses to answer us"),
        /** 127.255.255.254: the question came through an open resolver. */
        OPEN_RESOLVER(
                "open-resolver",
                "the list refuses questions that come through an open resolver; name one of your"
                        + " own under dns.servers"),
        /** 127.255.255.255: too many questions. */
        OVER_QUOTA("over-quota", "the list has had too many questions from this resolver"),
        /** It lists what no list has: 127.0.0.1, or the name {@code invalid}. */
        LISTS_EVERYTHING("lists-everything", "it lists what no list has"),
        /** It does not list what each has: 127.0.0.2, or the name {@code test}. */
        LISTS_NOTHING("lists-nothing", "it does not list the test entry that each list has"),
        /** It answers outside 127.0.0.0/8: somebody else answers in its place. */
        FOREIGN_ANSWER("foreign-answer", "somebody else answers in its place"),
        /** It does not answer at all. */
        NO_ANSWER("no-answer", "it does not answer");

        private final String word;
        private final String text;

        Reason(String word, String text) {
            this.word = word;
            this.text = text;
        }

        /** The word in metrics. */
        public String word() {
            return word;
        }

        /** What it means, for people. */
        public String text() {
            return text;
        }
    }
}
