package org.postern.auth.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.security.MessageDigest;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;

/** The canonicalizations against slow ones that say what RFC 6376, 3.4 says, word for word. */
class CanonicalizationTest {
    private static final String ALPHABET = " \t\r\na.\u00e9";

    /** A digest that keeps what it is given. */
    private static final class Recorder extends MessageDigest {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Recorder() {
            super("recorder");
        }

        @Override
        protected void engineUpdate(byte input) {
            out.write(input);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int len) {
            out.write(input, offset, len);
        }

        @Override
        protected byte[] engineDigest() {
            return out.toByteArray();
        }

        @Override
        protected void engineReset() {
            out.reset();
        }
    }

    private static String canonical(boolean relaxed, String body, long limit, int[] cuts) {
        BodyHash hash = new BodyHash(new Recorder(), limit);
        BodyCanonicalizer canonicalizer = relaxed ? new RelaxedBody() : new SimpleBody();
        canonicalizer.add(hash);
        byte[] octets = body.getBytes(ISO_8859_1);
        int at = 0;
        for (int cut : cuts) {
            int to = Math.clamp(cut, at, octets.length);
            canonicalizer.write(octets, at, to);
            at = to;
        }
        canonicalizer.write(octets, at, octets.length);
        canonicalizer.finish();
        String out = new String(hash.value(), ISO_8859_1);
        assertThat(hash.unsigned()).isEqualTo(hash.total() - out.length());
        return out;
    }

    /** RFC 6376, 3.4.3. */
    private static String simple(String body) {
        String out = body;
        while (out.endsWith("\r\n\r\n")) {
            out = out.substring(0, out.length() - 2);
        }
        return out.equals("\r\n") || out.endsWith("\r\n") ? out : out + "\r\n";
    }

    /** RFC 6376, 3.4.4. */
    private static String relaxed(String body) {
        StringBuilder out = new StringBuilder();
        for (String line : (body + "\u0000").split("\r\n", -1)) {
            boolean last = line.endsWith("\u0000");
            String text = last ? line.substring(0, line.length() - 1) : line;
            out.append(text.replaceAll("[ \t]+", " ").replaceAll(" \\z", ""));
            out.append(last ? "" : "\r\n");
        }
        String done = out.toString();
        while (done.endsWith("\r\n\r\n")) {
            done = done.substring(0, done.length() - 2);
        }
        if (done.isEmpty() || done.equals("\r\n")) {
            return "";
        }
        return done.endsWith("\r\n") ? done : done + "\r\n";
    }

    @Test
    void anyBodyInAnyBlocksComesOutAsTheRfcSays() {
        Random random = new Random(6376);
        for (int n = 0; n < 60_000; n++) {
            StringBuilder body = new StringBuilder();
            for (int length = random.nextInt(30); body.length() < length; ) {
                int pick = random.nextInt(ALPHABET.length() + 3);
                body.append(pick < ALPHABET.length() ? "" + ALPHABET.charAt(pick) : "\r\n");
            }
            String text = body.toString();
            int[] cuts = random.ints(3, 0, 30).sorted().toArray();
            long limit = random.nextInt(4) == 0 ? random.nextInt(20) : BodyHashes.WHOLE;
            for (boolean relaxed : new boolean[] {false, true}) {
                String expected = relaxed ? relaxed(text) : simple(text);
                assertThat(canonical(relaxed, text, limit, cuts))
                        .as("relaxed %s, %s", relaxed, text.chars().boxed().toList())
                        .isEqualTo(expected.substring(0, (int) Math.min(limit, expected.length())));
            }
        }
    }

    @Test
    void longRunsComeOutAsShortOnesDo() {
        Random random = new Random(3);
        StringBuilder body = new StringBuilder();
        for (int n = 0; n < 3000; n++) {
            body.append("x".repeat(random.nextInt(400)))
                    .append(" ".repeat(random.nextInt(3)))
                    .append("\r\n".repeat(random.nextInt(200) == 0 ? 300 : random.nextInt(3)));
        }
        String text = body.toString();
        int[] cuts = random.ints(100, 0, text.length()).sorted().toArray();
        assertThat(canonical(true, text, BodyHashes.WHOLE, cuts)).isEqualTo(relaxed(text));
        assertThat(canonical(false, text, BodyHashes.WHOLE, cuts)).isEqualTo(simple(text));
    }

    @Test
    void aFieldComesOutAsTheRfcsExampleDoes() {
        // RFC 6376, 3.4.5
        String header = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n";
        assertThat(fields(Canonicalization.RELAXED, header)).isEqualTo("a:X\r\nb:Y Z\r\n");
        assertThat(fields(Canonicalization.SIMPLE, header))
                .isEqualTo("A: X\r\nB : Y\t\r\n\tZ  \r\n");
        assertThat(canonical(true, " C \r\nD \t E\r\n\r\n\r\n", BodyHashes.WHOLE, new int[0]))
                .isEqualTo(" C\r\nD E\r\n");
        assertThat(canonical(false, " C \r\nD \t E\r\n\r\n\r\n", BodyHashes.WHOLE, new int[0]))
                .isEqualTo(" C \r\nD \t E\r\n");
    }

    private static String fields(Canonicalization canonicalization, String header) {
        byte[] octets = header.getBytes(ISO_8859_1);
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        HeaderSection section = reader.finish();
        SigningInput input = new SigningInput(canonicalization);
        input.appendSelected(section, List.of("a", "missing", "b", "a"), -1);
        return new String(input.octets(), 0, input.size(), ISO_8859_1);
    }

    @Test
    void fiftyMegabytesCostNoMoreMemoryThanFive() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] block =
                ("A line with  two spaces, and one at its end \r\n\r\n" + "x".repeat(70) + "\r\n")
                        .repeat(100)
                        .getBytes(ISO_8859_1);
        BodyHashes bodies = new BodyHashes();
        for (Canonicalization canonicalization : Canonicalization.values()) {
            bodies.request(canonicalization, SigningAlgorithm.RSA_SHA256, BodyHashes.WHOLE);
            bodies.request(canonicalization, SigningAlgorithm.RSA_SHA256, 1_000_000);
        }
        bodies.write(block, 0, block.length); // buffers and classes are there after the first
        long before = threads.getCurrentThreadAllocatedBytes();
        for (long written = 0; written < 50_000_000; written += block.length) {
            bodies.write(block, 0, block.length);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        bodies.finish();
        assertThat(allocated).isLessThan(64 * 1024);
    }
}
