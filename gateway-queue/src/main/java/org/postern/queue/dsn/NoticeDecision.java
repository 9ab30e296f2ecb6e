package org.postern.queue.dsn;

import java.util.List;
import org.postern.core.mail.Recipient;

/** Whether somebody is told. Exactly one of three. */
public sealed interface NoticeDecision {
    /**
     * Tell the sender.
     *
     * @param about the recipients that the notice is about, at least one
     */
    record Send(List<Recipient> about) implements NoticeDecision {
        public Send {
            about = List.copyOf(about);
        }
    }

    /**
     * Tell nobody outside; the entry is held for the postmaster, and counted by its reason.
     *
     * @param reason why
     */
    record Hold(Reason reason) implements NoticeDecision {}

    /**
     * Nobody wants to be told: nothing to hold and nothing to send.
     *
     * @param reason why
     */
    record Silent(Reason reason) implements NoticeDecision {}

    /** Why the sender is not told. */
    enum Reason {
        /** The reverse-path is null: it was a notice itself (RFC 5321, 6.1). */
        NULL_SENDER("notice.null-sender", "the message has no sender to tell"),
        /** NOTIFY does not ask for it (RFC 3461, 4.1). */
        NOT_ASKED("notice.not-asked", "the sender asked for no such notice"),
        /** Such notices are switched off. */
        SWITCHED_OFF("notice.off", "notices of this kind are switched off"),
        /** Nothing vouches for the reverse-path: a notice would be backscatter. */
        UNAUTHENTICATED("notice.unauthenticated", "nothing vouches for the sender address"),
        /** The message could have been refused while its client was there. */
        REJECTABLE("notice.rejectable", "the message should have been refused in session"),
        /** This sender was told often enough in the last hour. */
        SENDER_BUDGET("notice.budget.sender", "this sender has had its notices for the hour"),
        /** Enough notices went out in the last hour. */
        HOUR_BUDGET("notice.budget.hour", "the notices for the hour are used up");

        private final String code;
        private final String words;

        Reason(String code, String words) {
            this.code = code;
            this.words = words;
        }

        /** A stable dotted code, for metrics and selections. */
        public String code() {
            return code;
        }

        /** The same for people. */
        public String words() {
            return words;
        }
    }
}
