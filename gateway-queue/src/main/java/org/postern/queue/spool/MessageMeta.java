package org.postern.queue.spool;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.Envelope;

/**
 * What is known of a message beside its content when it is committed.
 *
 * @param envelope the envelope
 * @param received when the last octet came, wall clock, for people
 * @param clientAddress the true client address as text
 * @param helo the HELO or EHLO name as given
 * @param traceHeaders our own header fields, CRLF after each, prepended when relaying; the array
 *     belongs to the spool from now on
 * @param omitted ranges of received content that are left out when relaying, ascending
 * @param notes a small map that the spool keeps; of it only {@link #HOLD} is read here
 */
@SuppressWarnings("ArrayRecordComponent") // header block of one message: never compared or hashed
public record MessageMeta(
        Envelope envelope,
        Instant received,
        String clientAddress,
        String helo,
        byte[] traceHeaders,
        List<ByteRange> omitted,
        Map<String, String> notes) {
    /**
     * The note that commits a message on hold: its value is the reason. It stands in the message's
     * own record, so that no attempt and no crash can come between the two.
     */
    public static final String HOLD = "hold";

    /** Who a hold at acceptance is said to be by. */
    public static final String HOLD_ACTOR = "policy";

    /** The note that names the client's host where its address and its name confirm each other. */
    public static final String CLIENT_NAME = "client-name";

    public MessageMeta {
        omitted = List.copyOf(omitted);
        notes = Map.copyOf(notes);
    }
}
