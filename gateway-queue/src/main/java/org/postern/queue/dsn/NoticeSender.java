package org.postern.queue.dsn;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Recipient;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.StoredMessage;

/**
 * Tells senders what became of their mail, where the policy allows it, by messages of our own in
 * the spool. What failed and may not be told stays held for the postmaster, with the reason for it.
 *
 * <p>Thread-safe for different entries; one entry at a time. How it fails: {@link IOException} from
 * the spool, and then the entry is as it was. A notice is durable before what it is about is
 * settled, so that a crash between the two leaves both: at most the sender is told twice.
 */
public final class NoticeSender {
    /** Key of the note that says, with {@code true}, that a message should have been refused. */
    public static final String REJECTABLE_NOTE = "rejectable";

    /** Key of the note on a notice: the queue id of the message that it is about. */
    public static final String ABOUT_NOTE = "notice-about";

    /** Why the schedule holds an entry that a downstream refused for good. */
    public static final String FAILED = "failed";

    /** Why the schedule holds an entry whose time is over. */
    public static final String EXPIRED = "expired";

    /** Why an entry is held that a person wants to bounce. */
    public static final String GIVEN_UP = "given up";

    /** The reasons by which an entry is held while nobody has decided yet. */
    public static final Set<String> UNDECIDED = Set.of(FAILED, EXPIRED, GIVEN_UP);

    private static final String ACTOR = "postern";
    private static final Duration GRACE = Duration.ofDays(5);
    private static final int BLOCK = 64 * 1024;

    private final Spool spool;
    private final NoticePolicy policy;
    private final Supplier<NoticeWriter> writer;
    private final NoticeListener listener;
    private final TimeSource time;
    private final String hostname;

    /** One that nobody listens to, with one writer for good. */
    public NoticeSender(
            Spool spool,
            NoticePolicy policy,
            NoticeWriter writer,
            TimeSource time,
            String hostname) {
        this(spool, policy, () -> writer, NoticeListener.NONE, time, hostname);
    }

    /**
     * @param spool where entries lie and notices go
     * @param writer the writer with the settings of this moment
     * @param hostname our name, noted as the notice's HELO
     */
    public NoticeSender(
            Spool spool,
            NoticePolicy policy,
            Supplier<NoticeWriter> writer,
            NoticeListener listener,
            TimeSource time,
            String hostname) {
        this.spool = spool;
        this.policy = policy;
        this.writer = writer;
        this.listener = listener;
        this.time = time;
        this.hostname = hostname;
    }

    /**
     * Decides about recipients that failed or expired and does it: sends a notice, and the entry
     * ends unless others of it are pending; or leaves them, and an entry that is held says why; or,
     * where nobody asked to be told, moves a held entry to the trash for five days.
     *
     * @return what was decided; empty for an entry about which nothing is to be decided: nothing of
     *     it failed, or a person or an earlier decision holds it
     */
    public Optional<NoticeDecision> settle(QueueEntry entry) throws IOException {
        List<RecipientStatus> failed =
                entry.recipients().stream()
                        .filter(r -> r.state() == RecipientState.FAILED)
                        .toList();
        boolean held = entry.state() == EntryState.HELD;
        if (failed.isEmpty()
                || entry.state() == EntryState.TRASH
                || (held && !UNDECIDED.contains(entry.reason()))) {
            return Optional.empty();
        }
        NoticeDecision decision =
                policy.decide(
                        facts(entry),
                        NoticeEvent.FAILED,
                        failed.stream().map(RecipientStatus::recipient).toList());
        switch (decision) {
            case NoticeDecision.Send(List<Recipient> about) -> {
                send(
                        entry,
                        NoticeEvent.FAILED,
                        failed.stream()
                                .filter(r -> about.contains(r.recipient()))
                                .map(NoticeSender::noticed)
                                .toList(),
                        null);
                // who did not ask is settled too: nobody waits to hear of them
                spool.change(List.of(entry.id()), new Change.Told(ACTOR));
            }
            case NoticeDecision.Silent(NoticeDecision.Reason reason) -> {
                if (held) {
                    spool.change(
                            List.of(entry.id()), new Change.Drop(ACTOR, reason.words(), GRACE));
                }
            }
            case NoticeDecision.Hold(NoticeDecision.Reason reason) -> {
                if (held) {
                    spool.change(
                            List.of(entry.id()),
                            new Change.Explain(ACTOR, entry.reason() + ": " + reason.code()));
                }
            }
        }
        if (held || decision instanceof NoticeDecision.Send) {
            listener.decided(entry, NoticeEvent.FAILED, decision);
        }
        return Optional.of(decision);
    }

    /**
     * Tells the sender, once, that a message waits.
     *
     * @param retryUntil until when it is tried
     * @return what was decided; empty where it was told before or nothing is pending
     */
    public Optional<NoticeDecision> delayed(QueueEntry entry, Instant retryUntil)
            throws IOException {
        List<RecipientStatus> late =
                entry.recipients().stream()
                        .filter(r -> r.state() == RecipientState.DEFERRED)
                        .toList();
        if (late.isEmpty()
                || entry.state() != EntryState.DEFERRED
                || entry.notes().containsKey(Marks.TOLD_OF_DELAY)) {
            return Optional.empty();
        }
        NoticeDecision decision =
                policy.decide(
                        facts(entry),
                        NoticeEvent.DELAYED,
                        late.stream().map(RecipientStatus::recipient).toList());
        if (decision instanceof NoticeDecision.Send(List<Recipient> about)) {
            send(
                    entry,
                    NoticeEvent.DELAYED,
                    late.stream()
                            .filter(r -> about.contains(r.recipient()))
                            .map(NoticeSender::noticed)
                            .toList(),
                    retryUntil);
            spool.change(
                    List.of(entry.id()),
                    new Change.Mark(ACTOR, Marks.TOLD_OF_DELAY, time.instant().toString()));
        }
        listener.decided(entry, NoticeEvent.DELAYED, decision);
        return Optional.of(decision);
    }

    /**
     * Tells a sender who asked for it that recipients have the message, before the spool forgets
     * it.
     *
     * @param event {@code DELIVERED} or {@code RELAYED}
     */
    public NoticeDecision succeeded(
            QueueEntry entry, NoticeEvent event, List<NoticedRecipient> recipients)
            throws IOException {
        NoticeDecision decision =
                policy.decide(
                        facts(entry),
                        event,
                        recipients.stream().map(NoticedRecipient::recipient).toList());
        if (decision instanceof NoticeDecision.Send(List<Recipient> about)) {
            send(
                    entry,
                    event,
                    recipients.stream().filter(r -> about.contains(r.recipient())).toList(),
                    null);
        }
        listener.decided(entry, event, decision);
        return decision;
    }

    private static NoticePolicy.Facts facts(QueueEntry entry) {
        return new NoticePolicy.Facts(
                entry.envelope().reversePath(),
                SenderAuthentication.ofWord(
                        entry.notes().getOrDefault(SenderAuthentication.NOTE, "")),
                "true".equals(entry.notes().get(REJECTABLE_NOTE)));
    }

    /**
     * Why a failure of this entry would not be told, whatever the budgets; empty where it would.
     */
    public Optional<NoticeDecision.Reason> wouldNotTell(QueueEntry entry) {
        return policy.objection(facts(entry), NoticeEvent.FAILED, entry.envelope().recipients());
    }

    private void send(
            QueueEntry entry,
            NoticeEvent event,
            List<NoticedRecipient> about,
            @Nullable Instant retryUntil)
            throws IOException {
        Notice notice =
                writer.get()
                        .write(
                                new NoticeContent(
                                        event,
                                        entry.id(),
                                        entry.envelope(),
                                        entry.received(),
                                        about,
                                        retryUntil,
                                        spool.received(entry.id())));
        try (SpoolWriter out = spool.begin();
                InputStream in = notice.content().open()) {
            byte[] block = new byte[BLOCK];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                out.write(block, 0, n);
            }
            StoredMessage stored = out.commit(meta(entry, notice));
            listener.stored(entry, event, stored.id());
        }
    }

    private static NoticedRecipient noticed(RecipientStatus r) {
        // without a downstream nobody has answered yet
        return NoticedRecipient.of(
                r.recipient(), r.reply(), r.ours() || r.downstream().isEmpty(), null);
    }

    private MessageMeta meta(QueueEntry entry, Notice notice) {
        return new MessageMeta(
                notice.envelope(),
                time.instant(),
                "127.0.0.1",
                hostname,
                new byte[0],
                List.of(),
                Map.of(
                        SenderAuthentication.NOTE,
                        SenderAuthentication.LOCAL.word(),
                        ABOUT_NOTE,
                        entry.id().toString()));
    }
}
