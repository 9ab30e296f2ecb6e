package org.postern.queue.spool.log;

import java.util.List;
import java.util.function.ToIntFunction;
import org.postern.core.mail.Recipient;
import org.postern.queue.index.Slot;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Fingerprint;
import org.postern.queue.spool.Route;
import org.postern.queue.spool.SpoolException;

/** What a start needs to know of one record. */
sealed interface Facts {
    /**
     * A message.
     *
     * @param id queue id
     * @param acceptedMillis spool time of acceptance
     * @param copiedFrom segment it was copied from, 0 for an original
     * @param large whether its content is in a file of its own
     * @param held whether it was committed on hold
     * @param contentLength octets of content
     * @param route number of its route, in whatever table was asked
     * @param sender fingerprint of the reverse-path
     * @param senderDomain fingerprint of its domain
     * @param recipient fingerprint of the only recipient, 0 where there are several
     */
    record Message(
            long id,
            long acceptedMillis,
            int copiedFrom,
            boolean large,
            boolean held,
            long contentLength,
            int route,
            int sender,
            int senderDomain,
            int recipient)
            implements Facts {

        /** The facts of a message, its route looked up in {@code routes}. */
        static Message of(MessageRecord m, ToIntFunction<String> routes) {
            String from = m.meta().envelope().reversePath().toString();
            List<Recipient> to = m.meta().envelope().recipients();
            return new Message(
                    m.id(),
                    m.acceptedMillis(),
                    m.copiedFrom(),
                    m.large(),
                    EntryStatus.isHeld(m.meta()),
                    m.contentLength(),
                    routes.applyAsInt(Route.of(m.meta().envelope(), m.meta().notes())),
                    Fingerprint.of(from),
                    Fingerprint.ofDomain(from),
                    to.size() == 1 ? Fingerprint.of(to.getFirst().address().toString()) : 0);
        }

        /** The index's entry while there is no STATE record. */
        Slot slot(int segment, int offset) {
            return Slot.fresh(
                    id,
                    segment,
                    offset,
                    held ? EntryState.HELD : EntryState.QUEUED,
                    (int) (acceptedMillis / 1000),
                    route,
                    (int) Math.min(Integer.MAX_VALUE, contentLength),
                    sender,
                    senderDomain,
                    recipient);
        }
    }

    /**
     * A state.
     *
     * @param id queue id
     * @param state the state
     * @param wakeMillis when something is to be done
     */
    record State(long id, EntryState state, long wakeMillis) implements Facts {}

    /**
     * An end.
     *
     * @param id queue id
     * @param target segment of the message
     */
    record Done(long id, int target) implements Facts {}

    /**
     * A ceiling.
     *
     * @param ceiling queue ids below may have been given out
     */
    record Clock(long ceiling) implements Facts {}

    /**
     * Reads them from a record whose checksums hold.
     *
     * @param routes gives routes their numbers
     */
    static Facts of(SegmentScanner.Found found, ToIntFunction<String> routes)
            throws SpoolException {
        return switch (found.header().type()) {
            case MESSAGE -> Message.of(MessageRecord.decode(found.payload()), routes);
            case STATE -> {
                EntryStatus.Brief s = EntryStatus.brief(found.payload());
                yield new State(
                        s.id(),
                        s.state(),
                        s.state() == EntryState.TRASH ? s.trashUntil() : s.dueMillis());
            }
            case DONE -> {
                Decoder in = new Decoder(found.payload());
                yield new Done(in.i64(), in.i32());
            }
            case CLOCK -> new Clock(new Decoder(found.payload()).i64());
        };
    }
}
