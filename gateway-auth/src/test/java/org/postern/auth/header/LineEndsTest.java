package org.postern.auth.header;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineEndsTest {
    private static String crlf(String message) {
        return new String(LineEnds.crlf(message.getBytes(ISO_8859_1)), ISO_8859_1);
    }

    @Test
    void aFileOfUnixGetsTheLineEndsOfTheWire() {
        assertThat(crlf("A: 1\n\nbody\n")).isEqualTo("A: 1\r\n\r\nbody\r\n");
        assertThat(crlf("\n\nbody")).isEqualTo("\r\n\r\nbody");
        assertThat(crlf("A: 1\nB: 2\r\n\nx")).isEqualTo("A: 1\r\nB: 2\r\n\r\nx");
    }

    @Test
    void aMessageAsItCameStaysAsItIs() {
        assertThat(crlf("A: 1\r\n\r\nbare\nfeed\r\n")).isEqualTo("A: 1\r\n\r\nbare\nfeed\r\n");
        assertThat(crlf("no line end")).isEqualTo("no line end");
        assertThat(crlf("")).isEmpty();
    }
}
