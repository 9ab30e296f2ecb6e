package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;
import org.postern.queue.spool.EntryState;
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
 */
record EntryStatus(
        EntryState state,
        EntryState previous,
        int attempts,
        long dueMillis,
        long trashUntil,
        String reason,
        String actor,
        List<RecipientStatus> recipients) {

    /** The status of a message that has no STATE record yet. */
    static EntryStatus fresh(MessageMeta meta, long acceptedMillis) {
        String hold = meta.notes().getOrDefault(MessageMeta.HOLD, "");
        EntryState state = hold.isEmpty() ? EntryState.QUEUED : EntryState.HELD;
        return new EntryStatus(
                state,
                state,
                0,
                acceptedMillis,
                0,
                hold,
                hold.isEmpty() ? "" : MessageMeta.HOLD_ACTOR,
                meta.envelope().recipients().stream().map(RecipientStatus::untried).toList());
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
        return new EntryStatus(
                state, previous, attempts, due, trashUntil, reason, actor, recipients);
    }

    /** When the index looks at it again: the next attempt, or the end of the trash. */
    long wakeMillis() {
        return state == EntryState.TRASH ? trashUntil : dueMillis;
    }
}
