package org.postern.queue.delivery;

import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;

/** Makes the client for a configured downstream. */
public final class Downstreams {
    private Downstreams() {}

    /**
     * The client for this configuration. Connects nowhere yet: a downstream that is away, or whose
     * name cannot be resolved, is found out by its first attempt and defers.
     */
    public static Downstream create(DownstreamConfig config, DeliveryEnvironment environment) {
        return switch (config.target()) {
            case Target.Maildir maildir ->
                    new MaildirDownstream(config, maildir.directory(), environment);
            case Target.Lmtp _, Target.LmtpUnix _, Target.Smtp _ ->
                    new RelayDownstream(config, environment);
        };
    }

    /**
     * A client that delivers to the MX hosts of each recipient's own domain: for notices, which go
     * to senders. There a domain that does not exist or takes no mail is a failure for good.
     *
     * @param config its name, tls, trust and time-out hold, and the port of an SMTP target; needs
     *     an environment whose {@link DeliveryEnvironment#dns()} answers
     */
    public static Downstream toMailExchangers(
            DownstreamConfig config, DeliveryEnvironment environment) {
        return new MxRelay(config, environment);
    }
}
