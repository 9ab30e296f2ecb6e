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
}
