package org.postern.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.DkimResult;

/** Signed messages, and the reasons that they get, for the tests of the verifier. */
final class DkimSigned {
    static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    static final KeyPair RSA = DkimSamples.pair("RSA", 2048);
    static final KeyPair ED = DkimSamples.pair("Ed25519", 255);
    static final SigningKey KEY = DkimSamples.key("example.org", "s1", RSA);
    static final String MESSAGE = DkimSamples.message(600);
    static final TestDns DNS = DkimSamples.dns("example.org", "s1", RSA);

    static String signed() {
        return DkimSamples.sign(new DkimSigner(KEY, DkimSamples.NAMES), MESSAGE);
    }

    static DkimSigner signer(Canonicalization header, Canonicalization body) {
        return new DkimSigner(
                KEY, header, body, DkimSamples.NAMES, BodyHashes.WHOLE, null, null, null);
    }

    static DkimResult one(TestDns dns, String message) {
        List<DkimResult> results = DkimRun.verify(dns, message, NOW);
        assertThat(results).hasSize(1);
        return results.getFirst();
    }

    static String reason(String message) {
        return one(DNS, message).reason();
    }

    /** The reason for a signature with these tags instead of, or besides, the usual ones. */
    static String reasonWith(String... changes) {
        return one(DNS, withTags(MESSAGE, "from:to", changes)).reason();
    }

    static String withTags(String message, String h, String... changes) {
        List<String> tags =
                new ArrayList<>(
                        List.of(
                                "v=1",
                                "a=rsa-sha256",
                                "c=relaxed/relaxed",
                                "d=example.org",
                                "s=s1",
                                "h=" + h,
                                "bh="
                                        + DkimSamples.bodyHash(
                                                Canonicalization.RELAXED,
                                                BodyHashes.WHOLE,
                                                message)));
        for (String change : changes) {
            String name = change.substring(0, change.indexOf('=') + 1);
            tags.removeIf(t -> t.startsWith(name));
            if (!change.endsWith("=REMOVED")) {
                tags.add(change);
            }
        }
        return DkimSamples.signTags(
                KEY,
                List.of(h.toLowerCase(Locale.ROOT).split(":")),
                String.join("; ", tags) + "; b=",
                message);
    }

    /** The reason when the key record is this one. */
    static String reasonWithKey(String record) {
        return one(TestDns.of().txt("s1._domainkey.example.org", record), signed()).reason();
    }

    static String p(KeyPair pair) {
        String record = DkimSamples.record(pair);
        return record.substring(record.indexOf("p="));
    }

    private DkimSigned() {}
}
