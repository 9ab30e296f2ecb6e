package org.postern.auth.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.net.Ip;

class AuthenticationResultsWriterTest {
    private final AuthenticationResultsWriter writer =
            new AuthenticationResultsWriter("mx.example.net");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x; dmarc=pass",
                "x\r\nAuthentication-Results: mx.example.net; dmarc=pass",
                "x\0.example",
                "x (dmarc=pass",
                "x\"; dmarc=pass",
                "legitimate.com'a.attack.com",
                "x=y; dmarc=pass header.from=victim.example",
                "\u202e\u0000\u0007",
                "é",
            })
    void nothing_a_sender_writes_becomes_a_result(String evil) {
        AuthenticationResultsWriter.Words words =
                writer.write(
                        verdicts(evil, AuthResult.PASS),
                        new CheckedIdentities(Ip.parse("192.0.2.1"), evil, evil));
        String value = words.value();
        assertThat(value).matches("[\\x20-\\x7e]*");
        ReportedResults read = ReportedResults.parse(value);
        assertThat(read.authservId()).isEqualTo("mx.example.net");
        assertThat(read.results())
                .extracting(ReportedResults.Reported::method)
                .containsExactly("spf", "spf", "iprev", "dkim", "arc", "dmarc");
        assertThat(read.says("dmarc", "fail")).isTrue();
        assertThat(read.says("dmarc", "pass")).isFalse();
        assertThat(value).doesNotContain("header.d=legitimate.com");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a@example.org | smtp.mailfrom=a@example.org",
                "\"a b\"@example.org | smtp.mailfrom=example.org",
                "o'brien@example.org | smtp.mailfrom=example.org",
                "bounce+a=b.example@example.org | smtp.mailfrom=bounce+a=b.example@example.org",
                "a@[192.0.2.1] | smtp.mailfrom=a@\"[192.0.2.1]\"",
                "'' | smtp.mailfrom=postmaster@spf.example",
            })
    void the_reverse_path_is_written_as_far_as_it_is_plain(String from, String property) {
        assertThat(
                        writer.write(
                                        verdicts("spf.example", AuthResult.PASS),
                                        new CheckedIdentities(Ip.parse("192.0.2.1"), "h", from))
                                .value())
                .contains("spf=pass reason=spf.test " + property + ";");
    }

    @Test
    void lines_are_folded_and_stay_whole() {
        String field =
                writer.write(
                                verdicts("a".repeat(60) + ".example", AuthResult.PASS),
                                new CheckedIdentities(
                                        Ip.parse("2001:db8::1"), "h.example", "a@b.example"))
                        .field(AuthenticationResultsWriter.FIELD_NAME);
        assertThat(field.split("\r\n")).allMatch(l -> l.length() <= 100);
        assertThat(field).endsWith("\r\n").contains("policy.iprev=\"2001:db8::1\"");
        assertThat(field.replaceAll("\r\n (?=.)", " ").split("\r\n")).hasSize(1);
    }

    @Test
    void an_id_that_is_no_token_is_quoted() {
        assertThat(new AuthenticationResultsWriter("our \"gate\";").writeNone("off").value())
                .isEqualTo("\"our \\\"gate\\\";\"; none (off)");
    }

    private static Verdicts verdicts(String text, AuthResult dkim) {
        return new Verdicts(
                SpfResult.notRun(AuthResult.PASS, SpfResult.Identity.MAILFROM, text, "spf.test"),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, text, "spf.test"),
                new IprevResult(AuthResult.PASS, text, "iprev.pass"),
                List.of(
                        new DkimResult(
                                dkim,
                                text,
                                text,
                                text,
                                2048,
                                text,
                                text,
                                false,
                                0,
                                false,
                                "dkim.pass",
                                text)),
                new ArcResult(AuthResult.PASS, 1, List.of(text), 0, text, "arc.pass"),
                new DmarcResult(
                        AuthResult.FAIL,
                        text,
                        text,
                        text,
                        DmarcResult.Policy.REJECT,
                        DmarcResult.Policy.REJECT,
                        List.of(),
                        "dmarc.fail.spf-fail.dkim-fail",
                        List.of(text)));
    }
}
