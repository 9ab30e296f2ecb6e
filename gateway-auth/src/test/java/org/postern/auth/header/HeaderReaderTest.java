package org.postern.auth.header;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HeaderReaderTest {

    private static HeaderSection read(String message) {
        return read(message.getBytes(ISO_8859_1), Integer.MAX_VALUE, HeaderReader.DEFAULT_LIMIT);
    }

    private static HeaderSection read(byte[] message, int step, int limit) {
        HeaderReader reader = new HeaderReader(limit);
        int at = 0;
        while (at < message.length && !reader.complete()) {
            at += reader.accept(message, at, Math.min(step, message.length - at));
        }
        return reader.finish();
    }

    private static String part(String message, HeaderField field) {
        return message.substring((int) field.offset(), (int) field.offset() + field.length());
    }

    @Test
    void aFieldIsARangeOfTheReceivedContent() {
        String message = "From: a@example.org\r\nSubject: one\r\n two\r\n\r\nbody\r\n";
        HeaderSection section = read(message);

        assertThat(section.fields())
                .extracting(HeaderField::name)
                .containsExactly("from", "subject");
        assertThat(part(message, section.field(1))).isEqualTo("Subject: one\r\n two\r\n");
        assertThat(section.field(1).rawValue()).isEqualTo(" one\r\n two");
        assertThat(section.field(1).value()).isEqualTo(" one two");
        assertThat(section.bodyOffset()).isEqualTo(message.indexOf("body"));
        assertThat(section.terminated()).isTrue();
        assertThat(section.malformed()).isFalse();
        assertThat(section.bareLf()).isFalse();
    }

    @Test
    void theSameIsReadHoweverTheBlocksAreCut() {
        byte[] message = "A: 1\r\nB:\r\n 2\r\n\t3\r\nC : 4\r\n\r\nbody".getBytes(ISO_8859_1);
        for (int step = 1; step <= message.length; step++) {
            HeaderSection section = read(message, step, 1000);
            assertThat(section.fields())
                    .extracting(HeaderField::raw)
                    .containsExactly("A: 1\r\n", "B:\r\n 2\r\n\t3\r\n", "C : 4\r\n");
            assertThat(section.bodyOffset()).isEqualTo(message.length - 4);
        }
    }

    @Test
    void theReaderSaysHowManyOctetsWereHeader() {
        byte[] message = "A: 1\r\n\r\nbody".getBytes(ISO_8859_1);
        HeaderReader reader = new HeaderReader();
        assertThat(reader.accept(message, 0, message.length)).isEqualTo(8);
        assertThat(reader.complete()).isTrue();
        assertThat(reader.accept(message, 8, 4)).isZero();
    }

    @Test
    void aMessageThatBeginsWithAnEmptyLineHasNoFields() {
        HeaderSection section = read("\r\nFrom: body@example.org\r\n");
        assertThat(section.count()).isZero();
        assertThat(section.bodyOffset()).isEqualTo(2);
    }

    @Test
    void aMessageWithoutEmptyLineHasNoBody() {
        HeaderSection section = read("From: a@example.org\r\nTo: b@example.org");
        assertThat(section.fields())
                .extracting(HeaderField::rawValue)
                .containsExactly(" a@example.org", " b@example.org");
        assertThat(section.terminated()).isFalse();
        assertThat(section.bodyOffset()).isEqualTo(38);
    }

    @Test
    void nothingAtAllIsAnEmptySection() {
        HeaderSection section = read("");
        assertThat(section.count()).isZero();
        assertThat(section.bodyOffset()).isZero();
        assertThat(section.first("from")).isNull();
        assertThat(section.lowest("from")).isEqualTo(-1);
    }

    @Test
    void namesAreFoundInAnyCaseFromTheBottomUp() {
        HeaderSection section = read("FROM: 1\r\nTo: x\r\nfrom : 2\r\nFrOm\t: 3\r\n\r\n");
        assertThat(section.fields("From"))
                .extracting(HeaderField::value)
                .containsExactly(" 1", " 2", " 3");
        assertThat(section.lowest("from")).isEqualTo(3);
        assertThat(section.above("from", 3)).isEqualTo(2);
        assertThat(section.above("from", 2)).isZero();
        assertThat(section.above("from", 0)).isEqualTo(-1);
        assertThat(section.malformed()).isFalse();
    }

    @Test
    void aLineThatIsNoFieldIsKeptAndMarked() {
        HeaderSection section =
                read("A: 1\r\nno field here\r\n folded\r\nFr om: x\r\nB\u00fc: 2\r\n: 3\r\n\r\n");
        assertThat(section.malformed()).isTrue();
        assertThat(section.fields())
                .extracting(HeaderField::wellFormed)
                .containsExactly(true, false, false, false, false);
        assertThat(section.fields())
                .extracting(HeaderField::name)
                .containsExactly("a", "", "fr om", "b\u00fc", "");
        assertThat(section.first("from")).isNull();
        assertThat(section.field(1).rawValue()).isEqualTo("no field here\r\n folded");
    }

    @Test
    void aNameWithWhiteSpaceOrControlsInItIsFoundByItselfAlone() {
        HeaderSection section = read("Fr om: 1\r\nFr\rom: 2\r\nFrom\r: 3\r\n\r\n");
        assertThat(section.fields("fr om")).hasSize(1);
        assertThat(section.fields("fr\rom")).hasSize(1);
        assertThat(section.fields("from\r")).hasSize(1);
        assertThat(section.fields("from")).isEmpty();
        assertThat(section.malformed()).isTrue();
    }

    @Test
    void onlyAsciiLettersHaveCase() {
        HeaderSection section = read("X-\u00c1B: 1\r\n\r\n");
        assertThat(section.field(0).name()).isEqualTo("x-\u00c1b");
        assertThat(section.fields(section.field(0).name())).hasSize(1);
    }

    @Test
    void aContinuationWithNothingAboveItIsNoField() {
        HeaderSection section = read(" From: a@example.org\r\nTo: b\r\n\r\n");
        assertThat(section.malformed()).isTrue();
        assertThat(section.fields("from")).isEmpty();
        assertThat(section.count()).isEqualTo(2);
    }

    @Test
    void aBareLineFeedEndsALineSoThatNothingHidesBehindIt() {
        HeaderSection section = read("Subject: x\nFrom: hidden@example.org\r\n\nbody");
        assertThat(section.bareLf()).isTrue();
        assertThat(section.fields("from")).hasSize(1);
        assertThat(section.bodyOffset()).isEqualTo(38);
    }

    @Test
    void octetsAboveAsciiAreKept() {
        String subject = "Subject: gr\u00fc\u00df\r\n";
        byte[] bytes = (subject + "\r\n").getBytes(UTF_8);
        HeaderField field = read(bytes, 3, 100).field(0);
        assertThat(field.utf8Value()).isEqualTo(" gr\u00fc\u00df");
        assertThat(field.length()).isEqualTo(subject.getBytes(UTF_8).length);
    }

    @Test
    void aSectionBeyondTheLimitIsTruncatedAndItsBodyStillFound() {
        String message = "A: 1\r\nB: 2\r\nC: 3\r\n" + "D: 4\r\n".repeat(50) + "\r\nbody";
        byte[] bytes = message.getBytes(ISO_8859_1);
        for (int step = 1; step < 30; step++) {
            HeaderSection section = read(bytes, step, 20);
            assertThat(section.truncated()).isTrue();
            assertThat(section.terminated()).isTrue();
            assertThat(section.bodyOffset()).isEqualTo(message.indexOf("body"));
            assertThat(section.fields())
                    .extracting(HeaderField::name)
                    .isEqualTo(List.of("a", "b", "c").subList(0, section.count()));
            assertThat(section.bytes().length).isLessThanOrEqualTo(20);
        }
    }

    @Test
    void theBodyIsFoundWhereverTheLimitFalls() {
        String message = "A: 1\r\n\r\r\nB: 2\r\n 3\nC: 3\r\n\r\nbody\r\n\r\nmore";
        byte[] bytes = message.getBytes(ISO_8859_1);
        for (int limit = 1; limit <= bytes.length; limit++) {
            for (int step = 1; step <= bytes.length; step++) {
                HeaderSection section = read(bytes, step, limit);
                assertThat(section.bodyOffset()).isEqualTo(message.indexOf("body"));
                assertThat(section.terminated()).isTrue();
                assertThat(section.truncated()).isEqualTo(limit < message.indexOf("body"));
            }
        }
    }

    @Test
    void aHundredThousandFieldsAreReadAndFoundInBoundedMemory() {
        StringBuilder message = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            message.append("X").append(i % 1000).append(": 1\r\n");
        }
        byte[] bytes = message.append("\r\n").toString().getBytes(ISO_8859_1);
        HeaderSection section = read(bytes, 1 << 16, 1 << 21);
        assertThat(section.count()).isEqualTo(100_000);
        assertThat(section.fields("x77")).hasSize(100);
        assertThat(section.fields("x1000")).isEmpty();
    }

    @Test
    void threeHundredThousandEmptyNamesDoNotSlowALookUp() {
        byte[] bytes = (":\r\n".repeat(300_000) + "From: a\r\n\r\n").getBytes(ISO_8859_1);
        HeaderSection section = read(bytes, 1 << 16, 1 << 20);
        assertThat(section.fields("from")).hasSize(1);
        assertThat(section.malformed()).isTrue();
    }
}
