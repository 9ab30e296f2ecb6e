package org.postern.app.scan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.postern.core.scan.ScanResult;

/** How one kind of scanner is spoken to, over a connection of its own for each message. */
interface ScannerProtocol {
    /** The longest answer that is read, in octets. */
    int MAX_ANSWER = 1 << 20;

    /** Block that content is sent in, in octets. */
    int BLOCK = 32 << 10;

    /**
     * Sends a message and reads the answer. Blocks as long as the scanner does: who has waited long
     * enough closes the connection.
     *
     * @throws IOException if the connection breaks, or what comes is no answer
     */
    ScanResult scan(ScanRequest request, OutputStream out, InputStream in) throws IOException;

    /** All that comes until the other side ends, which must not be more than an answer may be. */
    static byte[] answer(InputStream in) throws IOException {
        byte[] answer = in.readNBytes(MAX_ANSWER + 1);
        if (answer.length > MAX_ANSWER) {
            throw new IOException("an answer of more than " + MAX_ANSWER + " octets");
        }
        return answer;
    }

    /** Text of a scanner as one line of printable ASCII of bounded length. */
    static String printable(String text) {
        return text.substring(0, Math.min(text.length(), 200)).replaceAll("[^ -~]", "?").strip();
    }
}
