package org.postern.queue.spool.log;

import java.util.zip.CRC32C;

/**
 * A record's payload in two pieces, so that content is not copied to stand behind its head.
 *
 * @param head the first piece
 * @param body the second piece, of which {@code bodyLength} octets count
 * @param bodyLength octets of the body
 * @param crc CRC32C over both
 */
@SuppressWarnings("ArrayRecordComponent") // never compared or hashed
record Payload(byte[] head, byte[] body, int bodyLength, int crc) {
    private static final byte[] NOTHING = {};

    static Payload of(byte[] head) {
        return of(head, NOTHING, 0);
    }

    static Payload of(byte[] head, byte[] body, int bodyLength) {
        CRC32C crc = new CRC32C();
        crc.update(head);
        crc.update(body, 0, bodyLength);
        return new Payload(head, body, bodyLength, (int) crc.getValue());
    }

    int length() {
        return head.length + bodyLength;
    }
}
