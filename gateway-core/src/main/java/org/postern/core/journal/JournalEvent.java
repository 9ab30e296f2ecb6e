package org.postern.core.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Stage;
import org.postern.core.reply.SmtpReply;

/**
 * Something that happened. Envelope and verdict data only: no event ever holds a body, and none a
 * header field but the Subject, where {@code journal.subjects} asks for it. Immutable.
 */
public sealed interface JournalEvent {
    /** When, by the wall clock, which may step; the order of a journal is that of its appends. */
    Instant at();

    /**
     * A session has ended.
     *
     * @param outcome how it ended, a word of a bounded set such as {@code quit}
     * @param lasted how long it lasted
     * @param accepted messages taken in it
     * @param refused commands and messages refused in it, for good or for now
     */
    record Connection(
            Instant at, Client client, String outcome, Duration lasted, int accepted, int refused)
            implements JournalEvent {}

    /**
     * A client, sender or recipient was refused before any content.
     *
     * @param stage where
     * @param from the reverse-path, or null before MAIL
     * @param to the recipient that is refused, or null where none is meant
     * @param reply what the client was told
     * @param observed what rules in mode observe would have done so far, each once
     * @param screening what it was looked at for, or null where nothing was asked
     * @param revision of the configuration that decided
     */
    record Refusal(
            Instant at,
            Stage stage,
            Client client,
            @Nullable ReversePath from,
            @Nullable EmailAddress to,
            Ruling ruling,
            SmtpReply reply,
            List<Ruling> observed,
            @Nullable Screening screening,
            long revision)
            implements JournalEvent {
        public Refusal {
            observed = List.copyOf(observed);
        }
    }

    /**
     * A message came to its end: taken or not.
     *
     * @param id its queue id, or null where it was not taken
     * @param named the recipients as RCPT named them, each once
     * @param recipients those who get it, which aliases may have changed
     * @param size octets of content
     * @param reply what the client was told
     * @param evidence what the verdicts rest on, or null where none were reached
     * @param observed what rules in mode observe would have done, each once
     * @param screening what it was looked at for, or null where nothing was asked
     * @param subject the Subject field's value, only where configured, else null
     * @param revision of the configuration that decided
     */
    record Message(
            Instant at,
            @Nullable QueueId id,
            Client client,
            ReversePath from,
            List<EmailAddress> named,
            List<EmailAddress> recipients,
            long size,
            Ruling ruling,
            SmtpReply reply,
            @Nullable Evidence evidence,
            List<Ruling> observed,
            @Nullable Screening screening,
            @Nullable String subject,
            long revision)
            implements JournalEvent {
        public Message {
            named = List.copyOf(named);
            recipients = List.copyOf(recipients);
            observed = List.copyOf(observed);
        }
    }

    /**
     * What became of one recipient in one delivery attempt.
     *
     * @param way who was spoken to and how, where that says more than the downstream's name
     * @param outcome {@code delivered}, {@code deferred}, {@code failed} or {@code expired}
     * @param reply the downstream's reply, or ours
     * @param attempt number of the attempt, from 1
     * @param took how long it took
     * @param duplicate why there may be, or may come to be, a second copy; empty where there is
     *     none
     * @param retryAfter wait before the next attempt, zero unless deferred
     */
    record Attempt(
            Instant at,
            QueueId id,
            EmailAddress recipient,
            String downstream,
            String way,
            String outcome,
            String reply,
            int attempt,
            Duration took,
            String duplicate,
            Duration retryAfter)
            implements JournalEvent {}

    /**
     * Something else happened to a message that was taken.
     *
     * @param text what, in words
     */
    record Progress(Instant at, QueueId id, Kind kind, String text) implements JournalEvent {
        /** What kind of thing. */
        public enum Kind {
            /** It is held until somebody acts. */
            HELD("held"),
            /** Its sender was told something, or is not. */
            TOLD("told"),
            /** Nothing more will happen to it. */
            OVER("over");

            private final String word;

            Kind(String word) {
                this.word = word;
            }

            /** The word in the journal. */
            public String word() {
                return word;
            }
        }
    }

    /**
     * Somebody did something to the queue or the configuration.
     *
     * @param who the operator's name, as the command gave it
     * @param action such as {@code drop}, {@code undo}, {@code retry}
     * @param plan id of the plan, or empty
     * @param ids the entries that were changed; a bounded number of them
     * @param count how many entries were changed
     * @param why the reason given, or empty
     */
    record Operation(
            Instant at,
            String who,
            String action,
            String plan,
            List<QueueId> ids,
            int count,
            String why)
            implements JournalEvent {
        /** The largest number of entries that one event names. */
        public static final int MAX_IDS = 100_000;

        public Operation {
            ids = List.copyOf(ids.subList(0, Math.min(ids.size(), MAX_IDS)));
        }
    }

    /**
     * A configuration was put into force, or refused.
     *
     * @param revision the revision in force after it
     * @param taken whether it was put into force
     * @param detail the first problem where it was refused, else where it was read from
     */
    record Configuration(Instant at, long revision, boolean taken, String detail)
            implements JournalEvent {}

    /**
     * Something about the machine or the gateway itself that later questions should find.
     *
     * @param kind a word of a bounded set: {@code start}, {@code stop}, {@code clock-step}, {@code
     *     spool}, {@code alarm}, {@code recovered}, {@code probe}, {@code ban}, {@code ban-lifted},
     *     {@code ban-spared}, {@code hold}, {@code hold-ended}
     * @param detail one line
     */
    record Witness(Instant at, String kind, String detail) implements JournalEvent {}
}
