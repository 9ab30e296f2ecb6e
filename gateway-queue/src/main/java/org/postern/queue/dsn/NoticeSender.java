package org.postern.queue.dsn;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.Recipient;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolWriter;

/**
 * Ends a held entry whose recipients failed or expired: by a notice, where the policy allows one,
 * or by leaving it to the postmaster. To be called when the schedule says that an entry is held.
 *
 * <p>Thread-safe. How it fails: {@link IOException} from the spool, and then the entry stays held.
 * The notice is durable before the entry ends, so a crash between the two leaves both, and nothing
 * lost.
 */
public final class NoticeSender {
    /** Key of the note that says, with {@code true}, that a message should have been refused. */
    public static final String REJECTABLE_NOTE = "rejectable";

    /** Key of the note on a notice: the queue id of the message that it is about. */
    public static final String ABOUT_NOTE = "notice-about";

    private static final String ACTOR = "postern";
    private static final Duration GRACE = Duration.ofDays(5);
    private static final int BLOCK = 64 * 1024;

    private final Spool spool;
    private final NoticePolicy policy;
    private final NoticeWriter writer;
    private final TimeSource time;
    private final String hostname;

    /**
     * @param spool where entries lie and notices go
     * @param hostname our name, noted as the notice's HELO
     */
    public NoticeSender(
            Spool spool,
            NoticePolicy policy,
            NoticeWriter writer,
            TimeSource time,
            String hostname) {
        this.spool = spool;
        this.policy = policy;
        this.writer = writer;
        this.time = time;
        this.hostname = hostname;
    }

    /**
     * Decides about a held entry and does it: sends the notice and ends the entry; or leaves it
     * held; or, where nobody asked to be told, moves it to the trash for five days.
     *
     * @return what was decided; {@code Silent} too for an entry that is not held for a failure
     */
    public NoticeDecision settle(QueueEntry entry) throws IOException {
        List<RecipientStatus> failed =
                entry.recipients().stream()
                        .filter(r -> r.state() == RecipientState.FAILED)
                        .toList();
        if (failed.isEmpty() || entry.state() != EntryState.HELD) {
            return new NoticeDecision.Silent(NoticeDecision.Reason.NOT_ASKED);
        }
        NoticePolicy.Facts facts =
                new NoticePolicy.Facts(
                        entry.envelope().reversePath(),
                        SenderAuthentication.ofWord(
                                entry.notes().getOrDefault(SenderAuthentication.NOTE, "")),
                        "true".equals(entry.notes().get(REJECTABLE_NOTE)));
        NoticeDecision decision =
                policy.decide(
                        facts,
                        NoticeEvent.FAILED,
                        failed.stream().map(RecipientStatus::recipient).toList());
        switch (decision) {
            case NoticeDecision.Send(List<Recipient> about) -> {
                send(entry, failed.stream().filter(r -> about.contains(r.recipient())).toList());
                spool.change(List.of(entry.id()), new Change.Finish(ACTOR, "the sender was told"));
            }
            case NoticeDecision.Silent(NoticeDecision.Reason reason) ->
                    spool.change(
                            List.of(entry.id()), new Change.Drop(ACTOR, reason.words(), GRACE));
            case NoticeDecision.Hold _ -> {
                // it is held already, and stays so for the postmaster
            }
        }
        return decision;
    }

    private void send(QueueEntry entry, List<RecipientStatus> about) throws IOException {
        Notice notice =
                writer.write(
                        new NoticeContent(
                                NoticeEvent.FAILED,
                                entry.id(),
                                entry.envelope(),
                                entry.received(),
                                about.stream().map(NoticeSender::noticed).toList(),
                                null,
                                spool.received(entry.id())));
        try (SpoolWriter out = spool.begin();
                InputStream in = notice.content().open()) {
            byte[] block = new byte[BLOCK];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                out.write(block, 0, n);
            }
            out.commit(meta(entry, notice));
        }
    }

    private static NoticedRecipient noticed(RecipientStatus r) {
        return new NoticedRecipient(r.recipient(), r.reply(), !r.reply().isEmpty(), null);
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
