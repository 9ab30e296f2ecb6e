package org.postern.app.scan;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import org.postern.core.scan.ScanResult;

/** How one kind of scanner is spoken to, over a connection of its own for each message. */
interface ScannerProtocol {
    /** The longest answer that is read, in octets. */
    int MAX_ANSWER = 1 << 20;

    /** Block that content is sent in, in octets. */
    int BLOCK = 32 << 10;

    /**
     * Gathers what is asked for beside the message. Called before the message has a place or a
     * connection: nobody else's scan waits for what only one sender's can be slow in.
     *
     * @param patience how long this may wait; what is not known by then is left out
     */
    Exchange prepare(ScanRequest request, Duration patience);

    /**
     * Asks whether it is there, without a message.
     *
     * @return whether what listens there answers as such a scanner does
     * @throws IOException if the connection breaks
     */
    boolean ping(Caller scanner) throws IOException;

    /** One message that is ready to be scanned. */
    interface Exchange {
        /**
         * Sends the message and reads the answer. Blocks as long as the scanner does: who has
         * waited long enough closes the connection and interrupts.
         *
         * @param scanner opens connections; one at a time is open
         * @throws IOException if the connection breaks, or what comes is no answer
         */
        ScanResult scan(Caller scanner) throws IOException;
    }

    /** Opens connections to one scanner. */
    interface Caller {
        /**
         * Connects.
         *
         * @throws IOException if it cannot be reached
         */
        Line call() throws IOException;
    }

    /**
     * One connection to a scanner.
     *
     * @param channel what {@link #close} closes
     * @param out to the scanner
     * @param in from the scanner
     */
    record Line(Closeable channel, OutputStream out, InputStream in) implements Closeable {
        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /**
     * All that comes until the other side ends, or up to the first octet that ends an answer. A
     * scanner that answers before it has heard all and hangs up resets the connection: what it said
     * before stands.
     *
     * @param end the octet, or -1 for none
     * @throws IOException if nothing came before the connection broke, or more than an answer may
     *     be
     */
    static byte[] answer(InputStream in, int end) throws IOException {
        byte[] answer = new byte[1_024];
        int length = 0;
        while (length <= MAX_ANSWER) {
            if (length == answer.length) {
                answer = Arrays.copyOf(answer, 2 * length);
            }
            int read;
            try {
                read = in.read(answer, length, answer.length - length);
            } catch (IOException e) {
                if (length == 0) {
                    throw e;
                }
                read = -1; // half an answer is told by its form
            }
            if (read < 0) {
                return Arrays.copyOf(answer, length);
            }
            for (int i = length; i < length + read; i++) {
                if (answer[i] == end) {
                    return Arrays.copyOf(answer, i + 1);
                }
            }
            length += read;
        }
        throw new TooLongException();
    }

    /** An answer that is longer than any that makes sense. */
    final class TooLongException extends IOException {
        private static final long serialVersionUID = 1;

        private TooLongException() {
            super("an answer of more than " + MAX_ANSWER + " octets");
        }
    }

    /** Text of a scanner as one line of printable ASCII of bounded length. */
    static String printable(String text) {
        return text.substring(0, Math.min(text.length(), 200)).replaceAll("[^ -~]", "?").strip();
    }
}
