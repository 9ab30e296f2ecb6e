package org.postern.auth.spf;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.postern.core.time.ManualTimeSource;

/** What the suite of the SPF project leaves open, and what is ours: reasons, traces, bounds. */
class SpfEvaluatorTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.1");
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final TestDns dns = TestDns.of();

    private SpfResult check(String from) {
        return check(from, CLIENT);
    }

    private SpfResult check(String from, InetAddress client) {
        return new SpfEvaluator(dns, time, "mx.example.net")
                .check(SpfRequest.mailFrom(client, "helo.example.com", from), TestDns.budget());
    }

    private void expect(String record, AuthResult result, String reason) {
        SpfResult r = checkRecord(record);
        assertThat(r.result()).as(record + r.trace()).isEqualTo(result);
        assertThat(r.reason()).as(record).isEqualTo(reason);
    }

    private SpfResult checkRecord(String record) {
        TestDns one = TestDns.of().txt("example.org", record).a("example.org", "192.0.2.1");
        return new SpfEvaluator(one, time, "mx.example.net")
                .check(
                        SpfRequest.mailFrom(CLIENT, "helo.example.com", "a@example.org"),
                        TestDns.budget());
    }

    @Test
    void theMechanismIsShownAsWritten() {
        assertThat(checkRecord("v=spf1 +IP4:192.0.2.0/24 -all").mechanism())
                .isEqualTo("+IP4:192.0.2.0/24");
        assertThat(checkRecord("v=spf1 -all").mechanism()).isEqualTo("-all");
        assertThat(checkRecord("v=spf1").mechanism()).isEqualTo("default");
        assertThat(checkRecord("v=spf1 nonsense").mechanism()).isNull();
    }

    @Test
    void everyOutcomeHasItsReason() {
        expect("v=spf1 a -all", AuthResult.PASS, "spf.pass");
        expect("v=spf1 -all", AuthResult.FAIL, "spf.fail.all");
        expect("v=spf1 -a", AuthResult.FAIL, "spf.fail.a");
        expect("v=spf1 ~ip4:192.0.2.1", AuthResult.SOFTFAIL, "spf.softfail.ip4");
        expect("v=spf1 ?exists:example.org", AuthResult.NEUTRAL, "spf.neutral.exists");
        expect(
                "v=spf1 -include:example.org",
                AuthResult.PERMERROR,
                "spf.permerror.too-many-lookups");
        expect("v=spf1", AuthResult.NEUTRAL, "spf.neutral.default");
        expect("v=spf1 ip4:300.1.1.1", AuthResult.PERMERROR, "spf.permerror.syntax");
        expect("v=spf1 include:no.example", AuthResult.PERMERROR, "spf.permerror.include-none");
        expect("v=spf1 redirect=no.example", AuthResult.PERMERROR, "spf.permerror.redirect-none");
        expect(
                "v=spf1 a:x.example a:y.example a:z.example -all",
                AuthResult.PERMERROR,
                "spf.permerror.too-many-void-lookups");
        assertThat(check("a@nowhere.example").reason()).isEqualTo("spf.none.no-such-domain");
        assertThat(check("a@localhost").reason()).isEqualTo("spf.none.invalid-domain");
        dns.a("bare.example", "192.0.2.1").txt("two.example", "v=spf1 -all", "v=spf1 +all");
        assertThat(check("a@bare.example").reason()).isEqualTo("spf.none.no-record");
        assertThat(check("a@two.example").reason()).isEqualTo("spf.permerror.multiple-records");
        dns.trouble("bad.example", "TXT", DnsAnswer.Reason.BAD_ANSWER).timeout("slow.example");
        assertThat(check("a@bad.example").reason()).isEqualTo("spf.temperror.bad-answer");
        assertThat(check("a@slow.example").reason()).isEqualTo("spf.temperror.timeout");
    }

    @Test
    void theNullReversePathIsPostmasterAtTheHeloName() {
        dns.txt("helo.example.com", "v=spf1 -all exp=why.example.com")
                .txt("why.example.com", "%{s} said %{h}");
        SpfResult r =
                new SpfEvaluator(dns, time, "mx")
                        .check(
                                SpfRequest.mailFrom(
                                        CLIENT, "helo.example.com", ReversePath.Null.INSTANCE),
                                TestDns.budget());
        assertThat(r.identity()).isEqualTo(SpfResult.Identity.MAILFROM);
        assertThat(r.domain()).isEqualTo("helo.example.com");
        assertThat(r.explanation()).isEqualTo("postmaster@helo.example.com said helo.example.com");
        SpfResult helo =
                new SpfEvaluator(dns, time, "mx")
                        .check(SpfRequest.helo(CLIENT, "helo.example.com"), TestDns.budget());
        assertThat(helo.identity()).isEqualTo(SpfResult.Identity.HELO);
        assertThat(helo.result()).isEqualTo(AuthResult.FAIL);
    }

    @Test
    void aQuotedLocalPartIsExpandedWithoutItsQuotes() {
        dns.txt("example.org", "v=spf1 -all exp=why.example.org")
                .txt("why.example.org", "%{l}|%{L}");
        assertThat(check("\"a b\\\"c\"@example.org").explanation()).isEqualTo("a b\"c|a%20b%22c");
        SpfResult typed =
                new SpfEvaluator(dns, time, "mx")
                        .check(
                                SpfRequest.mailFrom(
                                        CLIENT,
                                        "h",
                                        ReversePath.of(EmailAddress.of("\"a b\"@example.org"))),
                                TestDns.budget());
        assertThat(typed.explanation()).isEqualTo("a b|a%20b");
    }

    @Test
    void internationalNamesAreCheckedAsALabels() {
        dns.txt("xn--bcher-kva.example", "v=spf1 +all");
        assertThat(check("a@bücher.example").result()).isEqualTo(AuthResult.PASS);
        dns.txt("example.org", "v=spf1 exists:%{l}.%{o} -all").a("jürgen.example.org", "127.0.0.2");
        assertThat(check("jürgen@example.org").result()).isEqualTo(AuthResult.PASS);
    }

    @Test
    void aMappedAddressIsAnIpv4Address() throws Exception {
        byte[] octets = new byte[16];
        octets[10] = (byte) 0xff;
        octets[11] = (byte) 0xff;
        octets[12] = (byte) 192;
        octets[14] = 2;
        octets[15] = 1;
        InetAddress mapped = Inet6Address.getByAddress(null, octets, -1);
        dns.txt("example.org", "v=spf1 ip4:192.0.2.1 -all");
        assertThat(check("a@example.org", mapped).result()).isEqualTo(AuthResult.PASS);
    }

    @Test
    void anExplanationCanHoldWhatExplanationsMayHold() {
        dns.txt("example.org", "v=spf1 -all exp=%{d}.why.example")
                .txt(
                        "example.org.why.example",
                        "%{c} %{r} %{t} %{i} %{v} %{p} %{o} 100%% see%_%{D}");
        assertThat(check("a@example.org").explanation())
                .isEqualTo(
                        "192.0.2.1 mx.example.net 1795255200 192.0.2.1 in-addr unknown"
                                + " example.org 100% see example.org");
    }

    @Test
    void whatTheSenderSaysCannotPutControlsIntoAnExplanation() {
        dns.txt("example.org", "v=spf1 -all exp=why.example.org").txt("why.example.org", "<%{l}>");
        assertThat(check("\"a\r\n250 ok\"@example.org").explanation()).isEqualTo("<a??250 ok>");
    }

    @Test
    void anExplanationThatIsTooLongIsNone() {
        dns.txt("example.org", "v=spf1 -all exp=why.example.org")
                .txt("why.example.org", "%{s}".repeat(16_000));
        SpfResult r = check("a@example.org");
        assertThat(r.result()).isEqualTo(AuthResult.FAIL);
        assertThat(r.explanation()).isNull();
    }

    @Test
    void exchangersAreAskedByPreferenceAndAnEleventhIsTooMany() {
        dns.txt("example.org", "v=spf1 mx -all");
        for (int i = 20; i > 0; i--) {
            dns.mx("example.org", i, "m" + i + ".example.org")
                    .a("m" + i + ".example.org", "198.51.100." + i);
        }
        dns.a("m9.example.org", "192.0.2.1");
        assertThat(check("a@example.org").result()).isEqualTo(AuthResult.PASS);
        SpfResult other = check("a@example.org", Ip.parse("198.51.100.11"));
        assertThat(other.reason()).isEqualTo("spf.permerror.too-many-mx");
    }

    @Test
    void exchangersWithoutAddressAreNoVoidLookUps() {
        dns.txt("example.org", "v=spf1 mx -all");
        for (int i = 0; i < 5; i++) {
            dns.mx("example.org", i, "gone" + i + ".example.org");
        }
        SpfResult r = check("a@example.org");
        assertThat(r.reason()).isEqualTo("spf.fail.all");
        assertThat(r.voidLookups()).isZero();
    }

    @Test
    void aTroubleInAnIncludedRecordIsNotTheIncludersFailure() {
        dns.txt("example.org", "v=spf1 include:slow.example.org -all").timeout("slow.example.org");
        assertThat(check("a@example.org").reason()).isEqualTo("spf.temperror.timeout");
    }

    @Test
    void addressLookUpsOfPtrNamesMayFail() {
        dns.txt("example.org", "v=spf1 ptr -all")
                .ptr("192.0.2.1", "slow.example.org", "good.example.org")
                .timeout("slow.example.org")
                .a("good.example.org", "192.0.2.1");
        assertThat(check("a@example.org").result()).isEqualTo(AuthResult.PASS);
        dns.txt("other.org", "v=spf1 ptr -all");
        SpfResult r =
                new SpfEvaluator(
                                TestDns.of()
                                        .txt("other.org", "v=spf1 ptr -all")
                                        .servfail("1.2.0.192.in-addr.arpa"),
                                time,
                                "mx")
                        .check(SpfRequest.mailFrom(CLIENT, "h", "a@other.org"), TestDns.budget());
        assertThat(r.reason()).as("5.5: an error is no match").isEqualTo("spf.fail.all");
    }

    @Test
    void aRecordOfSixtyKilobytesIsReadAndItsTraceIsShort() {
        StringBuilder record = new StringBuilder("v=spf1");
        for (int i = 0; i < 3_800; i++) {
            record.append(" ip4:10.").append(i / 250).append('.').append(i % 250).append(".1");
        }
        SpfResult r = checkRecord(record + " a -all");
        assertThat(r.result()).isEqualTo(AuthResult.PASS);
        assertThat(String.join("\n", r.trace()).length()).isLessThan(3_000);
    }

    @Test
    void aRecordOfNothingButMacrosIsBoundedWork() {
        String spec = "%{s}%{l10r-}%{P}".repeat(3_500);
        dns.txt("example.org", "v=spf1 exists:" + spec + ".example.org -all");
        SpfResult r = check("a@example.org");
        assertThat(r.result()).isEqualTo(AuthResult.FAIL);
        assertThat(dns.asked().size()).isLessThan(5);
    }

    @Test
    void theBudgetEndsACheckInTempError() {
        dns.txt("example.org", "v=spf1 a:a.example.org a:b.example.org -all")
                .a("a.example.org", "198.51.100.1");
        DnsBudget budget = DnsBudget.of(Deadline.after(time, Duration.ofSeconds(1)), 2);
        SpfResult r =
                new SpfEvaluator(dns, time, "mx")
                        .check(SpfRequest.mailFrom(CLIENT, "h", "a@example.org"), budget);
        assertThat(r.reason()).isEqualTo("spf.temperror.budget");
    }

    @Test
    void whereTimeRunsOutOverTheClientsNamesNothingIsFound() {
        dns.txt("example.org", "v=spf1 ptr -all").ptr("192.0.2.1", "a.example.org");
        DnsBudget budget = DnsBudget.of(Deadline.after(time, Duration.ofSeconds(1)), 2);
        SpfResult r =
                new SpfEvaluator(dns, time, "mx")
                        .check(SpfRequest.mailFrom(CLIENT, "h", "a@example.org"), budget);
        assertThat(r.reason()).isEqualTo("spf.temperror.budget");
    }

    @Test
    void theTraceTellsWhatWasAskedAndWhatDecided() {
        dns.txt("example.org", "v=spf1 ip4:10.0.0.1 include:_spf.example.net mx ~all")
                .txt("_spf.example.net", "v=spf1 a:out.example.net -all")
                .a("out.example.net", "198.51.100.7")
                .mx("example.org", 10, "mx.example.org")
                .a("mx.example.org", "198.51.100.8");
        assertThat(check("a@example.org").trace())
                .containsExactly(
                        "mailfrom a@example.org, client 192.0.2.1, helo helo.example.com",
                        "TXT example.org: v=spf1 ip4:10.0.0.1 include:_spf.example.net mx ~all",
                        "include:_spf.example.net is _spf.example.net",
                        "  TXT _spf.example.net: v=spf1 a:out.example.net -all",
                        "  A out.example.net: none of 1 addresses holds it",
                        "  -all matches: fail",
                        "A mx.example.org: none of 1 addresses holds it",
                        "1 ip4 or ip6 terms do not hold 192.0.2.1",
                        "~all matches: softfail",
                        "result softfail (spf.softfail.all)");
    }

    @Test
    void whatIsNotTextIsNotShownRaw() {
        byte[] record = "v=spf1 \u001b[31m\u00e9 -all".getBytes(StandardCharsets.ISO_8859_1);
        dns.txt("example.org", record);
        SpfResult r = check("a@example.org");
        assertThat(r.reason()).isEqualTo("spf.permerror.syntax");
        assertThat(String.join("", r.trace())).matches("[\\x20-\\x7e]*");
    }
}
