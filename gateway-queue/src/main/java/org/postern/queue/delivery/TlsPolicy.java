package org.postern.queue.delivery;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.config.DownstreamConfig.Trust;
import org.postern.queue.delivery.DeliveryDns.TlsaRecord;

/** Says whether and how TLS is used with one host of a downstream. Thread-safe. */
final class TlsPolicy {
    /**
     * The answer for one host.
     *
     * @param mode none, where offered, or required
     * @param client how, unless the mode is none
     */
    record Choice(Tls mode, TlsClient client) {
        /** The same without TLS. */
        Choice plain() {
            return new Choice(Tls.NONE, client);
        }
    }

    private final DownstreamConfig config;
    private final DeliveryDns dns;
    private final TlsClient unverified = TlsClient.unverified();
    private volatile @Nullable TlsClient verifying;

    TlsPolicy(DownstreamConfig config, DeliveryDns dns) {
        this.config = config;
        this.dns = dns;
    }

    /**
     * Chooses.
     *
     * @throws RelayException if it cannot be known what to trust: nothing is sent then
     */
    Choice choose(String host, int port) throws RelayException {
        if (config.trust() instanceof Trust.Dane) {
            return switch (dns.tlsa(host, port)) {
                case DeliveryDns.Tlsa.Secure(List<TlsaRecord> records) -> byDane(records);
                case DeliveryDns.Tlsa.None _ -> byMode();
                case DeliveryDns.Tlsa.Unavailable(String why) ->
                        throw deferred(
                                "4.7.5",
                                "TLSA records of " + host + " cannot be had: " + why,
                                null);
            };
        }
        return byMode();
    }

    private Choice byDane(List<TlsaRecord> records) {
        List<TlsaRecord> usable = DaneTrust.usable(records);
        // RFC 7672, 2.2: records that nobody can use still demand TLS, then unverified
        return usable.isEmpty()
                ? new Choice(Tls.REQUIRED, unverified)
                : new Choice(Tls.REQUIRED, TlsClient.trusting(new DaneTrust(usable)));
    }

    private Choice byMode() throws RelayException {
        return switch (config.tls()) {
            case NONE, OPPORTUNISTIC -> new Choice(config.tls(), unverified);
            case REQUIRED -> new Choice(Tls.REQUIRED, verifying());
        };
    }

    private TlsClient verifying() throws RelayException {
        TlsClient known = verifying;
        if (known == null) {
            known = makeVerifying();
            verifying = known;
        }
        return known;
    }

    private TlsClient makeVerifying() throws RelayException {
        return switch (config.trust()) {
            case Trust.SystemRoots _, Trust.Dane _ -> TlsClient.verifying(null);
            case Trust.Pins(List<String> pins) -> TlsClient.trusting(new PinnedTrust(pins));
            case Trust.CaFile(Path pem) -> {
                try {
                    X509ExtendedTrustManager roots = Certificates.rootedIn(Certificates.read(pem));
                    yield TlsClient.verifying(roots);
                } catch (IOException | GeneralSecurityException e) {
                    throw deferred(
                            "4.7.5",
                            "ca-file of downstream "
                                    + config.name()
                                    + " cannot be used: "
                                    + ContentException.words(e),
                            e);
                }
            }
        };
    }

    private static RelayException deferred(String status, String text, @Nullable Throwable cause) {
        RecipientOutcome outcome = Outcomes.deferred(status, text);
        return cause == null
                ? new RelayException(Step.TLS, outcome)
                : new RelayException(Step.TLS, outcome, cause);
    }
}
