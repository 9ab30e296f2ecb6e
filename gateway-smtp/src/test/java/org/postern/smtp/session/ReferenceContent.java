package org.postern.smtp.session;

import java.io.ByteArrayOutputStream;
import org.postern.core.config.Limits.BareNewline;

/**
 * What DATA means, octet by octet and without any speed: the other opinion on {@link
 * ContentScanner}.
 */
final class ReferenceContent {
    final ByteArrayOutputStream content = new ByteArrayOutputStream();

    /** Octets up to and with the end, or -1 when there is none. */
    int used = -1;

    boolean damaged;

    static ReferenceContent of(byte[] in, BareNewline mode) {
        ReferenceContent r = new ReferenceContent();
        boolean lineStart = true;
        for (int i = 0; i < in.length; ) {
            if (lineStart && in[i] == '.') {
                if (i + 2 < in.length && in[i + 1] == '\r' && in[i + 2] == '\n') {
                    r.used = i + 3;
                    return r;
                }
                i++;
                lineStart = false;
                continue;
            }
            lineStart = false;
            if (in[i] == '\r' && i + 1 < in.length && in[i + 1] == '\n') {
                r.put('\r', mode);
                r.put('\n', mode);
                lineStart = true;
                i += 2;
            } else if (in[i] == '\r' && i + 1 == in.length) {
                i++; // what it means is not known yet
            } else if (in[i] == '\r' || in[i] == '\n') {
                r.damaged = true;
                if (mode == BareNewline.NORMALIZE) {
                    r.put('\r', mode);
                    r.put('\n', mode);
                }
                i++;
            } else if (in[i] == 0) {
                r.damaged = true;
                i++;
            } else {
                r.put(in[i], mode);
                i++;
            }
        }
        return r;
    }

    private void put(int octet, BareNewline mode) {
        if (mode == BareNewline.NORMALIZE || !damaged) {
            content.write(octet);
        }
    }
}
