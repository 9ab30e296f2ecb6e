package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;

/**
 * Ours beside jDKIM 0.5 over generated messages, signed, then changed in one place. Where the two
 * differ there must be a known reason; {@code -Dpostern.differential=N} runs more than the usual
 * number.
 */
class JdkimDifferentialTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final KeyPair RSA = DkimSamples.pair("RSA", 1024);
    private static final String RECORD = DkimSamples.record(RSA);
    private static final TestDns DNS = DkimSamples.dns("example.org", "s1", RSA);
    private static final String WORDS = "abc ABC 123 .,;:=<>@\t  ";
    private static final int CASES = Integer.getInteger("postern.differential", 1000);

    /** Why jDKIM may say something else. */
    private enum Known {
        /** It gives an empty relaxed body one line end; RFC 6376, 3.4.4 gives it none. */
        EMPTY_RELAXED_BODY,
        /** It reads the header section with mime4j, which gives up or mends odd lines. */
        ODD_HEADER_SECTION,
        /** It takes octets in header fields through a charset; we take them as they are. */
        EIGHT_BIT_HEADER,
        /** It takes a bare CR or LF in the body for a line end; RFC 6376, 3.4 knows CRLF only. */
        BARE_LINE_ENDS,
        /** It lets a tag list pass that RFC 6376, 3.2 forbids, or a value that 3.5 does. */
        LOOSE_TAGS,
        /** It passes a signature whose l= is more than the body has (RFC 6376, 3.5). */
        LENGTH_BEYOND_BODY,
        /** It passes a message without From (RFC 5322, 3.6). */
        NO_FROM,
        /** It writes the signature's field name anew; simple means as it stands (3.4.1). */
        SIGNATURE_FIELD_NAME,
        /** It trims control characters off values like white space; WSP is space and tab. */
        CONTROL_CHARACTERS,
        /** It keeps white space at the end of a last line that has no line end (3.4.4). */
        WHITE_SPACE_AT_THE_VERY_END
    }

    private final Random random = new Random(20261121);

    @Test
    void whereTheTwoDifferThereIsAKnownReason() throws IOException {
        Map<Known, Integer> differences = new EnumMap<>(Known.class);
        List<String> unexplained = new ArrayList<>();
        int bothPass = 0;
        int neither = 0;
        for (int n = 0; n < CASES; n++) {
            String message = mutate(signed());
            List<DkimResult> ours = DkimRun.verify(DNS, message, NOW);
            boolean pass = ours.stream().anyMatch(r -> r.result() == AuthResult.PASS);
            boolean theirs = jdkim(message);
            if (pass == theirs) {
                bothPass += pass ? 1 : 0;
                neither += pass ? 0 : 1;
                continue;
            }
            Known known = explain(message, pass, ours);
            if (known == null) {
                unexplained.add("ours " + pass + " " + ours + "\n" + message);
            } else {
                differences.merge(known, 1, Integer::sum);
            }
        }
        assertThat(unexplained).as("unexplained; the explained ones are " + differences).isEmpty();
        assertThat(bothPass).isGreaterThan(CASES / 5);
        assertThat(neither).isGreaterThan(CASES / 10);
    }

    private static boolean jdkim(String message) throws IOException {
        DKIMVerifier verifier = new DKIMVerifier((method, selector, token) -> List.of(RECORD));
        try {
            List<SignatureRecord> found =
                    verifier.verify(
                            new ByteArrayInputStream(
                                    message.getBytes(StandardCharsets.ISO_8859_1)));
            return found != null && !found.isEmpty();
        } catch (FailException | RuntimeException e) {
            return false; // it throws for what it cannot read
        }
    }

    private static @Nullable Known explain(String message, boolean pass, List<DkimResult> ours) {
        int blank = message.indexOf("\r\n\r\n");
        String header = blank < 0 ? message : message.substring(0, blank + 2);
        String body = blank < 0 ? "" : message.substring(blank + 4);
        String reason = ours.isEmpty() ? "" : ours.getFirst().reason();
        if (body.replace("\r\n", "").isBlank()) {
            return Known.EMPTY_RELAXED_BODY;
        }
        if (message.endsWith(" ") || message.endsWith("\t")) {
            return Known.WHITE_SPACE_AT_THE_VERY_END;
        }
        if (!pass && reason.equals("dkim.permerror.body-length")) {
            return Known.LENGTH_BEYOND_BODY;
        }
        if (!pass && reason.equals("dkim.permerror.no-from")) {
            return Known.NO_FROM;
        }
        if (!pass && reason.startsWith("dkim.permerror.")) {
            return Known.LOOSE_TAGS;
        }
        if (!header.startsWith("DKIM-Signature: ") && !header.startsWith("Subject: on top")) {
            return Known.SIGNATURE_FIELD_NAME;
        }
        if (header.chars().anyMatch(c -> c > 0x7f)) {
            return Known.EIGHT_BIT_HEADER;
        }
        String bare = message.replace("\r\n", "");
        if (header.chars().anyMatch(c -> c < ' ' && c != '\t' && c != '\r' && c != '\n')) {
            return Known.CONTROL_CHARACTERS;
        }
        if (bare.indexOf('\r') >= 0 || bare.indexOf('\n') >= 0) {
            return Known.BARE_LINE_ENDS;
        }
        if (header.lines().anyMatch(l -> !l.matches("[!-9;-~]+:.*|[ \t].*"))
                || header.startsWith(" ")
                || header.startsWith("\t")) {
            return Known.ODD_HEADER_SECTION;
        }
        return null;
    }

    private String words(int most) {
        StringBuilder out = new StringBuilder();
        for (int n = random.nextInt(most + 1); n > 0; n--) {
            boolean eightBit = random.nextInt(300) == 0;
            out.append(eightBit ? '\u00e9' : WORDS.charAt(random.nextInt(WORDS.length())));
        }
        return out.toString();
    }

    private String signed() {
        StringBuilder message = new StringBuilder();
        message.append("From: a@example.org\r\nTo:").append(words(20)).append("\r\nSubject: ");
        message.append(words(30)).append("x\r\n").append(random.nextBoolean() ? " folded\r\n" : "");
        message.append("Subject: two\r\n".repeat(random.nextInt(2)));
        message.append("Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n");
        for (int n = random.nextInt(6); n > 0; n--) {
            message.append(words(40)).append("\r\n".repeat(1 + random.nextInt(2)));
        }
        message.append(random.nextInt(8) == 0 ? "no line end" : "");
        Canonicalization[] both = Canonicalization.values();
        List<String> names = new ArrayList<>(List.of("from", "to", "subject", "date"));
        if (random.nextBoolean()) {
            names.addAll(List.of("subject", "from", "x-none"));
        }
        DkimSigner signer =
                new DkimSigner(
                        DkimSamples.key("example.org", "s1", RSA),
                        both[random.nextInt(2)],
                        both[random.nextInt(2)],
                        names,
                        random.nextInt(6) == 0 ? random.nextInt(30) : BodyHashes.WHOLE,
                        null,
                        null,
                        random.nextInt(4) == 0 ? "@sub.example.org" : null);
        return DkimSamples.sign(signer, message.toString());
    }

    /** Changes one thing, or nothing. */
    private String mutate(String message) {
        int at = random.nextInt(message.length());
        int blank = message.indexOf("\r\n\r\n");
        return switch (random.nextInt(14)) {
            case 0 -> message + "\r\n\r\n";
            case 1 -> message + "added\r\n";
            case 2 -> message.replaceFirst("Subject: ", "SUBJECT :\t ");
            case 3 -> message.replaceFirst("Date: Sat, ", "Date: Sat,\r\n\t");
            case 4 -> message.substring(0, at) + message.substring(at + 1);
            case 5 ->
                    message.substring(0, at)
                            + (char) (message.charAt(at) ^ (1 << random.nextInt(7)))
                            + message.substring(at + 1);
            case 6 -> message.substring(0, at) + ' ' + message.substring(at);
            case 7 -> message.substring(0, at) + "\r\n" + message.substring(at);
            case 8 -> message.substring(0, at);
            case 9 -> "Subject: on top\r\n" + message;
            case 10 -> message.substring(0, blank) + "\r\nX-More: 1" + message.substring(blank);
            case 11 -> message.replaceFirst("\r\nFrom:", "\r\nFrum:");
            default -> message;
        };
    }
}
