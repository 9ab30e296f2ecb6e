package org.postern.auth.header;

import java.io.ByteArrayOutputStream;

/**
 * Line ends of messages that come from a file. On the wire they are CRLF (RFC 5322, 2.3), in a file
 * often LF alone; a signature was made over the former.
 */
public final class LineEnds {
    private LineEnds() {}

    /**
     * The message with CRLF line ends. The first line tells what kind of file it is: if it ends in
     * CRLF, the message is taken as it stands, with whatever bare LF may be in it; otherwise each
     * bare LF becomes CRLF.
     *
     * @return the same array where nothing changes
     */
    public static byte[] crlf(byte[] message) {
        int first = 0;
        while (first < message.length && message[first] != '\n') {
            first++;
        }
        if (first == message.length || (first > 0 && message[first - 1] == '\r')) {
            return message;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(message.length + message.length / 32);
        int from = 0;
        for (int i = first; i < message.length; i++) {
            if (message[i] == '\n' && (i == 0 || message[i - 1] != '\r')) {
                out.write(message, from, i - from);
                out.write('\r');
                from = i;
            }
        }
        out.write(message, from, message.length - from);
        return out.toByteArray();
    }
}
