package org.postern.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a command does with a long answer. */
class ConsoleTest {
    private static final String ROW = "a row\n";

    /** An answer that never ends. */
    private static final class Endless extends InputStream {
        private final AtomicLong given = new AtomicLong();

        @Override
        public int read() {
            throw new UnsupportedOperationException("read by blocks");
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            given.addAndGet(length);
            return length;
        }
    }

    /** A reader that goes after so much. */
    private static final class Head extends OutputStream {
        private long left = 100_000;

        @Override
        public void write(int b) throws IOException {
            write(new byte[1], 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw new IOException("Broken pipe");
            }
        }
    }

    @Test
    void stopsWhenTheReaderHasGone() throws Exception {
        Endless answer = new Endless();
        Console.copy(answer, new PrintStream(new BufferedOutputStream(new Head(), 1 << 16)));
        assertThat(answer.given).hasValueBetween(100_000, 300_000);
    }

    @Test
    void showsARowWhileTheNextOneIsStillLookedFor() throws Exception {
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        InputStream answer =
                new InputStream() {
                    private int rows;

                    @Override
                    public int read() {
                        throw new UnsupportedOperationException("read by blocks");
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) {
                        assertThat(seen.toString(StandardCharsets.US_ASCII))
                                .isEqualTo(ROW.repeat(rows));
                        if (rows++ == 3) {
                            return -1;
                        }
                        byte[] row = ROW.getBytes(StandardCharsets.US_ASCII);
                        System.arraycopy(row, 0, into, offset, row.length);
                        return row.length;
                    }
                };
        Console.copy(answer, new PrintStream(new BufferedOutputStream(seen, 1 << 16)));
        assertThat(seen.size()).isEqualTo(3 * ROW.length());
    }
}
