package org.postern.queue.delivery;

import java.io.IOException;
import java.io.InputStream;
import org.postern.core.mail.MessageSource;

/**
 * What a message really holds, asked only where a downstream lacks an extension: many senders
 * declare BODY=8BITMIME for mail that is pure ASCII, and such mail may go out without it.
 *
 * @param eightBitText whether any octet beyond 127 stands in a body
 * @param eightBitHeader whether any stands in a header section, the message's own or a MIME part's
 *     (RFC 6532); a part's is recognised by the line before it, which begins with two hyphens, so
 *     that a text can be taken for a header, never a header for a text
 */
record ContentScan(boolean eightBitText, boolean eightBitHeader) {
    private static final int BLOCK = 64 * 1024;

    /**
     * Reads the message once.
     *
     * @throws ContentException if it cannot be read
     */
    static ContentScan of(MessageSource source) throws ContentException {
        boolean text = false;
        boolean header = false;
        boolean inHeader = true;
        int column = 0;
        boolean hyphens = false;
        byte[] block = new byte[BLOCK];
        try (InputStream in = source.open()) {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                for (int i = 0; i < n; i++) {
                    byte b = block[i];
                    if (b < 0) {
                        header |= inHeader;
                        text |= !inHeader;
                    }
                    if (b == '\n') {
                        // an empty line ends a header section; a boundary line begins one
                        inHeader = (hyphens && column > 1) || (inHeader && column > 0);
                        column = 0;
                        hyphens = false;
                    } else if (b != '\r') {
                        if (column == 0) {
                            hyphens = b == '-';
                        } else if (column == 1) {
                            hyphens &= b == '-';
                        }
                        column = Math.min(column + 1, 2);
                    }
                }
            }
        } catch (IOException e) {
            throw new ContentException(ContentException.words(e), e);
        }
        return new ContentScan(text, header);
    }
}
