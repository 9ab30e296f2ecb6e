package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Marks;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.RecipientState;
import org.postern.queue.spool.RecipientStatus;
import org.postern.queue.spool.SpoolException;

/**
 * All that changes about an entry, as one STATE record holds it.
 *
 * @param state what is going to happen
 * @param previous for the trash: the state to come back to; else the same as state
 * @param attempts attempts made
 * @param dueMillis spool time of the next attempt
 * @param trashUntil spool time at which the trash lets it go, 0 elsewhere
 * @param reason why held or dropped
 * @param actor who did that
 * @param recipients in the order of the envelope
 * @param marks what was noted since acceptance, see {@link org.postern.queue.spool.Marks}
 */
record EntryStatus(
        EntryState state,
        EntryState previous,
        int attempts,
        long dueMillis,
        long trashUntil,
        String reason,
        String actor,
        List<RecipientStatus> recipients,
        Map<String, String> marks) {

    /** Whether a message was committed on hold. */
    static boolean isHeld(MessageMeta meta) {
        return !meta.notes().getOrDefault(MessageMeta.HOLD, "").isEmpty();
    }

    /** The status of a message that has no STATE record yet. */
    static EntryStatus fresh(MessageMeta meta, long acceptedMillis) {
        String hold = meta.notes().getOrDefault(MessageMeta.HOLD, "");
        EntryState state = isHeld(meta) ? EntryState.HELD : EntryState.QUEUED;
        return new EntryStatus(
                state,
                state,
                0,
                acceptedMillis,
                0,
                hold,
                hold.isEmpty() ? "" : MessageMeta.HOLD_ACTOR,
                meta.envelope().recipients().stream().map(RecipientStatus::untried).toList(),
                Map.of());
    }

    /** The same with one more mark; too long a value is cut. */
    EntryStatus marked(String key, String value) {
        Map<String, String> more = new TreeMap<>(marks);
        more.put(key, value.substring(0, Math.min(value.length(), Marks.MAX_VALUE)));
        return new EntryStatus(
                state, previous, attempts, dueMillis, trashUntil, reason, actor, recipients, more);
    }

    byte[] encode(long id, int messageSegment) {
        Encoder out = new Encoder(128);
        out.i64(id).i32(messageSegment);
        out.u8(state.code()).u8(previous.code());
        out.i32(attempts).i64(dueMillis).i64(trashUntil).text(reason).text(actor);
        out.i32(recipients.size());
        for (RecipientStatus r : recipients) {
            out.u8(r.state().code()).text(r.reply()).text(r.downstream());
        }
        // records of before there were marks, or a note of whose the words are, end where these
        // begin, and so do those without any
        boolean ours = recipients.stream().anyMatch(RecipientStatus::ours);
        if (ours || !marks.isEmpty()) {
            out.i32(marks.size());
            marks.forEach((key, value) -> out.text(key).text(value));
        }
        if (ours) {
            recipients.forEach(r -> out.u8(r.ours() ? 1 : 0));
        }
        return out.toArray();
    }

    /** What the index needs of a STATE record. */
    record Brief(long id, int messageSegment, EntryState state, long dueMillis, long trashUntil) {}

    static Brief brief(ByteBuffer payload) throws SpoolException {
        Decoder in = new Decoder(payload.duplicate());
        long id = in.i64();
        int segment = in.i32();
        EntryState state = in.oneOf(EntryState.values());
        in.oneOf(EntryState.values());
        in.i32();
        return new Brief(id, segment, state, in.i64(), in.i64());
    }

    static EntryStatus decode(ByteBuffer payload, Envelope envelope) throws SpoolException {
        Decoder in = new Decoder(payload.duplicate());
        in.i64();
        in.i32();
        EntryState state = in.oneOf(EntryState.values());
        EntryState previous = in.oneOf(EntryState.values());
        int attempts = in.i32();
        long due = in.i64();
        long trashUntil = in.i64();
        String reason = in.text();
        String actor = in.text();
        List<Recipient> known = envelope.recipients();
        if (in.count(9) != known.size()) {
            throw Decoder.damaged("a state for another number of recipients");
        }
        List<RecipientStatus> recipients = new ArrayList<>(known.size());
        for (Recipient recipient : known) {
            RecipientState s = in.oneOf(RecipientState.values());
            recipients.add(new RecipientStatus(recipient, s, in.text(), in.text()));
        }
        Map<String, String> marks = new TreeMap<>();
        for (int n = in.hasMore() ? in.count(8) : 0; n > 0; n--) {
            marks.put(in.text(), in.text());
        }
        if (in.hasMore()) {
            for (int i = 0; i < recipients.size(); i++) {
                RecipientStatus r = recipients.get(i);
                boolean ours = in.u8() != 0;
                recipients.set(
                        i,
                        new RecipientStatus(
                                r.recipient(), r.state(), r.reply(), r.downstream(), ours));
            }
        }
        return new EntryStatus(
                state, previous, attempts, due, trashUntil, reason, actor, recipients, marks);
    }

    /** When the index looks at it again: the next attempt, or the end of the trash. */
    long wakeMillis() {
        return state == EntryState.TRASH ? trashUntil : dueMillis;
    }
}
