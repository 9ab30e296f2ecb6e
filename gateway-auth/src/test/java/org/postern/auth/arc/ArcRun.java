package org.postern.auth.arc;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.postern.auth.dkim.BodyHash;
import org.postern.auth.dkim.BodyHashes;
import org.postern.auth.dkim.DkimKeys;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.TestDns;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.ArcResult;
import org.postern.core.mail.Domain;

/** Validates and seals whole messages in memory. */
public final class ArcRun {
    private ArcRun() {}

    /** What the validator says of a message at a time. */
    public static ArcResult validate(
            DnsClient dns, byte[] message, Instant now, DkimSettings settings, Domain... trusted) {
        HeaderReader reader = new HeaderReader();
        int body = reader.accept(message, 0, message.length);
        BodyHashes bodies = new BodyHashes();
        ArcValidation run =
                new ArcValidator(new DkimKeys(dns), settings)
                        .begin(reader.finish(), bodies, List.of(trusted), now);
        bodies.write(message, body, message.length - body);
        bodies.finish();
        return run.finish(TestDns.budget());
    }

    static Optional<String> seal(
            DnsClient dns,
            byte[] message,
            Instant now,
            DkimSettings settings,
            ArcSealer sealer,
            String results) {
        HeaderReader reader = new HeaderReader();
        int body = reader.accept(message, 0, message.length);
        HeaderSection section = reader.finish();
        BodyHashes bodies = new BodyHashes();
        ArcValidation run =
                new ArcValidator(new DkimKeys(dns), settings)
                        .begin(section, bodies, List.of(), now);
        BodyHash hash = sealer.requestBody(bodies);
        bodies.write(message, body, message.length - body);
        bodies.finish();
        return sealer.seal(section, hash, run, run.finish(TestDns.budget()), results, now);
    }
}
