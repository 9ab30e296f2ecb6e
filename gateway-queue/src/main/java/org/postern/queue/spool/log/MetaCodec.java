package org.postern.queue.spool.log;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolException;

/** The envelope and what stands beside it, as bytes within a MESSAGE record. */
final class MetaCodec {
    private static final int SMTP_UTF8 = 1;
    private static final int REQUIRE_TLS = 2;
    private static final int HAS_ENVELOPE_ID = 4;
    private static final int HAS_RETURN = 8;
    private static final int EIGHT_BIT = 16;
    private static final int RETURN_FULL = 32;
    private static final int HAS_ORIGINAL = 128;
    private static final byte[] NO_TRACE = {};

    private MetaCodec() {}

    /**
     * What was read.
     *
     * @param meta without trace headers
     * @param sha256 hash of the content
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared or hashed
    record Decoded(MessageMeta meta, byte[] sha256) {}

    static byte[] encode(MessageMeta meta, byte[] sha256) {
        Encoder out = new Encoder(512);
        out.raw(sha256);
        out.i64(meta.received().toEpochMilli());
        out.text(meta.clientAddress()).text(meta.helo());
        Envelope e = meta.envelope();
        String envelopeId = e.envelopeId();
        DsnReturn dsnReturn = e.dsnReturn();
        out.u8(
                (e.smtpUtf8() ? SMTP_UTF8 : 0)
                        | (e.requireTls() ? REQUIRE_TLS : 0)
                        | (envelopeId != null ? HAS_ENVELOPE_ID : 0)
                        | (dsnReturn != null ? HAS_RETURN : 0)
                        | (dsnReturn == DsnReturn.FULL ? RETURN_FULL : 0)
                        | (e.body() == BodyType.EIGHT_BIT_MIME ? EIGHT_BIT : 0));
        if (envelopeId != null) {
            out.text(envelopeId);
        }
        out.text(e.reversePath().toString());
        out.i32(e.recipients().size());
        for (Recipient r : e.recipients()) {
            encode(out, r);
        }
        out.i32(meta.omitted().size());
        for (ByteRange range : meta.omitted()) {
            out.i64(range.start()).i64(range.end());
        }
        out.i32(meta.notes().size());
        meta.notes().forEach((key, value) -> out.text(key).text(value));
        return out.toArray();
    }

    private static void encode(Encoder out, Recipient recipient) {
        int flags = 0;
        for (DsnNotify notify : recipient.dsnNotify()) {
            flags |= 1 << code(notify);
        }
        String original = recipient.originalRecipient();
        out.u8(flags | (original != null ? HAS_ORIGINAL : 0));
        out.text(recipient.address().toString());
        if (original != null) {
            out.text(original);
        }
    }

    private static int code(DsnNotify notify) {
        return switch (notify) {
            case NEVER -> 0;
            case SUCCESS -> 1;
            case FAILURE -> 2;
            case DELAY -> 3;
        };
    }

    static Decoded decode(ByteBuffer bytes) throws SpoolException {
        Decoder in = new Decoder(bytes);
        try {
            byte[] sha256 = in.raw(32);
            Instant received = Instant.ofEpochMilli(in.i64());
            String client = in.text();
            String helo = in.text();
            Envelope envelope = envelope(in);
            List<ByteRange> omitted = new ArrayList<>();
            for (int n = in.count(16); n > 0; n--) {
                omitted.add(new ByteRange(in.i64(), in.i64()));
            }
            Map<String, String> notes = new HashMap<>();
            for (int n = in.count(8); n > 0; n--) {
                notes.put(in.text(), in.text());
            }
            return new Decoded(
                    new MessageMeta(envelope, received, client, helo, NO_TRACE, omitted, notes),
                    sha256);
        } catch (InvalidAddressException | IllegalArgumentException | DateTimeException e) {
            throw Decoder.damaged(String.valueOf(e.getMessage()), e);
        }
    }

    private static Envelope envelope(Decoder in) throws SpoolException, InvalidAddressException {
        int flags = in.u8();
        String envelopeId = (flags & HAS_ENVELOPE_ID) != 0 ? in.text() : null;
        DsnReturn dsnReturn = null;
        if ((flags & HAS_RETURN) != 0) {
            dsnReturn = (flags & RETURN_FULL) != 0 ? DsnReturn.FULL : DsnReturn.HDRS;
        }
        ReversePath from = ReversePath.parse(in.text());
        List<Recipient> recipients = new ArrayList<>();
        for (int n = in.count(5); n > 0; n--) {
            recipients.add(recipient(in));
        }
        return new Envelope(
                from,
                recipients,
                (flags & EIGHT_BIT) != 0 ? BodyType.EIGHT_BIT_MIME : BodyType.SEVEN_BIT,
                (flags & SMTP_UTF8) != 0,
                (flags & REQUIRE_TLS) != 0,
                envelopeId,
                dsnReturn);
    }

    private static Recipient recipient(Decoder in) throws SpoolException, InvalidAddressException {
        int flags = in.u8();
        EmailAddress address = EmailAddress.parse(in.text());
        Set<DsnNotify> notify = EnumSet.noneOf(DsnNotify.class);
        for (DsnNotify one : DsnNotify.values()) {
            if ((flags & 1 << code(one)) != 0) {
                notify.add(one);
            }
        }
        String original = (flags & HAS_ORIGINAL) != 0 ? in.text() : null;
        return new Recipient(address, notify, original);
    }
}
