package org.postern.auth.results;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.postern.auth.client.ReceivedHop;
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
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;

/** Results read from anything, and ours written around anything. */
class AuthenticationResultsFuzzTest {
    private static final String OURS = "mx.example.net";

    @FuzzTest(maxDuration = "5m")
    void anyFieldCanBeRead(FuzzedDataProvider data) {
        byte[] octets = data.consumeRemainingAsBytes();
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        HeaderSection section = reader.finish();
        long last = 0;
        for (ByteRange range : new ForgedResults(OURS, Domain.of("mx.example.net")).in(section)) {
            if (range.start() < last || range.end() > octets.length) {
                throw new AssertionError(range);
            }
            last = range.end();
        }
        for (int i = 0; i < section.count(); i++) {
            ReportedResults.parse(section.field(i).rawValue());
            ReceivedHop.parse(section.field(i).rawValue());
        }
    }

    @FuzzTest(maxDuration = "5m")
    void nothingASenderWritesBecomesAResult(FuzzedDataProvider data) {
        String helo = data.consumeString(300);
        String from = data.consumeString(300);
        String signer = data.consumeString(300);
        String agent = data.consumeString(300);
        String text = data.consumeRemainingAsString();
        Verdicts verdicts =
                new Verdicts(
                        SpfResult.notRun(
                                AuthResult.FAIL, SpfResult.Identity.MAILFROM, from, "spf.fail"),
                        SpfResult.notRun(
                                AuthResult.FAIL, SpfResult.Identity.HELO, helo, "spf.fail"),
                        new IprevResult(AuthResult.FAIL, text, "iprev.fail"),
                        List.of(
                                new DkimResult(
                                        AuthResult.FAIL,
                                        signer,
                                        text,
                                        text,
                                        0,
                                        agent,
                                        text,
                                        false,
                                        0,
                                        false,
                                        "dkim.fail",
                                        text)),
                        new ArcResult(AuthResult.FAIL, 1, List.of(text), 0, text, "arc.fail"),
                        new DmarcResult(
                                AuthResult.FAIL,
                                text,
                                text,
                                text,
                                null,
                                DmarcResult.Policy.REJECT,
                                List.of(),
                                "dmarc.fail",
                                List.of()));
        AuthenticationResultsWriter.Words words =
                new AuthenticationResultsWriter(OURS)
                        .write(verdicts, new CheckedIdentities(Ip.parse("192.0.2.1"), helo, from));
        String value = words.value();
        ReportedResults read = ReportedResults.parse(value);
        boolean good =
                value.chars().allMatch(c -> c >= 0x20 && c < 0x7f)
                        && read.authservId().equals(OURS)
                        && read.results().size() == 6
                        && read.results().stream().allMatch(r -> r.result().equals("fail"))
                        && words.field("X").replaceAll("\r\n ", " ").indexOf('\r')
                                == words.field("X").replaceAll("\r\n ", " ").length() - 2;
        if (!good) {
            throw new AssertionError(value);
        }
    }
}
