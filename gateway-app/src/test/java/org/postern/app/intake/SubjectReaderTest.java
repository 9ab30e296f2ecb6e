package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SubjectReaderTest {
    private static @Nullable String read(String message, int block) {
        SubjectReader reader = new SubjectReader();
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < octets.length; at += block) {
            reader.write(octets, at, Math.min(block, octets.length - at));
        }
        return reader.subject();
    }

    @Test
    void theSubjectIsUnfoldedHoweverTheBlocksFall() {
        String message = "From: a@b\r\nSUBJECT: grüße\r\n from afar\r\n\r\nSubject: body\r\n";
        for (int block = 1; block < message.length(); block++) {
            assertThat(read(message, block)).isEqualTo("grüße from afar");
        }
    }

    @Test
    void aSubjectInTheBodyIsNone() {
        assertThat(read("From: a@b\r\n\r\nSubject: body\r\n", 4)).isNull();
    }
}
