package org.postern.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Standard output and standard error of a command, in UTF-8, block-buffered. */
final class Console {
    private static final int BUFFER = 64 * 1024;

    private static final PrintStream OUT =
            new PrintStream(
                    new java.io.BufferedOutputStream(
                            new java.io.FileOutputStream(java.io.FileDescriptor.out), BUFFER),
                    false,
                    StandardCharsets.UTF_8);

    private static final PrintStream ERR =
            new PrintStream(
                    new java.io.FileOutputStream(java.io.FileDescriptor.err),
                    true,
                    StandardCharsets.UTF_8);

    private Console() {}

    /** Standard output; flushed by {@link #flush()}, which ends every command. */
    static PrintStream out() {
        return OUT;
    }

    /** Standard output as octets. */
    static OutputStream bytes() {
        return OUT;
    }

    /**
     * Copies a stream to standard output as it comes: nothing waits in a buffer while there is no
     * more of it, and when the reader has gone ({@code head}) the copying ends.
     */
    static void copy(InputStream in) throws IOException {
        copy(in, OUT);
    }

    static void copy(InputStream in, PrintStream out) throws IOException {
        byte[] block = new byte[BUFFER / 4];
        for (int n = in.read(block); n >= 0; n = in.read(block)) {
            out.write(block, 0, n);
            // flushes too
            if (out.checkError()) {
                return;
            }
        }
    }

    /** Standard error. */
    static PrintStream err() {
        return ERR;
    }

    /** The same stream for libraries that want a writer. */
    static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    /** Writes a line and shows it at once. */
    static void line(String text) {
        OUT.println(text);
        OUT.flush();
    }

    /** Ends a command's output; false if the reader has gone. */
    static boolean flush() {
        return !OUT.checkError();
    }
}
