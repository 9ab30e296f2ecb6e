package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
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
        HeaderReader reader = new HeaderReader(octets.length);
        assertThat(reader.accept(octets, 0, octets.length)).isPositive();
        return reader.finish();
    }

    private static final Verdicts PASSED = verdicts(List.of(AuthResult.PASS), ArcResult.NONE);

    private static Verdicts verdicts(List<AuthResult> dkim, ArcResult arc) {
        return new Verdicts(
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.MAILFROM, "", "x"),
                SpfResult.notRun(AuthResult.NONE, SpfResult.Identity.HELO, "", "x"),
                new IprevResult(AuthResult.NONE, null, "x"),
                dkim.stream()
                        .map(r ->
                                new DkimResult(
                                        r,
                                        "s.example",
                                        null,
                                        null,
                                        0,
                                        null,
                                        null,
                                        false,
                                        0,
                                        false,
                                        "x",
                                        null))
                        .toList(),
                arc,
                DmarcResult.notRun("x", List.of()));
    }

    private static ScanResult rspamd(
            List<FieldChanges.Added> added, List<FieldChanges.Removed> removed) {
        return new ScanResult(
                ScanResult.Scanner.RSPAMD,
                ScanResult.Outcome.CLEAN,
                0,
                0,
                List.of(),
                "no action",
                "",
                new FieldChanges(added, removed));
    }

    private static HeaderChanges changes(
            List<FieldChanges.Added> added, List<FieldChanges.Removed> removed) {
        return HeaderChanges.of(List.of(rspamd(added, removed)), header(HEADER), PASSED, List.of());
    }

    private static FieldChanges.Added add(String name) {
        return new FieldChanges.Added(name, "x");
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
                                rspamd(
                                        List.of(),
                                        List.of(
                                                new FieldChanges.Removed("X-Old", 0),
                                                new FieldChanges.Removed("X-Old", -1)))),
                        header(HEADER),
                        PASSED,
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
                "X-ABSENT",
            })
    void whatTracesAuthenticatesOrIsSignedAsAbsentIsNotTouched(String name) {
        HeaderChanges changes =
                changes(
                        List.of(new FieldChanges.Added(name, "forged")),
                        List.of(new FieldChanges.Removed(name, 0)));
        assertThat(changes.added()).isEmpty();
        assertThat(changes.omitted()).isEmpty();
        assertThat(changes.refused()).isEqualTo(2);
    }

    @Test
    void aSignedFieldIsNotLeftOutButGetsAnotherOneAboveIt() {
        HeaderChanges changes =
                changes(List.of(add("X-Signed")), List.of(new FieldChanges.Removed("x-signed", 1)));
        assertThat(changes.added()).hasSize(1);
        assertThat(changes.omitted()).isEmpty();
        assertThat(changes.refused()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PASS")
    void aSignatureThatDidNotPassForbidsNothing(AuthResult result) {
        HeaderChanges changes =
                HeaderChanges.of(
                        List.of(
                                rspamd(
                                        List.of(add("X-Absent"), add("X-Signed")),
                                        List.of(new FieldChanges.Removed("X-Signed", 0)))),
                        header(HEADER),
                        verdicts(List.of(result), ArcResult.NONE),
                        List.of());
        assertThat(changes.added()).hasSize(2);
        assertThat(left(changes)).containsExactly("X-Signed: yes");
        assertThat(changes.refused()).isZero();
    }

    @Test
    void eachSignatureIsTakenForWhatWasFoundOfItself() {
        HeaderSection header =
                header(
                        """
                        DKIM-Signature: h=x-bogus:deliver-to; b=\r
                        DKIM-Signature: h=from:x-b:x-b:x-spam-flag; b=abc\r
                        X-B: 1\r
                        DKIM-Signature: h=x-beyond; b=abc\r
                        From: a@s.example\r
                        \r
                        """);
        HeaderChanges changes =
                HeaderChanges.of(
                        List.of(
                                rspamd(
                                        List.of(
                                                add("X-Bogus"),
                                                add("Deliver-To"),
                                                add("X-B"),
                                                add("X-Spam-Flag"),
                                                add("X-Beyond")),
                                        List.of())),
                        header,
                        verdicts(List.of(AuthResult.PERMERROR, AuthResult.PASS), ArcResult.NONE),
                        List.of());
        assertThat(changes.added())
                .extracting(FieldChanges.Added::name)
                .containsExactly("X-Bogus", "Deliver-To", "X-Spam-Flag", "X-Beyond");
        assertThat(changes.refused()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"PASS, 0, 2", "PASS, 2, 1", "FAIL, 0, 0"})
    void ofAnArcChainThoseCountThatStillVerify(AuthResult result, int oldestPass, int refused) {
        HeaderSection header =
                header(
                        """
                        ARC-Message-Signature: i=2; h=from:x-new; b=abc\r
                        ARC-Message-Signature: a=rsa-sha256; i=1; h=from:x-first; b=abc\r
                        From: a@s.example\r
                        \r
                        """);
        HeaderChanges changes =
                HeaderChanges.of(
                        List.of(rspamd(List.of(add("X-New"), add("X-First")), List.of())),
                        header,
                        verdicts(
                                List.of(),
                                new ArcResult(result, 2, List.of(), oldestPass, null, "x")),
                        List.of());
        assertThat(changes.refused()).isEqualTo(refused);
    }

    @Test
    void fieldsWithoutNumberThatAreLeftOutTwiceCostNoSecondsOfASession() {
        int fields = 300_000;
        HeaderSection header = header("X-Spam-Level:\r\n".repeat(fields) + "\r\n");
        List<ByteRange> forged =
                header.fields().stream()
                        .map(f -> new ByteRange(f.offset(), f.offset() + f.length()))
                        .toList();
        HeaderChanges changes =
                Assertions.assertTimeoutPreemptively(
                        Duration.ofSeconds(10), // where each was looked for in a list: a minute
                        () ->
                                HeaderChanges.of(
                                        List.of(
                                                rspamd(
                                                        List.of(),
                                                        List.of(
                                                                new FieldChanges.Removed(
                                                                        "X-Spam-Level", 0)))),
                                        header,
                                        PASSED,
                                        forged));
        assertThat(changes.omitted()).hasSize(fields).isEqualTo(forged);
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
        assertThat(
                        HeaderChanges.of(List.of(rspamd, clamd), header(HEADER), PASSED, List.of())
                                .added())
                .extracting(FieldChanges.Added::name)
                .containsExactly("X-Spam-Flag");
        assertThat(HeaderChanges.of(List.of(rspamd), header(HEADER), PASSED, List.of()).added())
                .hasSize(2);
    }
}
