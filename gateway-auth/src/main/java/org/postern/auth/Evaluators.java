package org.postern.auth;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.arc.ArcSealer;
import org.postern.auth.arc.ArcValidator;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.auth.client.ClientStream;
import org.postern.auth.dkim.DkimKeys;
import org.postern.auth.dkim.DkimSettings;
import org.postern.auth.dkim.DkimVerifier;
import org.postern.auth.dkim.SigningKey;
import org.postern.auth.dmarc.DmarcAdvisor;
import org.postern.auth.dmarc.DmarcEvaluator;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.iprev.IprevEvaluator;
import org.postern.auth.results.AuthenticationResultsWriter;
import org.postern.auth.results.ForgedResults;
import org.postern.auth.results.ReceivedSpfWriter;
import org.postern.auth.spf.SpfEvaluator;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.time.TimeSource;

/** The evaluators of one configuration, shared by all its messages. Thread-safe. */
record Evaluators(
        AuthenticationConfig config,
        TimeSource time,
        ClientAddressJudge judge,
        ClientStream stream,
        SpfEvaluator spf,
        IprevEvaluator iprev,
        DkimVerifier dkim,
        ArcValidator arc,
        @Nullable ArcSealer sealer,
        DmarcEvaluator dmarc,
        DmarcAdvisor advisor,
        AuthenticationResultsWriter writer,
        @Nullable ReceivedSpfWriter receivedSpf,
        ForgedResults forged) {

    static Evaluators of(AuthenticatorSettings settings, DnsClient dns, TimeSource time) {
        AuthenticationConfig config = settings.authentication();
        SigningKey sealingKey = settings.sealingKey();
        DkimKeys keys = new DkimKeys(dns);
        return new Evaluators(
                config,
                time,
                new ClientAddressJudge(settings.networks(), settings.ownAddresses()),
                new ClientStream(),
                new SpfEvaluator(dns, time, settings.hostname().ascii()),
                new IprevEvaluator(dns),
                new DkimVerifier(keys, DkimSettings.DEFAULT),
                new ArcValidator(keys, DkimSettings.DEFAULT),
                sealingKey == null ? null : new ArcSealer(sealingKey, List.of()),
                new DmarcEvaluator(dns, config.dmarcExceptions()),
                new DmarcAdvisor(config.dmarcExceptions(), config.dmarcReject()),
                new AuthenticationResultsWriter(config.authservId()),
                config.receivedSpf() ? new ReceivedSpfWriter(settings.hostname()) : null,
                new ForgedResults(
                        config.authservId(), settings.hostname(), settings.addedFields()));
    }
}
