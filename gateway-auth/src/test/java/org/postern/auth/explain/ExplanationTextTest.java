package org.postern.auth.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.postern.auth.AuthRun;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.dns.TestDns;
import org.postern.core.net.Ip;

/** The explanation as a colleague reads it. */
class ExplanationTextTest {
    private static final String MESSAGE =
            """
            From: Ann Example <ann@example.org>
            To: Bob <bob@example.net>
            Subject: Minutes
            Date: Sat, 21 Nov 2026 10:00:00 +0000
            Message-ID: <1@example.org>

            Hello Bob
            """;

    private final TestDns dns =
            TestDns.of()
                    .txt("example.org", "v=spf1 ip4:198.51.100.0/24 -all")
                    .txt("_dmarc.example.org", "v=DMARC1; p=reject");

    /** The page shows this very text. */
    @Test
    void theHairpinnedMessageOfTheManualIsExplainedAsItSays() throws IOException {
        String page =
                Files.readString(
                        Path.of(System.getProperty("postern.root", ".."))
                                .resolve("docs/operations.md"));
        assertThat(page).contains("```text\n" + explain("10.1.2.3") + "```\n");
    }

    @Test
    void whatRanSaysWhatItTook() {
        assertThat(explain("198.51.100.7"))
                .contains("example.org lists this client, by the term ip4:198.51.100.0/24.")
                .containsPattern("It took 0 of the 10 look-ups allowed, 0 of them without")
                .contains("The author's domain example.org is authenticated by spf.")
                .doesNotContain("under networks");
    }

    @Test
    void aForgedMessageNamesTheRecordThatSaysSo() {
        assertThat(explain("203.0.113.9"))
                .contains("TXT example.org: v=spf1 ip4:198.51.100.0/24 -all")
                .contains("example.org says that this client may not send for it, by the term -all")
                .contains("_dmarc.example.org: v=DMARC1; p=reject")
                .contains("and its policy is reject")
                .contains("Advice: reject");
    }

    private String explain(String client) {
        AuthenticationRequest envelope =
                new AuthenticationRequest(
                        Ip.parse(client),
                        "balancer.example.net",
                        "ann@example.org",
                        AuthenticationRequest.Origin.CONNECTION,
                        null);
        byte[] message = MESSAGE.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
        return ExplanationText.of(
                new Explainer(AuthRun.authenticator(dns), null)
                        .explain(new Question(envelope, message)));
    }
}
