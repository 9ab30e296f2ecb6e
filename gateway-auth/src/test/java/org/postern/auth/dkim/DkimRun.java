package org.postern.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.TestDns;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.DkimResult;

/** Verifies whole messages in memory, cut into blocks of any size. */
public final class DkimRun {
    private DkimRun() {}

    /** The results with everything at its default. */
    public static List<DkimResult> verify(DnsClient dns, byte[] message, Instant now) {
        return verify(dns, message, now, DkimSettings.DEFAULT, 4096);
    }

    /** The results for text with CRLF line ends. */
    public static List<DkimResult> verify(DnsClient dns, String message, Instant now) {
        return verify(dns, message.getBytes(StandardCharsets.ISO_8859_1), now);
    }

    /** The results when the content comes in blocks of {@code step} octets. */
    public static List<DkimResult> verify(
            DnsClient dns, byte[] message, Instant now, DkimSettings settings, int step) {
        HeaderReader reader = new HeaderReader();
        int at = 0;
        while (at < message.length && !reader.complete()) {
            at += reader.accept(message, at, Math.min(step, message.length - at));
        }
        HeaderSection section = reader.finish();
        BodyHashes bodies = new BodyHashes();
        DkimVerification run = new DkimVerifier(dns, settings).begin(section, bodies, now);
        while (at < message.length) {
            int length = Math.min(step, message.length - at);
            bodies.write(message, at, length);
            at += length;
        }
        bodies.finish();
        return run.finish(TestDns.budget());
    }
}
