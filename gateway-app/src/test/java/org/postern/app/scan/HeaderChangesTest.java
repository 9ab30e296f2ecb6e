package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.core.mail.ByteRange;
import org.postern.core.scan.FieldChanges;
import org.postern.core.scan.ScanResult;

/** What a scanner may do to a header, and what it may not. */
class HeaderChangesTest {
    private static final String HEADER =
            """
            DKIM-Signature: v=1; a=rsa-sha256; d=s.example;
            \th = From : X-Signed:\r
            \t x-absent; b=abc
            From: a@s.example
            X-Old: 1
            X-Signed: yes
            x-old : 2
            X-OLD: 3

            """
                    .replace("\\r", "")
                    .replace("\r", "")
                    .replace("\n", "\r\n");

    private static HeaderSection header(String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        HeaderReader reader = new HeaderReader();
        assertThat(reader.accept(octets, 0, octets.length)).isPositive();
        return reader.finish();
    }

    private static HeaderChanges changes(
            List<FieldChanges.Added> added, List<FieldChanges.Removed> removed) {
        return HeaderChanges.of(
                List.of(
                        new ScanResult(
                                ScanResult.Scanner.RSPAMD,
                                ScanResult.Outcome.CLEAN,
                                0,
                                0,
                                List.of(),
                                "no action",
                                "",
                                new FieldChanges(added, removed))),
                header(HEADER),
                List.of());
    }

    private static List<String> left(HeaderChanges changes) {
        return changes.omitted().stream()
                .map((ByteRange r) -> HEADER.substring((int) r.start(), (int) r.end()).strip())
                .toList();
    }

    private static List<String> remove(String name, int which) {
        return left(changes(List.of(), List.of(new FieldChanges.Removed(name, which))));
    }

    @Test
    void fieldsAreLeftOutByNameAllOrOneFromEitherEnd() {
        assertThat(remove("X-Old", 0)).containsExactly("X-Old: 1", "x-old : 2", "X-OLD: 3");
        assertThat(remove("x-OLD", 2)).containsExactly("x-old : 2");
        assertThat(remove("X-Old", -1)).containsExactly("X-OLD: 3");
        assertThat(remove("X-Old", 4)).isEmpty();
        assertThat(remove("X-Old", Integer.MIN_VALUE)).isEmpty();
        assertThat(remove("X-Old", Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void aFieldIsLeftOutOnceWhoeverAsksForIt() {
        ByteRange first =
                changes(List.of(), List.of(new FieldChanges.Removed("X-Old", 1)))
                        .omitted()
                        .getFirst();
        HeaderChanges changes =
                HeaderChanges.of(
                        List.of(
                                new ScanResult(
                                        ScanResult.Scanner.RSPAMD,
                                        ScanResult.Outcome.CLEAN,
                                        0,
                                        0,
                                        List.of(),
                                        "",
                                        "",
                                        new FieldChanges(
                                                List.of(),
                                                List.of(
                                                        new FieldChanges.Removed("X-Old", 0),
                                                        new FieldChanges.Removed("X-Old", -1))))),
                        header(HEADER),
                        List.of(first));
        assertThat(left(changes)).containsExactly("X-Old: 1", "x-old : 2", "X-OLD: 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Received",
                "authentication-results",
                "Authentication-Results",
                "ARC-Seal",
                "DKIM-Signature",
                "X-Postern-Policy",
                "From",
                "subject",
                "Content-Type",
                "List-Unsubscribe",
                "Return-Path",
                "X-Signed",
                "X-ABSENT",
            })
    void whatTracesAuthenticatesOrIsSignedIsNotTouched(String name) {
        HeaderChanges changes =
                changes(
                        List.of(new FieldChanges.Added(name, "forged")),
                        List.of(new FieldChanges.Removed(name, 0)));
        assertThat(changes.added()).isEmpty();
        assertThat(changes.omitted()).isEmpty();
        assertThat(changes.refused()).isEqualTo(2);
    }

    @Test
    void whatClamdSaysIsSaidInClamdsFieldsAlone() {
        FieldChanges wish =
                new FieldChanges(
                        List.of(
                                new FieldChanges.Added("X-VIRUS-Status", "Clean"),
                                new FieldChanges.Added("X-Spam-Flag", "NO")),
                        List.of());
        ScanResult rspamd =
                new ScanResult(
                        ScanResult.Scanner.RSPAMD,
                        ScanResult.Outcome.CLEAN,
                        0,
                        0,
                        List.of(),
                        "no action",
                        "",
                        wish);
        ScanResult clamd =
                ScanResult.of(ScanResult.Scanner.CLAMAV, ScanResult.Outcome.INFECTED, "Eicar");
        assertThat(HeaderChanges.of(List.of(rspamd, clamd), header(HEADER), List.of()).added())
                .extracting(FieldChanges.Added::name)
                .containsExactly("X-Spam-Flag");
        assertThat(HeaderChanges.of(List.of(rspamd), header(HEADER), List.of()).added()).hasSize(2);
    }
}
