package org.postern.queue.spool.log;

import org.postern.queue.spool.EntryState;
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
     * @param contentLength octets of content
     * @param route its route
     */
    record Message(
            long id,
            long acceptedMillis,
            int copiedFrom,
            boolean large,
            long contentLength,
            String route)
            implements Facts {}

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

    /** Reads them from a record whose checksums hold. */
    static Facts of(SegmentScanner.Found found) throws SpoolException {
        return switch (found.header().type()) {
            case MESSAGE -> {
                MessageRecord m = MessageRecord.decode(found.payload());
                yield new Message(
                        m.id(),
                        m.acceptedMillis(),
                        m.copiedFrom(),
                        m.large(),
                        m.contentLength(),
                        Routes.of(m.meta().envelope()));
            }
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

    /** Writes them to a digest. */
    default void encode(Encoder out) {
        switch (this) {
            case Message m ->
                    out.u8(RecordType.MESSAGE.code())
                            .i64(m.id())
                            .i64(m.acceptedMillis())
                            .i32(m.copiedFrom())
                            .u8(m.large() ? 1 : 0)
                            .i64(m.contentLength())
                            .text(m.route());
            case State s ->
                    out.u8(RecordType.STATE.code())
                            .i64(s.id())
                            .u8(s.state().code())
                            .i64(s.wakeMillis());
            case Done d -> out.u8(RecordType.DONE.code()).i64(d.id()).i32(d.target());
            case Clock c -> out.u8(RecordType.CLOCK.code()).i64(c.ceiling());
        }
    }

    /** Reads them from a digest. */
    static Facts decode(Decoder in) throws SpoolException {
        int code = in.u8();
        RecordType type = RecordType.of(code);
        if (type == null) {
            throw Decoder.damaged("a record of type " + code);
        }
        return switch (type) {
            case MESSAGE ->
                    new Message(in.i64(), in.i64(), in.i32(), in.u8() == 1, in.i64(), in.text());
            case STATE -> new State(in.i64(), in.oneOf(EntryState.values()), in.i64());
            case DONE -> new Done(in.i64(), in.i32());
            case CLOCK -> new Clock(in.i64());
        };
    }
}
